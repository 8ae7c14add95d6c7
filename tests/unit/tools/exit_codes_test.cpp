#include "tools/millrace/exit_codes.h"

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tools/millrace/help_text.h"

namespace millrace {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(ExitCodes, EveryKindOfErrorHasOneCodeAndOneAdvice) {
  std::set<ErrorKind> kinds;
  std::set<int> codes;
  for (const ErrorAdvice& advice : error_advice()) {
    kinds.insert(advice.kind);
    codes.insert(exit_code(advice.kind));
    EXPECT_FALSE(advice.meaning.empty() || advice.reaction.empty() || advice.remedy.empty());
  }
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(ErrorKind::internal) + 1);
  EXPECT_EQ(codes.size(), kinds.size());
}

TEST(ExitCodes, AreInTheHelpOfEveryCommandThatRuns) {
  EXPECT_TRUE(contains(help_of(Command::migrate, {}), exit_codes_text()));
  EXPECT_TRUE(contains(help_of(Command::plan, {}), exit_codes_text()));
  EXPECT_TRUE(contains(overview_help({}), exit_codes_text()));
}

TEST(ExitCodes, InTheDocumentationAreThoseOfTheProgram) {
  std::ifstream file(MILLRACE_SOURCE_DIR "/docs/operations.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});

  EXPECT_TRUE(contains(text, exit_codes_markdown()))
      << "put the output of `millrace docs exit-codes` into docs/operations.md";
}

TEST(ExitCodes, HelpHasNoColourUnlessAskedFor) {
  for (const Command command : all_commands) {
    EXPECT_FALSE(contains(help_of(command, {}), "\x1b")) << name_of(command);
  }
}

}  // namespace
}  // namespace millrace
