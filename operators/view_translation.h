#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// What a dotted name of a view's text becomes, quoted: {"db", "t", "c"} -> "\"db\".\"t\".\"c\"".
using ViewNames = std::function<std::string(const std::vector<std::string>& parts)>;

struct TranslatedView {
  std::string query;           // empty: not translated
  std::string reason;          // why not
  bool compares_text = false;  // with a literal: case counts in PostgreSQL
};

/// Rewrite a view's SELECT, as VIEW_DEFINITION prints it, into PostgreSQL's dialect.
///
/// Ensures: only words and functions that mean the same in both servers are let through; the target
///          may still refuse the query, for example a truth value that is compared with a number.
TranslatedView translate_view_query(std::string_view mysql, const ViewNames& names);

}  // namespace millrace
