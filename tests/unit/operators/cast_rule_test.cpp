#include "operators/cast_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/error.h"
#include "operators/cast_rule_set.h"
#include "tests/support/schema_builder.h"
#include "tests/support/source_text.h"

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CastRule rule(const std::string& text) { return parse_cast_rule(text, "--cast"); }

std::string refusal(const std::string& text) {
  try {
    rule(text);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "taken";
}

SourceColumn named(const std::string& name, const std::string& type) {
  SourceColumn column = column_of(type);
  column.name = name;
  return column;
}

bool selects_one(const std::string& text, const SourceColumn& one) {
  return selects(rule(text), table("shop", "orders").with(one), one);
}

TEST(CastRule, ReadsAllOfItsParts) {
  const CastRule read = rule(
      "varchar(<=40) not null default '' in `my.db`.orders.* => numeric(12, 2) using exact null if "
      "'', 'it''s', -1");

  EXPECT_EQ(read.type, "varchar");
  EXPECT_EQ(read.length->is, LengthGuard::Is::at_most);
  EXPECT_EQ(read.length->length, 40U);
  EXPECT_EQ(read.nullable, false);
  EXPECT_EQ(read.default_text, "");
  EXPECT_EQ(read.columns, "`my.db`.orders.*");
  EXPECT_EQ(read.to, "numeric(12, 2)");
  EXPECT_EQ(read.conversion, "exact");
  EXPECT_THAT(read.null_if, ElementsAre("", "it's", "-1"));
}

TEST(CastRule, ReadsWordsOfTruth) {
  const CastRule read = rule("shop.orders.paid => boolean true Y, J false N, ''");

  EXPECT_EQ(read.columns, "shop.orders.paid");
  EXPECT_THAT(read.true_words, ElementsAre("Y", "J"));
  EXPECT_THAT(read.false_words, ElementsAre("N", ""));
}

TEST(CastRule, TakesTypesByOtherSpellings) {
  EXPECT_EQ(rule("INTEGER => bigint").type, "int");
  EXPECT_EQ(rule("bool => smallint").length->length, 1U);
  EXPECT_EQ(rule("*text => jsonb").type, "*text");
}

TEST(CastRule, HoldsTheGuardsAgainstTheColumn) {
  const SourceColumn width = named("a", "tinyint(1)");
  EXPECT_TRUE(selects_one("tinyint(1) => smallint", width));
  EXPECT_FALSE(selects_one("tinyint(4) => smallint", width));

  const SourceColumn number = named("a", "int unsigned");
  EXPECT_TRUE(selects_one("int => bigint", number));
  EXPECT_TRUE(selects_one("*int unsigned => bigint", number));
  EXPECT_FALSE(selects_one("int signed => bigint", number));
  EXPECT_FALSE(selects_one("int not null => bigint", number));
  EXPECT_FALSE(selects_one("int auto_increment => bigint", number));
  EXPECT_FALSE(selects_one("smallint => bigint", number));

  const SourceColumn text = named("a", "varchar(36)");
  EXPECT_TRUE(selects_one("varchar(36) => uuid", text));
  EXPECT_TRUE(selects_one("varchar(>=36) => uuid", text));
  EXPECT_TRUE(selects_one("varchar(<37) => uuid", text));
  EXPECT_FALSE(selects_one("varchar(>36) => uuid", text));

  const SourceColumn money = named("a", "decimal(10,2)");
  EXPECT_TRUE(selects_one("decimal(10,2) => numeric", money));
  EXPECT_FALSE(selects_one("decimal(10,0) => numeric", money));
}

TEST(CastRule, HoldsTheDefaultAgainstTheColumn) {
  const SourceColumn zero = column("a").integer().literal("0");
  EXPECT_TRUE(selects_one("int default 0 => bigint", zero));
  EXPECT_FALSE(selects_one("int default 1 => bigint", zero));
  const SourceColumn none = column("a").integer();
  EXPECT_FALSE(selects_one("int default 0 => bigint", none));
}

TEST(CastRule, SelectsColumnsByTheirWholeNames) {
  const SourceColumn paid = named("Paid_At", "int");
  EXPECT_TRUE(selects_one("shop.orders.paid_at => bigint", paid));
  EXPECT_TRUE(selects_one("orders.paid_* => bigint", paid));
  EXPECT_TRUE(selects_one("s*.*.* => bigint", paid));
  EXPECT_TRUE(selects_one("`shop`.orders.paid_at => bigint", paid));
  EXPECT_FALSE(selects_one("other.orders.paid_at => bigint", paid));
  // A star stays within its part.
  EXPECT_FALSE(selects_one("sho*.paid_at => bigint", paid));
}

TEST(CastRule, RefusesWhatItCannotRead) {
  EXPECT_THAT(refusal("int bigint"), HasSubstr("no => stands in it"));
  EXPECT_THAT(refusal("vrachar => text"), HasSubstr("did you mean varchar?"));
  EXPECT_THAT(refusal("paid => boolean"), HasSubstr("MySQL has no type paid"));
  EXPECT_THAT(refusal("int(x) => bigint"), HasSubstr("'(x)' is no length"));
  EXPECT_THAT(refusal("int =>"), HasSubstr("does not say what the columns become"));
  EXPECT_THAT(refusal("int => bigint null if"), HasSubstr("a value is missing"));
  EXPECT_THAT(refusal("int => bigint null 0"), HasSubstr("write null if 0,-1"));
  EXPECT_THAT(refusal("int => bigint null if 'a"), HasSubstr("a quote is not closed"));
  EXPECT_THAT(refusal("int unsinged => bigint"), HasSubstr("'unsinged' means nothing here"));
  EXPECT_THAT(refusal("a.b.c.d => bigint"), HasSubstr("'a.b.c.d' names no columns"));
  EXPECT_THAT(refusal("int => bigint using x y"), HasSubstr("'y' means nothing here"));
}

struct Shop {
  SourceCatalog source = catalog({table("shop", "orders")
                                      .with(named("id", "int"))
                                      .with(named("paid", "int"))
                                      .with(named("note", "varchar(10)"))});
  const SourceTable& orders = source.tables[0];

  std::string winner(const std::vector<CastRule>& rules, std::size_t column) const {
    CastRuleSet set(rules, source);
    const CastRule* const found = set.find(orders, orders.columns[column]);
    return found == nullptr ? "none" : found->to;
  }
};

TEST(CastRuleSet, LetsTheClosestRuleWinAndAmongEqualsTheLast) {
  const Shop shop;
  EXPECT_EQ(shop.winner({rule("int => a"), rule("int => b")}, 0), "b");
  EXPECT_EQ(shop.winner({rule("shop.*.* => a"), rule("int => b")}, 0), "a");
  EXPECT_EQ(shop.winner({rule("shop.orders.paid => a"), rule("shop.orders.* => b")}, 1), "a");
  EXPECT_EQ(shop.winner({rule("shop.orders.paid => a"), rule("shop.orders.* => b")}, 0), "b");
  EXPECT_EQ(shop.winner({rule("bigint => a")}, 0), "none");
}

TEST(CastRuleSet, NamesRulesThatNeverApply) {
  const Shop shop;
  const std::vector<CastRule> rules = {rule("bigint => a"), rule("int => b"), rule("*int => c")};
  CastRuleSet set(rules, shop.source);
  for (const SourceColumn& one : shop.orders.columns) set.find(shop.orders, one);

  const auto remarks = set.remarks();

  ASSERT_EQ(remarks.size(), 2U);
  EXPECT_EQ(remarks[0].rule, &rules[0]);
  EXPECT_THAT(remarks[0].message, HasSubstr("selects no column"));
  EXPECT_EQ(remarks[1].rule, &rules[1]);
  EXPECT_THAT(remarks[1].message, HasSubstr("never applies"));
}

TEST(CastRuleSet, RefusesAColumnThatIsNotThereWithTheNearestName) {
  const Shop shop;
  std::vector<CastRule> rules = {rule("shop.orders.piad => boolean")};
  CastRuleSet set(rules, shop.source);
  for (const SourceColumn& one : shop.orders.columns) set.find(shop.orders, one);

  try {
    set.remarks();
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_EQ(error.hint(), "did you mean shop.orders.paid?");
  }
  rules[0].optional = true;
  EXPECT_TRUE(set.remarks().empty());
}

}  // namespace
}  // namespace millrace
