#include <cstdio>
#include <string>

#include "operators/conversion_table.h"
#include "operators/type_table.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/exit_codes.h"
#include "tools/millrace/help_text.h"
#include "tools/millrace/job_file_reference.h"

namespace millrace {
namespace {

std::string help_markdown() {
  const HelpStyle style = {.width = 100, .color = false};
  std::string text = "```\n" + overview_help(style) + "```\n\n";
  for (const Command command : all_commands) text += "```\n" + help_of(command, style) + "```\n\n";
  return text;
}

}  // namespace

int run_docs(const CommandLine& line) {
  std::string text;
  if (line.docs_topic == "types") {
    text = types_table_markdown();
  } else if (line.docs_topic == "conversions") {
    text = conversions_markdown();
  } else if (line.docs_topic == "job-file") {
    text = job_file_markdown();
  } else if (line.docs_topic == "exit-codes") {
    text = exit_codes_markdown();
  } else {
    text = help_markdown();
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace millrace
