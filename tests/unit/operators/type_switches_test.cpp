#include "operators/type_switches.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(TypeSwitches, TheFirstValueOfEachIsTheDefault) {
  const TypeChoices defaults;
  for (const TypeSwitch& one : type_switches()) {
    EXPECT_TRUE(one.values.front().chosen(defaults)) << one.name;
    for (const TypeSwitchValue& value : one.values.subspan(1)) {
      EXPECT_FALSE(value.chosen(defaults)) << one.name << " " << value.name;
    }
  }
}

TEST(TypeSwitches, EveryValueCanBeChosen) {
  for (const TypeSwitch& one : type_switches()) {
    for (const TypeSwitchValue& value : one.values) {
      TypeChoices choices;

      EXPECT_TRUE(choose_type(choices, one.name, value.name));
      EXPECT_TRUE(value.chosen(choices)) << one.name << " " << value.name;
    }
  }
}

TEST(TypeSwitches, WhatIsUnknownIsRefusedAndChangesNothing) {
  TypeChoices choices;

  EXPECT_FALSE(choose_type(choices, "tinyint", "smallint"));
  EXPECT_FALSE(choose_type(choices, "tinyint1", "integer"));
  EXPECT_FALSE(choose_type(choices, "", ""));
  EXPECT_EQ(choices.tinyint1, Tinyint1Choice::boolean);
}

}  // namespace
}  // namespace millrace
