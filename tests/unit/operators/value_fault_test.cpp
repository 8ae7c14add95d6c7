#include "operators/value_fault.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "operators/type_switches.h"

namespace millrace {
namespace {

constexpr auto last_fault = static_cast<int>(ValueFault::null_not_allowed);

TEST(ValueFault, EachHasWordsOfItsOwn) {
  std::set<std::string_view> words;
  for (int fault = 0; fault <= last_fault; ++fault) {
    words.insert(describe(static_cast<ValueFault>(fault)));
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(last_fault) + 1);
}

TEST(ValueFault, ARemedyIsASwitchThatExists) {
  for (int fault = 0; fault <= last_fault; ++fault) {
    const std::string remedy_text(remedy(static_cast<ValueFault>(fault)));
    if (remedy_text.empty()) continue;
    ASSERT_TRUE(remedy_text.starts_with("--"));
    const std::size_t blank = remedy_text.find(' ');
    TypeChoices choices;
    EXPECT_TRUE(
        choose_type(choices, remedy_text.substr(2, blank - 2), remedy_text.substr(blank + 1)))
        << remedy_text;
  }
}

}  // namespace
}  // namespace millrace
