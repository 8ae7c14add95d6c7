#include "operators/value_fault.h"

#include <algorithm>
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
    const std::size_t blank = remedy_text.find(' ');
    const std::string option = remedy_text.substr(0, blank);
    const auto type_switch =
        std::find_if(type_switches().begin(), type_switches().end(),
                     [&](const TypeSwitch& one) { return one.option == option; });
    ASSERT_NE(type_switch, type_switches().end()) << remedy_text;
    TypeChoices choices;
    EXPECT_TRUE(choose_type(choices, type_switch->name, remedy_text.substr(blank + 1)))
        << remedy_text;
  }
}

}  // namespace
}  // namespace millrace
