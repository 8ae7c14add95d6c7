#include "engine/verify/proof.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/quantity_text.h"

namespace millrace {

namespace {

constexpr std::uint64_t rows_told_at_once = 1 << 14;

std::vector<TupleDigest> read_digests(TargetInstant& target, const TargetInstant::Found& found,
                                      std::span<const TargetTable* const> tables,
                                      Progress& progress) {
  std::vector<TupleDigest> of_slice(found.slices.size());
  target.read(
      found.slices, tables, false,
      [&](std::size_t slice, std::span<const std::byte> tuple) {
        of_slice[slice].add(tuple);
        if (of_slice[slice].rows % rows_told_at_once == 0) {
          progress.add_read_back(rows_told_at_once);
        }
      },
      [&](std::size_t slice) { progress.add_read_back(of_slice[slice].rows % rows_told_at_once); });
  std::vector<TupleDigest> of_table(tables.size());
  for (std::size_t i = 0; i < of_slice.size(); ++i) {
    of_table[found.slices[i].table].merge(of_slice[i]);
  }
  return of_table;
}

std::vector<TupleDigest> count_rows(TargetInstant& target, const TargetInstant::Found& found,
                                    std::span<const TargetTable* const> tables) {
  const std::vector<std::uint64_t> of_slice = target.count(found.slices, tables);
  std::vector<TupleDigest> of_table(tables.size());
  for (std::size_t i = 0; i < of_slice.size(); ++i) {
    of_table[found.slices[i].table].rows += of_slice[i];
  }
  return of_table;
}

std::string verdict_of(const ExpectedTable& table, bool present, const TupleDigest& found,
                       bool content) {
  if (!present) return "missing";
  if (content && table.digest) {
    if (*table.digest == found) return "equal";
  } else if (table.rows == found.rows) {
    return "counted";
  }
  // Rows of others cannot be told from wrong ones of ours; too few are wrong in any case.
  return table.others && found.rows >= table.rows ? "not compared" : "differs";
}

/// What of the schema was proven, and what was not.
std::string schema_statement(const ProofReport& proof) {
  const bool as_planned = proof.schema.empty();
  switch (proof.schema_compared) {
    case SchemaDepth::none: return "the schema was not compared";
    case SchemaDepth::presence: return "of the schema only the columns' presence was compared";
    case SchemaDepth::columns:
      return "of the schema indexes, keys and next values were not compared";
    case SchemaDepth::all:
      if (proof.next_values_compared)
        return as_planned ? "the schema is as planned, next values included" : "";
      return as_planned ? "the schema is as planned; next values of sequences were not compared"
                        : "next values of sequences were not compared";
  }
  return {};
}

}  // namespace

std::string digest_text(std::uint64_t sum) { return fmt::format("{:016x}", sum); }

void expect_read_back(std::span<const ExpectedTable> expected, ProofDepth depth,
                      Progress& progress) {
  std::uint64_t rows = 0;
  if (depth == ProofDepth::content) {
    for (const ExpectedTable& table : expected) rows += table.rows;
  }
  progress.expect_read_back(rows);
}

std::vector<FoundTable> read_tables(TargetInstant& target,
                                    std::span<const TargetTable* const> tables, ProofDepth depth,
                                    Progress& progress) {
  const TargetInstant::Found found = target.find(tables);
  const std::vector<TupleDigest> digests = depth == ProofDepth::content
                                               ? read_digests(target, found, tables, progress)
                                               : count_rows(target, found, tables);
  std::vector<FoundTable> of_table(tables.size());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    of_table[i] = {.present = found.present[i], .digest = digests[i]};
  }
  return of_table;
}

std::vector<TableProofReport> compare_tables(std::span<const ExpectedTable> expected,
                                             std::span<const FoundTable> found, ProofDepth depth) {
  const bool content = depth == ProofDepth::content;
  std::vector<TableProofReport> proofs;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const ExpectedTable& table = expected[i];
    const TupleDigest& digest = found[i].digest;
    TableProofReport& proof = proofs.emplace_back();
    proof.source = table.source;
    proof.target = table.target->full_name();
    proof.source_rows = table.rows;
    proof.target_rows = digest.rows;
    if (content && table.digest) {
      proof.source_digest = digest_text(table.digest->sum);
      proof.target_digest = digest_text(digest.sum);
    }
    proof.verdict = verdict_of(table, found[i].present, digest, content);
  }
  return proofs;
}

