#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/postgres/catalog.h"
#include "operators/cast_rule.h"
#include "operators/schema_translation.h"

namespace millrace {

/// What stands in the target's schemas, by schema, NUL, name.
using StandingTables = std::unordered_map<std::string, postgres::ExistingTable>;

StandingTables read_standing(postgres::Connection& target, const std::vector<std::string>& schemas,
                             postgres::ReadColumns columns);

/// Rules that give columns the types that they have in a table that stands, where the job would
/// give them others: one for each such column that no rule of the job's own selects. Where no
/// conversion leads from the one to the other there is no rule, and check_columns() says so.
std::vector<CastRule> rules_for_standing(const SourceCatalog& catalog,
                                         const Translation& translation,
                                         const std::vector<CastRule>& own_rules,
                                         const TypeChoices& types, const StandingTables& standing);

/// Let NULLs be faults in columns that stand NOT NULL and may be NULL in the source.
void mind_standing_nulls(const StandingTables& standing, Translation& translation);

/// Throws Error{bad_request} where a table that stands cannot take the rows: a column that it has
/// not or computes itself, a type that no conversion leads to, an enum without one of the labels,
/// or columns that are NOT NULL and get no value; with all of the latter by name.
///
/// `labels`: of the enums that stand, by schema, NUL, name.
void check_columns(const TargetTable& planned, const postgres::ExistingTable& standing,
                   const std::vector<TargetEnum>& planned_enums,
                   const std::map<std::string, std::vector<std::string>>& labels);

}  // namespace millrace
