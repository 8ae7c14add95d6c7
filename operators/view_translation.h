#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "operators/expression_translation.h"

namespace millrace {

/// A column of a table or view, as a query sees it.
struct ViewColumn {
  std::string name;                 // in the source
  std::string target;               // in PostgreSQL, unquoted
  TranslatedExpression value = {};  // its `sql` names it by `target`, quoted and without a table
};

/// A table or a view that a view selects from.
struct ViewRelation {
  std::string sql;  // its name in PostgreSQL, quoted, with its schema
  std::vector<ViewColumn> columns;
  std::vector<std::string> primary_key;  // names in the source; empty: it has none
};

/// What a view's text names.
struct ViewNames {
  /// Null where it is not moved.
  std::function<const ViewRelation*(const std::string& database, const std::string& name)> relation;
  /// What an output column of this name is called in PostgreSQL.
  std::function<std::string(const std::string& name)> output;
};

struct TranslatedView {
  std::string query;                 // empty: not translated
  std::string reason;                // why not: "what may mean something else here: `a` / 3"
  std::vector<std::string> caveats;  // how its rows may differ from the source's
  std::vector<ViewColumn> columns;   // for the views that select from it
};

/// Rewrite a view's SELECT, as VIEW_DEFINITION prints it, into PostgreSQL's dialect.
///
/// Expressions are those of translate_expression(), besides aggregates and subqueries. Truth values
/// in the list become 1 and 0, unless they are columns; NULLs come first in an order, as there.
/// Ensures: the query means the same in both servers but for what `caveats` say; the target may
///          still refuse it, for example a column that is neither grouped nor aggregated.
TranslatedView translate_view_query(std::string_view mysql, const ViewNames& names);

}  // namespace millrace
