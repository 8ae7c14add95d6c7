#include "engine/verify/proof.h"

#include <gtest/gtest.h>

#include "engine/report_proof.h"
#include "io/error.h"

namespace millrace {
namespace {

const TargetTable& orders() {
  static const TargetTable table = [] {
    TargetTable made;
    made.schema = "shop";
    made.name = "orders";
    return made;
  }();
  return table;
}

ExpectedTable expected(std::optional<TupleDigest> digest) {
  return {.source = "shop.orders",
          .target = &orders(),
          .rows = digest ? digest->rows : 3,
          .digest = digest,
          .others = false};
}

std::string verdict(const ExpectedTable& table, const FoundTable& found,
                    ProofDepth depth = ProofDepth::content) {
  return compare_tables(std::vector{table}, std::vector{found}, depth).at(0).verdict;
}

TEST(Proof, IsEqualOnlyWhereRowsAndSumAre) {
  const ExpectedTable table = expected(TupleDigest{.rows = 3, .sum = 77});
  EXPECT_EQ(verdict(table, {true, {.rows = 3, .sum = 77}}), "equal");
  EXPECT_EQ(verdict(table, {true, {.rows = 3, .sum = 78}}), "differs");
  EXPECT_EQ(verdict(table, {true, {.rows = 4, .sum = 77}}), "differs");
}

TEST(Proof, ATableThatIsNotThereIsMissingWhateverItShouldHold) {
  EXPECT_EQ(verdict(expected(TupleDigest{}), {false, {}}), "missing");
  EXPECT_EQ(verdict(expected(TupleDigest{}), {false, {}}, ProofDepth::counts), "missing");
}

TEST(Proof, CallsCountedWhatWasOnlyCounted) {
  EXPECT_EQ(verdict(expected(std::nullopt), {true, {.rows = 3, .sum = 0}}), "counted");
  EXPECT_EQ(verdict(expected(TupleDigest{.rows = 3, .sum = 7}), {true, {.rows = 3, .sum = 0}},
                    ProofDepth::counts),
            "counted");
  EXPECT_EQ(verdict(expected(std::nullopt), {true, {.rows = 2, .sum = 0}}), "differs");
}

TEST(Proof, ClaimsNothingOfATableThatHoldsRowsOfOthersToo) {
  ExpectedTable table = expected(TupleDigest{.rows = 3, .sum = 77});
  table.others = true;
  EXPECT_EQ(verdict(table, {true, {.rows = 5, .sum = 1}}), "not compared");
  EXPECT_EQ(verdict(table, {true, {.rows = 3, .sum = 77}}), "equal");
  EXPECT_EQ(verdict(table, {true, {.rows = 2, .sum = 1}}), "differs") << "too few are wrong anyway";
}

TableProofReport proof_of(const std::string& verdict) {
  TableProofReport proof;
  proof.source = proof.target = "shop.orders";
  proof.source_rows = proof.target_rows = 3;
  proof.verdict = verdict;
  return proof;
}

TEST(Proof, TheLineThatSignsItOffSaysWhatWasNotProvenToo) {
  ProofReport proof;
  proof.tables = {proof_of("equal"), proof_of("not compared"), proof_of("counted")};

  sign_off(proof, ProofDepth::content, "the rows of the source");

  EXPECT_TRUE(proof.equal);
  EXPECT_EQ(
      proof.statement,
      "proven: 1 table with 3 rows are, value for value, the rows of the source; only "
      "counted: 1 table; not compared: 1 table, which hold rows of others or reject some; the "
      "schema was not compared");
  EXPECT_NO_THROW(require_equal(proof, {}));
}

TEST(Proof, SaysHowMuchOfTheSchemaWasCompared) {
  const auto statement = [](SchemaDepth depth, bool next_values, bool as_planned,
                            ProofDepth rows = ProofDepth::content) {
    ProofReport proof;
    proof.schema_compared = depth;
    proof.next_values_compared = next_values;
    if (!as_planned)
      proof.schema.push_back(
          {.table = "shop.orders", .part = "index of_sku", .planned = "", .found = ""});
    sign_off(proof, rows, "those of the source");
    return proof.statement;
  };

  EXPECT_EQ(statement(SchemaDepth::none, false, true),
            "no table to compare; the schema was not compared");
  EXPECT_EQ(statement(SchemaDepth::presence, false, true),
            "no table to compare; of the schema only the columns' presence was compared");
  EXPECT_EQ(statement(SchemaDepth::columns, false, true),
            "no table to compare; of the schema indexes, keys and next values were not compared");
  EXPECT_EQ(statement(SchemaDepth::all, true, true),
            "no table to compare; the schema is as planned, next values included");
  EXPECT_EQ(statement(SchemaDepth::all, false, true),
            "no table to compare; the schema is as planned; next values of sequences were not "
            "compared");
  EXPECT_EQ(statement(SchemaDepth::all, true, false), "NOT as planned: 1 of the schema's parts");
  EXPECT_EQ(statement(SchemaDepth::all, true, true, ProofDepth::none),
            "the schema is as planned, next values included; rows were not compared");
}

TEST(Proof, TellsWhatTheJobLeftOut) {
  ProofReport proof;
  proof.tables = {proof_of("equal")};

  sign_off(proof, ProofDepth::content, "those of the source",
           {.tables = 2,
            .tables_filtered = 1,
            .rows_rejected = 1,
            .values_nulled = 1200,
            .tables_besides = 3});

  EXPECT_TRUE(proof.statement.ends_with(
      "; left out by the job: 2 tables of the source; filtered by the job: the rows of 1 table; "
      "left out by policy: 1 row of the source; NULL by policy: 1,200 values of the source; not "
      "looked at: 3 tables stored besides; the schema was not compared"))
      << proof.statement;
}

TEST(Proof, TheTextNamesTheChunkAndDoubtsWhereTheSourceChanged) {
  ProofReport proof;
  proof.tables = {proof_of("differs")};
  proof.rows_changed = proof.rows_unclear = 1;
  proof.chunks = {{.table = "shop.orders",
                   .run = 7,
                   .chunk = 12,
                   .range = "WHERE `id` >= 10",
                   .rows_stored = 3,
                   .rows_found = 3,
                   .source = "changed since"}};
  proof.rows = {{.table = "shop.orders",
                 .kind = "changed",
                 .key = "id=17",
                 .values = {},
                 .chunk = 12,
                 .source_changed = true}};
  sign_off(proof, ProofDepth::content, "those that run 7 read");

  const std::string text = proof_text(proof);
  for (const char* const part :
       {"shop.orders: chunk 12 of run 7: 3 of 3 rows, other values, WHERE `id` >= 10; the source "
        "there: changed since",
        "1 changed; 1 where the source changed since the run",
        "changed id=17 (chunk 12); the source changed there since the run"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
  EXPECT_NE(proof_html(proof).find("<td>12 (source changed)</td>"), std::string::npos);
}

TEST(Proof, OneTableThatDiffersIsNoProof) {
  ProofReport proof;
  proof.tables = {proof_of("equal"), proof_of("differs")};

  sign_off(proof, ProofDepth::content, "the rows of the source");

  EXPECT_FALSE(proof.equal);
  EXPECT_TRUE(proof.statement.starts_with("NOT equal: 1 table of 2; ")) << proof.statement;
  try {
    require_equal(proof, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::difference);
    EXPECT_EQ(error.message(),
              "the target is not equal: shop.orders (other values among its 3 rows)");
  }
}

TEST(Proof, APartOfTheSchemaThatDiffersIsNoProof) {
  ProofReport proof;
  proof.tables = {proof_of("equal")};
  proof.schema = {
      {.table = "shop.orders", .part = "index sku", .planned = "btree (sku)", .found = ""}};

  sign_off(proof, ProofDepth::content, "those of the source");

  EXPECT_FALSE(proof.equal);
  EXPECT_THROW(require_equal(proof, {}), Error);
}

TEST(Proof, WithoutAnyThereIsNothingToSayAndNothingToFail) {
  EXPECT_NO_THROW(require_equal({}, {}));
  EXPECT_EQ(proof_text({}), "");
  EXPECT_EQ(proof_html({}), "");
}

TEST(Proof, TheTextNamesTablesRowsColumnsAndBothValues) {
  ProofReport proof;
  proof.tables = {proof_of("differs")};
  proof.rows_changed = 2;
  proof.rows = {{.table = "shop.orders",
                 .kind = "changed",
                 .key = "id=17",
                 .values = {{.column = "qty", .source = "1", .target = "<2>"}}}};
  sign_off(proof, ProofDepth::content, "those of the source");

  const std::string text = proof_text(proof);
  EXPECT_NE(text.find("shop.orders: changed id=17; qty: 1 at the source, <2> in the target"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("and 1 more"), std::string::npos) << text;
  EXPECT_NE(proof_html(proof).find("<td>&lt;2&gt;</td>"), std::string::npos);
}

}  // namespace
}  // namespace millrace
