#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "io/source_schema.h"
#include "operators/schema_translation.h"

namespace millrace {

/// What the source column holds for the rows of one source table.
enum class SourceLabel : std::uint8_t {
  name,   // what differs of its name: the database, the table, or "database.table"
  match,  // what the globs' `*` and `?` stand for: 17 of 17qube.work held against *qube.work
};

/// Many source tables of one shape that become one table of the target.
struct ConsolidationRule {
  std::vector<std::string> from;  // globs over "database.table"
  std::string into;               // "schema.table" in the target
  std::string source_column;      // its first column: which table a row comes from
  SourceLabel label = SourceLabel::name;

  bool operator==(const ConsolidationRule&) const = default;
};

/// Put one table in the place of all tables that a rule names: translated, cut, loaded, keyed and
/// proven as any other.
///
/// Keys:    the source column becomes the first part of the primary and of every unique key; other
///          indexes stay as they are, and those that only some tables have are made for all.
///          A foreign key between consolidated tables gets the source column too, where every table
///          points at the one with its own label; one to any other table stays as it is.
/// Returns: what to tell of it: topic "consolidated", and what was left out: foreign keys, and what
///          only some of the tables say of themselves (member_differences()).
/// Errors:  Error{bad_request} before anything is touched: for a rule that names no table, or
///          a table that two rules name; and, all differences at once, where the tables are not of
///          one shape (columns by name, their types, NULL, character sets; unique keys and the
///          collations in them; checks).
/// Cost:    the catalog's columns once; 40,000 tables take milliseconds.
std::vector<TranslationNote> consolidate(SourceCatalog& catalog,
                                         const std::vector<ConsolidationRule>& rules);

/// A member as a source table of its own, as it stands in the source: to cut it along its keys.
SourceTable member_table(const SourceTable& consolidated, const SourceMember& member);

/// What a table's rows come from: "shop.orders", or "40 tables, 1qube.work to 9qube.work".
std::string describe_origin(const SourceTable& table);

}  // namespace millrace
