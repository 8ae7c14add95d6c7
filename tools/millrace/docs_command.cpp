#include <cstdio>
#include <string>

#include "operators/conversion_table.h"
#include "operators/type_table.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/exit_codes.h"
#include "tools/millrace/help_text.h"

namespace millrace {
namespace {

std::string help_markdown() {
  const HelpStyle style = {.width = 100, .color = false};
  std::string text;
  for (const std::string& help :
       {overview_help(style), migrate_help(style), plan_help(style), check_help(style),
        extract_help(style), load_help(style), archive_help(style), status_help(style),
        clean_help(style), docs_help(style)}) {
    text += "```\n" + help + "```\n\n";
  }
  return text;
}

}  // namespace

int run_docs(const CommandLine& line) {
  std::string text;
  if (line.docs_topic == "types") {
    text = types_table_markdown();
  } else if (line.docs_topic == "conversions") {
    text = conversions_markdown();
  } else if (line.docs_topic == "exit-codes") {
    text = exit_codes_markdown();
  } else {
    text = help_markdown();
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace millrace
