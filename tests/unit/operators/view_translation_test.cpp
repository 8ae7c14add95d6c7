#include "operators/view_translation.h"

#include <gtest/gtest.h>

#include "io/quoting.h"

namespace millrace {
namespace {

std::string quoted(const std::vector<std::string>& parts) {
  std::string name;
  for (const std::string& part : parts) {
    name += (name.empty() ? "" : ".") + postgres::quote_identifier(part);
  }
  return name;
}

std::string query_of(std::string_view mysql) { return translate_view_query(mysql, quoted).query; }
std::string reason_of(std::string_view mysql) { return translate_view_query(mysql, quoted).reason; }

TEST(ViewTranslation, NamesAreQuoted) {
  EXPECT_EQ(query_of("select `d`.`t`.`a` AS `A b` from `d`.`t` where `d`.`t`.`a` > 1"),
            "select \"d\".\"t\".\"a\" as \"A b\" from \"d\".\"t\" where \"d\".\"t\".\"a\" > 1");
}

TEST(ViewTranslation, FunctionsWithAnotherNameAreRewritten) {
  EXPECT_EQ(query_of("select ifnull(`a`,0),if(`b` = 1,2,3),isnull(`c`)"),
            "select coalesce(\"a\", 0), CASE WHEN \"b\" = 1 THEN 2 ELSE 3 END, ((\"c\") IS NULL)");
}

TEST(ViewTranslation, ConcatOfANullStaysNull) {
  EXPECT_EQ(query_of("select concat(`a`,_utf8mb4'-')"), "select ((\"a\")::text || ('-')::text)");
}

TEST(ViewTranslation, LimitTellsItsOffsetLast) {
  EXPECT_EQ(query_of("select `a` from `t` limit 5,10"),
            "select \"a\" from \"t\" limit 10 offset 5");
}

TEST(ViewTranslation, WhatMeansSomethingElseIsRefusedByName) {
  EXPECT_EQ(reason_of("select `a` / 2 from `t`"), "the operator /");
  EXPECT_EQ(reason_of("select group_concat(`a` separator ',')"), "the word separator");
  EXPECT_EQ(reason_of("select date_format(`a`,'%Y')"), "the function date_format");
  EXPECT_EQ(reason_of("select `a` from `t` straight_join `u`"), "the word straight_join");
  EXPECT_EQ(query_of("select `a` / 2 from `t`"), "");
}

TEST(ViewTranslation, TextsThatAreComparedAreTold) {
  EXPECT_TRUE(translate_view_query("select 1 where `a` = 'x'", quoted).compares_text);
  EXPECT_FALSE(translate_view_query("select 1 where `a` = 1", quoted).compares_text);
}

}  // namespace
}  // namespace millrace
