#include "operators/view_parser.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "io/ascii_case.h"
#include "io/quoting.h"

namespace millrace {

using namespace expression;
using postgres::quote_identifier;

void ViewParser::refuse(const std::string& what) {
  if (refused_.empty()) refused_ = what;
}

void ViewParser::tell(std::string_view caveat) {
  if (caveat.empty()) return;
  if (std::find(caveats_.begin(), caveats_.end(), caveat) == caveats_.end()) {
    caveats_.emplace_back(caveat);
  }
}

/// Note that texts are told apart that are one at the source.
void ViewParser::tell_pads(const Expression& e) {
  if (e.family != ValueFamily::text || e.text || e.folds_case) return;
  tell("the source takes texts for one that differ in trailing blanks");
}

void ViewParser::unexpected() {
  const bool readable = token_.kind != TokenKind::unreadable && token_.kind != TokenKind::end;
  refuse(readable ? std::string(token_.raw) : "text that cannot be read");
}

TranslatedView ViewParser::whole_view() {
  TranslatedView view;
  Query all = query();
  if (!refused() && skip_word("with")) {
    const bool local = at_word("local");
    if (!skip_word("local") && !skip_word("cascaded")) unexpected();
    if (!skip_word("check") || !skip_word("option")) unexpected();
    all.sql += local ? " with local check option" : " with cascaded check option";
  }
  if (!refused() && token_.kind != TokenKind::end) unexpected();
  view.reason = refused_;
  if (refused()) return view;
  view.query = std::move(all.sql);
  view.caveats = std::move(caveats_);
  for (Output& output : all.outputs) view.columns.push_back(std::move(output.column));
  return view;
}

// ---- expressions

bool ViewParser::at_clause() const {
  constexpr std::array<std::string_view, 14> words{"as",    "from",  "where", "group", "having",
                                                   "order", "limit", "union", "on",    "join",
                                                   "inner", "cross", "asc",   "desc"};
  return token_.kind == TokenKind::name &&
         std::find(words.begin(), words.end(), token_.text) != words.end();
}

/// The source's text from `first` up to the comma, bracket or clause that ends an expression.
std::string ViewParser::text_from(const Token& first, Lexer ahead) const {
  ViewParser rest("", names_);
  rest.token_ = first;
  rest.lexer_ = ahead;
  const char* const begin = first.raw.data();
  const char* end = begin;
  int depth = 0;
  while (rest.token_.kind != TokenKind::end && rest.token_.kind != TokenKind::unreadable) {
    if (depth == 0 && (rest.at_symbol(",") || rest.at_symbol(")") || rest.at_clause())) break;
    if (rest.at_symbol("(")) ++depth;
    if (rest.at_symbol(")")) --depth;
    end = rest.token_.raw.data() + rest.token_.raw.size();
    rest.advance();
  }
  return {begin, end};
}

Result ViewParser::expression() {
  const Token first = token_;
  const Lexer ahead = lexer_;
  Result result = refused() ? std::nullopt : any();
  if (!result) refuse("what may mean something else in PostgreSQL: " + text_from(first, ahead));
  if (result) tell(result->caveat);
  return result;
}

std::string ViewParser::condition() {
  const Result result = expression();
  const auto sql = result ? as_condition(*result) : std::nullopt;
  if (!sql) refuse("a condition that is no truth value");
  return sql.value_or("");
}

/// The parts of a name, which the token is at.
std::vector<std::string> ViewParser::dotted() {
  std::vector<std::string> parts;
  for (;;) {
    if (token_.kind != TokenKind::quoted_name) {
      refuse("a name that cannot be read");
      return parts;
    }
    parts.push_back(token_.text);
    advance();
    if (!skip_symbol(".")) return parts;
  }
}

Result ViewParser::column() {
  const std::vector<std::string> parts = dotted();
  for (const Scope* scope = scope_; scope != nullptr && !refused(); scope = scope->outer) {
    if (Result found = find(*scope, parts, scope == scope_)) return found;
  }
  std::string name;
  for (const std::string& part : parts) name += (name.empty() ? "" : ".") + part;
  refuse("the column " + name + ", which is not moved");
  return std::nullopt;
}

Result ViewParser::find(const Scope& scope, const std::vector<std::string>& parts, bool innermost) {
  const std::string& name = parts.back();
  // The source's server prints its tables' columns with the table: a bare name is an alias.
  if (parts.size() == 1 && scope.outputs != nullptr) {
    for (const Output& output : *scope.outputs) {
      if (output.column.name == name) return output.value;
    }
  }
  for (std::size_t i = 0; i < scope.sources.size(); ++i) {
    const Source& source = scope.sources[i];
    if (parts.size() >= 2 && parts[parts.size() - 2] != source.alias) continue;
    if (parts.size() >= 3 && parts[0] != source.database) continue;
    if (Result found = of_source(scope, i, name, innermost)) return found;
  }
  return std::nullopt;
}

Result ViewParser::of_source(const Scope& scope, std::size_t source, const std::string& name,
                             bool innermost) {
  const Source& from = scope.sources[source];
  for (const ViewColumn& column : from.relation->columns) {
    if (!same_ignoring_case(column.name, name)) continue;
    Expression e = column.value;
    const std::string quoted = quote_identifier(column.target);
    const std::string bare = from.prefix + "." + quoted;
    const std::size_t at = e.sql.find(quoted);
    if (at == std::string::npos) return std::nullopt;
    e.sql.replace(at, quoted.size(), bare);
    if (innermost) origins_.insert_or_assign(e.sql, Origin{source, &column, bare});
    return e;
  }
  return std::nullopt;
}

Result ViewParser::call(const std::string& name) {
  if (name == "exists" && at_query()) {
    advance();
    const Query inner = query();
    if (!skip_symbol(")")) return std::nullopt;
    return make("(EXISTS (" + inner.sql + "))", ValueFamily::boolean);
  }
  if (Result result = aggregate(name)) return result;
  return Parser::call(name);
}

/// None, with nothing read, where it is no aggregate.
Result ViewParser::aggregate(const std::string& name) {
  constexpr std::array<std::string_view, 5> names{"count", "sum", "avg", "min", "max"};
  if (std::find(names.begin(), names.end(), name) == names.end()) return std::nullopt;
  advance();
  if (name == "count" && skip_symbol("*")) {
    return skip_symbol(")") ? Result(make("count(*)", ValueFamily::integer)) : std::nullopt;
  }
  const bool distinct = skip_word("distinct");
  const Result given = any();
  if (!given || !skip_symbol(")")) return std::nullopt;
  const std::string open = name + (distinct ? "(DISTINCT " : "(");
  if (distinct && !has_one_equality(*given)) return std::nullopt;
  if (distinct) tell_pads(*given);
  if (name == "count")
    return inherit(make(open + given->sql + ")", ValueFamily::integer), {*given});
  const auto number = as_number(*given);
  if (name == "min" || name == "max") {
    const Expression& e = number ? *number : *given;
    // PostgreSQL has no order of truth values to take the first of, nor one of text that is
    // MySQL's.
    if (!has_one_order(e) || e.family == ValueFamily::other || e.family == ValueFamily::bytes) {
      return std::nullopt;
    }
    Result result = inherit(make(open + e.sql + ")", e.family), {e});
    result->floating = e.floating;
    result->scale = e.scale;
    return result;
  }
  // How many digits an average of exact numbers has is each server's own.
  if (!number || (name == "avg" && !number->floating)) return std::nullopt;
  const std::string sql = number->sql + (number->floating ? "::double precision" : "");
  Result result = inherit(
      with_scale(make(open + sql + ")", ValueFamily::number), scale_of(*number)), {*number});
  result->text_differs = true;
  return result;
}

Result ViewParser::scalar_query() {
  Query inner = query();
  if (refused() || inner.outputs.size() != 1) return std::nullopt;
  const ViewColumn& column = inner.outputs[0].column;
  Expression e = column.value;
  const std::string name = quote_identifier(column.target);
  const std::size_t at = column.target.empty() ? std::string::npos : e.sql.find(name);
  if (at == std::string::npos) {
    e.sql = "(" + inner.sql + ")";
  } else {
    e.sql.replace(at, name.size(), "(" + inner.sql + ")");
  }
  return e;
}

Result ViewParser::is_in_query(const Expression& left) {
  Query inner = query();
  if (refused() || inner.outputs.size() != 1) return std::nullopt;
  Expression right = inner.outputs[0].column.value;
  // Only where the values are compared as they are.
  const Result same = compare(left, "=", right);
  if (!same || same->sql != "(" + left.sql + " = " + right.sql + ")") return std::nullopt;
  return inherit(make("(" + left.sql + " IN (" + inner.sql + "))", ValueFamily::boolean), {*same});
}

// ---- queries

ViewParser::Query ViewParser::query() {
  Query all = select(false);
  while (!refused() && skip_word("union")) {
    const bool every = skip_word("all");
    if (!every) skip_word("distinct");
    const Query next = select(true);
    if (refused()) break;
    const std::string mismatch = unite(all, next);
    if (!mismatch.empty()) refuse(mismatch);
    if (!every) refuse_folded(all.outputs, "UNION");
    all.sql += (every ? " union all " : " union ") + next.sql;
    all.one_select = false;
  }
  if (!refused() && !all.one_select) all.sql += order_and_limit(all);
  return all;
}

/// What a column of a UNION is; why two of them cannot be one.
std::string ViewParser::unite(Query& left, const Query& right) {
  if (left.outputs.size() != right.outputs.size()) return "a UNION of unlike lists";
  for (std::size_t i = 0; i < left.outputs.size(); ++i) {
    Expression& a = left.outputs[i].column.value;
    const Expression& b = right.outputs[i].column.value;
    if (a.family == ValueFamily::null) {
      const std::string sql = a.sql;
      a = b;
      a.sql = sql;
    }
    const bool numbers = is_numeric(a) && is_numeric(b);
    const bool alike =
        a.family == b.family && (a.family != ValueFamily::other || a.labels_of == b.labels_of);
    if (!numbers && !alike && b.family != ValueFamily::null) {
      return "a UNION of unlike types in its column " + left.outputs[i].column.name;
    }
    const std::optional<std::uint32_t> left_scale = scale_of(a);
    const std::optional<std::uint32_t> right_scale = scale_of(b);
    if (numbers && left_scale && right_scale && *left_scale != *right_scale) {
      return "a UNION of numbers with unlike digits behind the point in its column " +
             left.outputs[i].column.name;
    }
    if (numbers && a.family != b.family) {
      a.family = ValueFamily::number;
      a.text_differs = true;
    }
    a.floating = a.floating || b.floating;
    a.folds_case = a.folds_case || b.folds_case;
    a.text_differs = a.text_differs || b.text_differs;
    a.ordered_by_number = a.ordered_by_number && b.ordered_by_number;
    left.outputs[i].value = a;
  }
  return {};
}

void ViewParser::refuse_folded(const std::vector<Output>& outputs, const std::string& what) {
  for (const Output& output : outputs) {
    tell_pads(output.column.value);
    if (has_one_equality(output.column.value)) continue;
    refuse(what +
           " over values that the source compares in its own way, say without regard to "
           "case: column " +
           output.column.name);
  }
}

ViewParser::Query ViewParser::select(bool behind_union) {
  if (skip_symbol("(")) {
    Query inner = query();
    if (!skip_symbol(")")) unexpected();
    inner.sql = "(" + inner.sql + ")";
    return inner;
  }
  Query found;
  if (!skip_word("select")) unexpected();
  Scope scope;
  scope.outer = scope_;
  std::map<std::string, Origin, std::less<>> outer_origins;
  std::swap(outer_origins, origins_);
  scope_ = &scope;

  // What FROM names is needed to read the list before it.
  const Token list = token_;
  const Lexer behind_list = lexer_;
  const bool distinct = at_word("distinct");
  int depth = 0;
  while (token_.kind != TokenKind::end && token_.kind != TokenKind::unreadable) {
    const bool ends = at_word("from") || at_word("union") || at_word("limit") || at_symbol(")");
    if (depth == 0 && ends) break;
    if (at_symbol("(")) ++depth;
    if (at_symbol(")")) --depth;
    advance();
  }
  const bool has_from = skip_word("from");
  const std::string sources = has_from ? from() : "";
  const Token rest = token_;
  const Lexer behind_rest = lexer_;
  token_ = list;
  lexer_ = behind_list;
  if (!refused()) select_list(found);
  const bool met = has_from ? at_word("from") : token_.raw.data() == rest.raw.data();
  if (!refused() && !met) unexpected();
  token_ = rest;
  lexer_ = behind_rest;
  scope.outputs = &found.outputs;

  found.sql = distinct ? "select distinct " : "select ";
  for (std::size_t i = 0; i < found.outputs.size(); ++i) {
    found.sql += (i == 0 ? "" : ", ") + found.outputs[i].selected;
  }
  if (distinct) refuse_folded(found.outputs, "DISTINCT");
  if (has_from) found.sql += " from " + sources;
  if (!refused() && skip_word("where")) found.sql += " where " + condition();
  bool grouped = false;
  if (!refused() && skip_word("group")) {
    found.sql += grouping();
    grouped = true;
  }
  if (!refused() && skip_word("having")) {
    if (!grouped) refuse("HAVING without GROUP BY");
    found.sql += " having " + condition();
  }
  // Behind a UNION they are the whole's.
  if (!refused() && !behind_union) found.sql += order_and_limit(found);
  scope_ = scope.outer;
  std::swap(outer_origins, origins_);
  return found;
}

void ViewParser::select_list(Query& query) {
  if (!skip_word("distinct")) skip_word("all");
  do {
    select_item(query);
  } while (!refused() && skip_symbol(","));
}

void ViewParser::select_item(Query& query) {
  const Result value = expression();
  if (!value) return;
  Output output{.column = {}, .value = *value, .selected = value->sql};
  const auto origin = origins_.find(value->sql);
  if (origin != origins_.end()) {
    output.selected = origin->second.bare;
    output.column = *origin->second.column;
    output.column.value.caveat.clear();
  } else {
    if (value->family == ValueFamily::boolean) {
      output.value = *as_number(*value);
      output.selected = output.value.sql;
    }
    // The source fills up with zeros the fraction of what was chosen among unlike ones.
    if (output.value.ragged && output.value.scale) {
      output.selected =
          "round(" + output.selected + ", " + std::to_string(*output.value.scale) + ")";
    }
    output.column.value = output.value;
    output.column.value.caveat.clear();
    output.column.value.text.reset();
    output.column.value.ragged = false;
    if (value->family == ValueFamily::number) output.column.value.text_differs = true;
  }
  if (skip_word("as")) {
    if (token_.kind != TokenKind::quoted_name) return unexpected();
    const std::string target = names_.output(token_.text);
    const std::string quoted = quote_identifier(target);
    std::string& sql = output.column.value.sql;
    if (origin != origins_.end()) {
      const std::string before = quote_identifier(output.column.target);
      sql.replace(sql.find(before), before.size(), quoted);
    } else {
      sql = quoted;
    }
    output.column.name = token_.text;
    output.column.target = target;
    output.selected += " as " + quoted;
    advance();
  }
  query.outputs.push_back(std::move(output));
}

}  // namespace millrace
