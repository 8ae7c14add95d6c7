#include "operators/view_translation.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "io/quoting.h"
#include "operators/expression_lexer.h"
#include "operators/schema_translator.h"

namespace millrace {

namespace {

template <std::size_t n>
bool is_one_of(std::string_view word, const std::array<std::string_view, n>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 42> same_words{
    "select", "distinct", "all",   "from",      "where",  "group",    "by",   "having", "order",
    "asc",    "desc",     "limit", "offset",    "as",     "on",       "join", "left",   "right",
    "inner",  "outer",    "cross", "union",     "and",    "or",       "not",  "is",     "null",
    "in",     "between",  "like",  "exists",    "case",   "when",     "then", "else",   "end",
    "true",   "false",    "with",  "recursive", "except", "intersect"};

constexpr std::array<std::string_view, 18> same_functions{
    "count", "sum",  "min",   "max",   "avg",   "coalesce", "nullif", "lower",       "upper",
    "abs",   "ceil", "floor", "ltrim", "rtrim", "replace",  "round",  "char_length", "row_number"};

/// Rewrites token by token; a function's arguments are rewritten first, then put together anew.
class ViewRewriter {
 public:
  ViewRewriter(std::string_view text, const ViewNames& names) : lexer_(text), names_(names) {
    advance();
  }

  TranslatedView whole() {
    TranslatedView view;
    view.query = until_end();
    if (refused_.empty() && token_.kind != TokenKind::end) refuse("a ) too many");
    if (!refused_.empty()) view.query.clear();
    view.reason = refused_;
    view.compares_text = compares_text_;
    return view;
  }

 private:
  void advance() {
    constexpr std::array<std::string_view, 8> comparisons{"=", "<>", "!=", "<",
                                                          ">", "<=", ">=", "<=>"};
    const bool symbol = token_.kind == TokenKind::symbol && is_one_of(token_.text, comparisons);
    const bool word = token_.kind == TokenKind::name;
    // A charset's name may stand between.
    const bool introducer = word && token_.text.starts_with('_');
    after_comparison_ =
        symbol || (word && token_.text == "like") || (introducer && after_comparison_);
    in_list_ = in_list_ || (word && token_.text == "in");
    token_ = lexer_.next();
  }
  bool at(std::string_view symbol) const {
    return token_.kind == TokenKind::symbol && token_.text == symbol;
  }
  void refuse(const std::string& what) {
    if (refused_.empty()) refused_ = what;
  }

  /// Until the end, or a comma or a closing parenthesis on this level where `in_arguments`.
  std::string until_end(bool in_arguments = false) {
    std::string out;
    const auto add = [&](const std::string& piece) {
      if (!out.empty() && out.back() != '(' && piece != ")" && piece != ",") out += ' ';
      out += piece;
    };
    int depth = 0;
    while (refused_.empty() && token_.kind != TokenKind::end) {
      if (depth == 0 && (at(")") || (in_arguments && at(",")))) break;
      if (at("(")) ++depth;
      if (at(")")) --depth;
      add(piece());
    }
    return out;
  }

  std::string piece() {
    const Token token = token_;
    const bool compared = after_comparison_ || in_list_;
    advance();
    switch (token.kind) {
      case TokenKind::quoted_name: return dotted(token.text);
      case TokenKind::number: return token.text;
      case TokenKind::text: compares_text_ = compares_text_ || compared; return literal(token.text);
      case TokenKind::name: return word(token.text);
      case TokenKind::symbol: return symbol(token.text);
      default: refuse("text that cannot be read"); return {};
    }
  }

  std::string literal(const std::string& text) {
    if (text.find('\0') != std::string::npos) refuse("a NUL byte");
    return postgres::quote_literal(text);
  }

  std::string dotted(std::string first) {
    std::vector<std::string> parts{std::move(first)};
    while (at(".")) {
      advance();
      if (token_.kind != TokenKind::quoted_name) {
        refuse("a name that cannot be read");
        break;
      }
      parts.push_back(token_.text);
      advance();
    }
    return names_(parts);
  }

  std::string symbol(const std::string& text) {
    constexpr std::array<std::string_view, 13> same{"(",  ")",  ",", "=", "<", "<=", ">",
                                                    ">=", "<>", "+", "-", "*", "!="};
    if (text == "<=>") return "IS NOT DISTINCT FROM";
    if (!is_one_of(text, same)) refuse("the operator " + text);
    return text;
  }

  std::string word(const std::string& name) {
    if (name.starts_with('_') && token_.kind == TokenKind::text) {
      if (!name.starts_with("_utf8")) refuse("a literal in " + name.substr(1));
      return piece();
    }
    if (at("(") && name != "in" && name != "on" && name != "and" && name != "or" && name != "not" &&
        name != "exists" && name != "from" && name != "join" && name != "where" && name != "when" &&
        name != "then" && name != "else" && name != "as" && name != "select" && name != "by" &&
        name != "having" && name != "like" && name != "between" && name != "is" && name != "all" &&
        name != "union" && name != "except" && name != "intersect") {
      return call(name);
    }
    if (name == "current_timestamp") return "CURRENT_TIMESTAMP";
    if (name == "limit") return limit();
    if (!is_one_of(name, same_words)) refuse("the word " + name);
    return name;
  }

  /// LIMIT offset, count there is LIMIT count OFFSET offset here.
  std::string limit() {
    const std::string first = token_.text;
    if (token_.kind != TokenKind::number) refuse("a LIMIT that cannot be read");
    advance();
    if (!at(",")) return "limit " + first;
    advance();
    const std::string count = token_.text;
    advance();
    return "limit " + count + " offset " + first;
  }

  std::string call(const std::string& name) {
    advance();  // the parenthesis
    std::vector<std::string> arguments;
    if (!at(")")) {
      for (;;) {
        arguments.push_back(until_end(true));
        if (!at(",")) break;
        advance();
      }
    }
    if (!at(")")) {
      refuse("a call of " + name + " that cannot be read");
      return {};
    }
    advance();
    const auto joined = [&](std::string_view between) {
      std::string all;
      for (const std::string& argument : arguments) {
        if (!all.empty()) all += between;
        all += argument;
      }
      return all;
    };
    const std::size_t n = arguments.size();
    if (name == "if" && n == 3) {
      return "CASE WHEN " + arguments[0] + " THEN " + arguments[1] + " ELSE " + arguments[2] +
             " END";
    }
    if (name == "ifnull" && n == 2) return "coalesce(" + joined(", ") + ")";
    if (name == "isnull" && n == 1) return "((" + arguments[0] + ") IS NULL)";
    if (name == "lcase" || name == "ucase") {
      return (name == "lcase" ? "lower(" : "upper(") + joined(", ") + ")";
    }
    if (name == "concat" && n > 0) {
      // concat() passes over NULL in PostgreSQL.
      std::string all;
      for (const std::string& argument : arguments) {
        all += (all.empty() ? "(" : " || ") + ("(" + argument) + ")::text";
      }
      return all + ")";
    }
    if (name == "year" && n == 1) return "extract(year FROM " + arguments[0] + ")::integer";
    if (name == "month" && n == 1) return "extract(month FROM " + arguments[0] + ")::integer";
    if (name == "date" && n == 1) return "(" + arguments[0] + ")::date";
    if (name == "current_timestamp" || name == "now") return "CURRENT_TIMESTAMP";
    if (name == "curdate" && n == 0) return "CURRENT_DATE";
    if (!is_one_of(name, same_functions)) refuse("the function " + name);
    return name + "(" + joined(", ") + ")";
  }

  Lexer lexer_;
  Token token_;
  const ViewNames& names_;
  std::string refused_;
  bool after_comparison_ = false;  // the token before was one
  bool in_list_ = false;           // IN was met: what follows may be compared
  bool compares_text_ = false;
};

}  // namespace

TranslatedView translate_view_query(std::string_view mysql, const ViewNames& names) {
  return ViewRewriter(mysql, names).whole();
}

/// Whether the view is one to try; what is known against it is noted.
bool Translator::translate_view(const SourceExtra& view) {
  const std::string where = view.database + "." + view.name;
  const auto leave_out = [&](const std::string& reason) {
    note("not migrated", where, "view: " + view.definition + " (" + reason + ")");
    return true;
  };
  if (choices_.schema.views == ViewChoice::report) return leave_out("--views report");
  if (view.definition.empty()) return leave_out("this account may not read its text");
  const std::string schema = schema_of(view.database);
  if (std::find(out_.schemas.begin(), out_.schemas.end(), schema) == out_.schemas.end()) {
    return leave_out("its database has no table to move");
  }
  const auto names = [&](const std::vector<std::string>& parts) {
    std::string out;
    const auto add = [&](const std::string& name) {
      out += (out.empty() ? "" : ".") + postgres::quote_identifier(name);
    };
    const bool qualified = parts.size() >= 2 && schema_of_view_.contains(parts[0]);
    if (!qualified) {
      for (const std::string& part : parts) add(shorten_identifier(folded(part)));
      return out;
    }
    add(schema_of_view_.at(parts[0]));
    const auto table = find_table(parts[0], parts[1]);
    add(table ? out_.tables[*table].target.name : shorten_identifier(folded(parts[1])));
    if (parts.size() > 2) {
      const auto column = table ? find_column(catalog_.tables[*table], parts[2]) : std::nullopt;
      const TargetColumn* const target = column ? target_of({*table, *column}) : nullptr;
      add(target != nullptr ? target->name : shorten_identifier(folded(parts[2])));
    }
    return out;
  };
  for (const SourceTable& table : catalog_.tables) {
    schema_of_view_.emplace(table.database, schema_of(table.database));
  }
  const TranslatedView translated = translate_view_query(view.definition, names);
  if (translated.query.empty()) return leave_out("it uses " + translated.reason);
  TargetView target;
  target.schema = schema;
  target.name = relations_[schema].claim(folded(view.name));
  target.query = translated.query;
  target.source = view.definition;
  if (translated.compares_text) {
    note("view", where, "compares text, and case counts in the target: " + translated.query);
  }
  out_.views.push_back(std::move(target));
  return true;
}

}  // namespace millrace
