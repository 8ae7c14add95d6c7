#include <algorithm>
#include <cstddef>

#include "io/quoting.h"
#include "operators/view_parser.h"

// What follows a SELECT's list: FROM, GROUP BY, ORDER BY, LIMIT.

namespace millrace {

using namespace expression;
using postgres::quote_identifier;

// ---- FROM

std::string ViewParser::from() {
  std::string sql = joined();
  while (!refused() && skip_symbol(",")) sql += ", " + joined();
  return sql;
}

std::string ViewParser::joined() {
  std::string sql = factor();
  for (;;) {
    if (refused()) return sql;
    std::string side;
    if (at_word("left") || at_word("right")) {
      side = token_.text + " ";
      advance();
      skip_word("outer");
    } else if (!skip_word("inner")) {
      skip_word("cross");
    }
    if (!skip_word("join")) return sql;
    const std::string right = factor();
    if (!refused() && skip_word("on")) {
      sql += " " + side + "join " + right + " on " + condition();
    } else {
      if (!side.empty()) refuse("an outer join without a condition");
      sql += " cross join " + right;
    }
  }
}

std::string ViewParser::factor() {
  if (at_query()) return derived();
  if (skip_symbol("(")) {
    std::string inner = from();
    if (!skip_symbol(")")) unexpected();
    return "(" + inner + ")";
  }
  return relation();
}

std::string ViewParser::derived() {
  advance();
  Scope* const around = scope_;
  scope_ = around->outer;
  Query inner = query();
  scope_ = around;
  if (!skip_symbol(")")) unexpected();
  skip_word("as");
  const std::vector<std::string> alias = refused() ? std::vector<std::string>() : dotted();
  if (refused()) return {};
  const std::string name = quote_identifier(alias.back());
  ViewRelation& made = derived_.emplace_back();
  for (Output& output : inner.outputs) made.columns.push_back(std::move(output.column));
  scope_->sources.push_back({alias.back(), {}, name, &made});
  return "(" + inner.sql + ") " + name;
}

std::string ViewParser::relation() {
  const std::vector<std::string> parts = dotted();
  if (refused()) return {};
  if (parts.size() != 2) {
    refuse("a table without its database: " + parts.back());
    return {};
  }
  const ViewRelation* const found = names_.relation(parts[0], parts[1]);
  if (found == nullptr) {
    refuse(parts[0] + "." + parts[1] + ", which is no table or view in the target");
    return {};
  }
  skip_word("as");
  if (token_.kind != TokenKind::quoted_name) {
    scope_->sources.push_back({parts[1], parts[0], found->sql, found});
    return found->sql;
  }
  const std::string alias = token_.text;
  advance();
  scope_->sources.push_back({alias, {}, quote_identifier(alias), found});
  return found->sql + " " + quote_identifier(alias);
}

// ---- GROUP BY, ORDER BY, LIMIT

std::string ViewParser::grouping() {
  if (!skip_word("by")) unexpected();
  std::string sql;
  std::vector<std::pair<std::size_t, std::string>> columns;
  std::vector<std::pair<Expression, std::size_t>> folded;  // and its source
  constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  do {
    const Result item = expression();
    if (!item) return {};
    if (is_count(*item)) refuse("GROUP BY a number");
    const auto origin = origins_.find(item->sql);
    const bool is_column = origin != origins_.end();
    if (is_column) columns.emplace_back(origin->second.source, origin->second.column->name);
    tell_pads(*item);
    if (!has_one_equality(*item)) {
      folded.emplace_back(*item, is_column ? origin->second.source : nowhere);
    }
    sql += (sql.empty() ? " group by " : ", ") + (is_column ? origin->second.bare : item->sql);
  } while (!refused() && skip_symbol(","));
  for (const auto& [item, source] : folded) {
    // One row of its table is in each group anyway.
    const bool determined = [&, at = source] {
      if (at == nowhere) return false;
      const std::vector<std::string>& key = scope_->sources[at].relation->primary_key;
      return !key.empty() && std::all_of(key.begin(), key.end(), [&](const std::string& name) {
        return std::find(columns.begin(), columns.end(), std::pair(at, name)) != columns.end();
      });
    }();
    if (!determined) {
      refuse(
          "GROUP BY over values that the source compares in its own way, say without regard to "
          "case: " +
          item.sql);
    }
  }
  return sql;
}

std::string ViewParser::order_and_limit(const Query& query) {
  std::string sql;
  bool by_text = false;
  if (skip_word("order")) {
    if (!skip_word("by")) unexpected();
    do {
      const std::string item = order_item(query, by_text);
      sql += (sql.empty() ? " order by " : ", ") + item;
    } while (!refused() && skip_symbol(","));
  }
  if (refused() || !at_word("limit")) {
    if (by_text) tell("it is ordered by text, for which each server has an order of its own");
    return sql;
  }
  if (by_text) refuse("LIMIT in an order of text, which each server has in its own way");
  return sql + limit();
}

/// The output that the name or the number at the token stands for, where nothing else follows.
const ViewParser::Output* ViewParser::output_at_token(const Query& query) const {
  Lexer ahead = lexer_;
  const Token next = ahead.next();
  const bool alone = next.kind == TokenKind::end || next.kind == TokenKind::name ||
                     (next.kind == TokenKind::symbol && (next.text == "," || next.text == ")"));
  if (!alone) return nullptr;
  if (token_.kind == TokenKind::number) {
    for (std::size_t i = 0; i < query.outputs.size(); ++i) {
      if (token_.text == std::to_string(i + 1)) return &query.outputs[i];
    }
  }
  if (token_.kind != TokenKind::quoted_name) return nullptr;
  for (const Output& output : query.outputs) {
    if (output.column.name == token_.text) return &output;
  }
  return nullptr;
}

std::string ViewParser::order_item(const Query& query, bool& by_text) {
  const Output* const output = output_at_token(query);
  Expression e;
  std::string sql;
  if (output != nullptr) {
    e = output->column.value;
    sql = token_.kind == TokenKind::number ? token_.text : quote_identifier(output->column.target);
    advance();
  } else {
    const Result found = expression();
    if (!found) return {};
    e = *found;
    const auto origin = origins_.find(e.sql);
    sql = origin != origins_.end() ? origin->second.bare : e.sql;
    if (is_count(e)) refuse("ORDER BY a number");
  }
  if (e.ordered_by_number || (e.family == ValueFamily::other && e.labels_of == nullptr)) {
    refuse("an order that the source has of its own: " + sql);
  }
  by_text = by_text || !has_one_order(e);
  // NULL is the least in MySQL, and the greatest in PostgreSQL.
  if (skip_word("desc")) return sql + " desc NULLS LAST";
  skip_word("asc");
  return sql + " NULLS FIRST";
}

/// LIMIT offset, count there is LIMIT count OFFSET offset here.
std::string ViewParser::limit() {
  advance();
  const auto count = [&]() -> std::string {
    if (token_.kind != TokenKind::number) unexpected();
    std::string digits = token_.text;
    advance();
    return digits;
  };
  const std::string first = count();
  if (skip_word("offset")) return " limit " + first + " offset " + count();
  if (!skip_symbol(",")) return " limit " + first;
  return " limit " + count() + " offset " + first;
}

}  // namespace millrace
