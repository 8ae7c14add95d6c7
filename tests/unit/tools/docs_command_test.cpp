#include <string>

#include <gtest/gtest.h>

#include "tools/millrace/commands.h"
#include "tools/millrace/help_text.h"

namespace millrace {
namespace {

TEST(DocsCommand, HelpIsThatOfEveryCommand) {
  CommandLine line;
  line.docs_topic = "help";

  testing::internal::CaptureStdout();
  run_docs(line);
  const std::string text = testing::internal::GetCapturedStdout();

  for (const Command command : all_commands) {
    const std::string help = help_of(command, {.width = 100, .color = false});
    EXPECT_NE(text.find(help), std::string::npos) << name_of(command);
  }
}

}  // namespace
}  // namespace millrace