std::vector<TableProofReport> prove_tables(TargetInstant& target,
                                           std::span<const ExpectedTable> expected,
                                           ProofDepth depth, Progress& progress) {
  std::vector<const TargetTable*> tables;
  for (const ExpectedTable& table : expected) tables.push_back(table.target);
  expect_read_back(expected, depth, progress);
  return compare_tables(expected, read_tables(target, tables, depth, progress), depth);
}

void require_equal(const ProofReport& proof, const std::string& hint) {
  if (proof.depth.empty() || proof.equal) return;
  constexpr std::size_t most_named = 5;
  std::string names;
  std::size_t differing = 0;
  for (const TableProofReport& table : proof.tables) {
    if (table.verdict != "differs" && table.verdict != "missing") continue;
    if (++differing > most_named) continue;
    names += fmt::format(
        "{}{} ({})", names.empty() ? "" : ", ", table.target,
        table.verdict == "missing" ? "not in the target"
        : table.source_rows == table.target_rows
            ? fmt::format("other values among its {} rows", count_text(table.target_rows))
            : fmt::format("{} rows instead of {}", count_text(table.target_rows),
                          count_text(table.source_rows)));
  }
  if (differing > most_named) names += fmt::format(" and {} more", differing - most_named);
  if (differing == 0) {
    throw Error(ErrorKind::difference,
                fmt::format("the target's schema is not as planned: {} of {}, first {}",
                            proof.schema.size() == 1 ? "a part" : "parts",
                            proof.schema.front().table, proof.schema.front().part),
                {.side = Side::target}, "the report lists all of them (--report FILE.html)");
  }
  throw Error(ErrorKind::difference, "the target is not equal: " + names, {.side = Side::target},
              hint);
}

void sign_off(ProofReport& proof, ProofDepth depth, const std::string& compared_with,
              const LeftOut& left_out) {
  proof.depth = depth == ProofDepth::content  ? "content"
                : depth == ProofDepth::counts ? "counts"
                                              : "schema";
  proof.compared_with = compared_with;
  std::uint64_t equal = 0;
  std::uint64_t counted = 0;
  std::uint64_t differing = 0;
  std::uint64_t not_compared = 0;
  std::uint64_t rows_equal = 0;
  for (const TableProofReport& table : proof.tables) {
    if (table.verdict == "equal") {
      ++equal;
      rows_equal += table.target_rows;
    } else if (table.verdict == "counted") {
      ++counted;
    } else if (table.verdict == "not compared") {
      ++not_compared;
    } else {
      ++differing;
    }
  }
  const auto tables = [](std::uint64_t n) {
    return count_text(n) + (n == 1 ? " table" : " tables");
  };
  std::string text;
  const auto say = [&](const std::string& words) { text += (text.empty() ? "" : "; ") + words; };
  if (differing != 0) {
    say("NOT equal: " + tables(differing) + " of " + count_text(proof.tables.size()));
  }
  if (!proof.schema.empty()) {
    say("NOT as planned: " + count_text(proof.schema.size()) + " of the schema's parts");
  }
  if (equal != 0) {
    say(fmt::format("proven: {} with {} {} are, value for value, {}", tables(equal),
                    count_text(rows_equal), rows_equal == 1 ? "row" : "rows", compared_with));
  }
  if (counted != 0) say("only counted: " + tables(counted));
  if (not_compared != 0) {
    say("not compared: " + tables(not_compared) + ", which hold rows of others or reject some");
  }
  const auto of_source = [](std::uint64_t n, const char* thing) {
    return count_text(n) + ' ' + thing + (n == 1 ? "" : "s") + " of the source";
  };
  if (left_out.tables != 0) {
    say("left out by the job: " + of_source(left_out.tables, "table"));
  }
  if (left_out.tables_filtered != 0) {
    say("filtered by the job: the rows of " + tables(left_out.tables_filtered));
  }
  if (left_out.rows_rejected != 0) {
    say("left out by policy: " + of_source(left_out.rows_rejected, "row"));
  }
  if (left_out.values_nulled != 0) {
    say("NULL by policy: " + of_source(left_out.values_nulled, "value"));
  }
  if (left_out.tables_besides != 0) {
    say("not looked at: " + tables(left_out.tables_besides) + " stored besides");
  }
  if (text.empty() && depth != ProofDepth::none) say("no table to compare");
  if (const std::string of_schema = schema_statement(proof); !of_schema.empty()) say(of_schema);
  if (depth == ProofDepth::none) say("rows were not compared");
  proof.equal = differing == 0 && proof.schema.empty();
  proof.statement = std::move(text);
}

}  // namespace millrace
