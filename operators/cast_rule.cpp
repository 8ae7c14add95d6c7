#include "operators/cast_rule.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "io/ascii_case.h"
#include "io/error.h"
#include "io/nearest_word.h"
#include "operators/glob.h"
#include "operators/meant_table.h"

namespace millrace {
namespace {

constexpr std::array<std::string_view, 38> type_names = {
    "tinyint",   "smallint", "mediumint",      "int",        "bigint",     "decimal",    "float",
    "double",    "bit",      "date",           "datetime",   "timestamp",  "time",       "year",
    "char",      "varchar",  "tinytext",       "text",       "mediumtext", "longtext",   "binary",
    "varbinary", "tinyblob", "blob",           "mediumblob", "longblob",   "enum",       "set",
    "json",      "geometry", "point",          "linestring", "polygon",    "multipoint", "uuid",
    "inet4",     "inet6",    "multilinestring"};

// What people write, and what the catalog calls it.
constexpr std::pair<std::string_view, std::string_view> spellings[] = {
    {"integer", "int"}, {"numeric", "decimal"}, {"real", "double"}};

bool has_wildcard(std::string_view text) noexcept {
  return text.find_first_of("*?[") != std::string_view::npos;
}

[[noreturn]] void refuse(std::string_view origin, const std::string& why, std::string hint = {}) {
  throw Error(ErrorKind::bad_request, "cannot use " + std::string(origin) + ": " + why, {},
              std::move(hint));
}

struct Token {
  std::string text;
  bool quoted = false;  // it stood in '...'
};

/// A rule's words: blanks separate, commas stand by themselves, '...', `...` and (...) stay whole.
std::vector<Token> tokens_of(std::string_view text, std::string_view origin) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == ' ' || text[at] == '\t') {
      ++at;
      continue;
    }
    if (text[at] == ',') {
      tokens.push_back({",", false});
      ++at;
      continue;
    }
    if (text[at] == '\'') {
      Token token{"", true};
      for (++at;; ++at) {
        if (at == text.size()) refuse(origin, "a quote is not closed", "write 'text'");
        if (text[at] == '\'' && (at + 1 == text.size() || text[at + 1] != '\'')) break;
        if (text[at] == '\'') ++at;  // '' is one quote
        token.text += text[at];
      }
      ++at;
      tokens.push_back(std::move(token));
      continue;
    }
    Token token;
    int depth = 0;
    bool in_backticks = false;
    for (; at < text.size(); ++at) {
      const char c = text[at];
      if (c == '`') in_backticks = !in_backticks;
      if (!in_backticks && c == '(') ++depth;
      if (!in_backticks && c == ')') --depth;
      if (!in_backticks && depth <= 0 && (c == ' ' || c == '\t' || c == ',')) break;
      token.text += c;
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

/// Reads a rule's words one after the other.
class RuleReader {
 public:
  RuleReader(std::string_view text, CastRule& rule)
      : rule_(rule), tokens_(tokens_of(text, rule.origin)) {}

  void read_selector() {
    if (done()) refuse(rule_.origin, "no type and no column stands before =>", form);
    if (!tokens_[at_].quoted && tokens_[at_].text.find('.') != std::string::npos) {
      rule_.columns = tokens_[at_++].text;
    } else {
      read_type();
      read_guards();
    }
    if (!done()) refuse(rule_.origin, "'" + tokens_[at_].text + "' means nothing here", form);
  }

  void read_type() {
    const std::string whole = lower_case(tokens_[at_++].text);
    const std::size_t open = whole.find('(');
    rule_.type = whole.substr(0, open);
    for (const auto& [spelling, name] : spellings) {
      if (rule_.type == spelling) rule_.type = name;
    }
    if (rule_.type == "bool" || rule_.type == "boolean") {
      rule_.type = "tinyint";
      rule_.length.emplace().length = 1;
    }
    const bool known =
        has_wildcard(rule_.type)
            ? std::any_of(type_names.begin(), type_names.end(),
                          [&](std::string_view name) { return matches_glob(rule_.type, name); })
            : std::find(type_names.begin(), type_names.end(), rule_.type) != type_names.end();
    if (!known) {
      const std::string_view meant = nearest_word(rule_.type, type_names);
      refuse(rule_.origin, "MySQL has no type " + rule_.type,
             meant.empty() ? "a column is written table.column or database.table.column"
                           : "did you mean " + std::string(meant) + "?");
    }
    if (open != std::string::npos) read_length(whole.substr(open));
  }

  void read_guards() {
    while (!done()) {
      if (take("unsigned")) {
        rule_.is_unsigned = true;
      } else if (take("signed")) {
        rule_.is_unsigned = false;
      } else if (take("null")) {
        rule_.nullable = true;
      } else if (take("not")) {
        if (!take("null")) refuse(rule_.origin, "'not' without 'null'", "write not null");
        rule_.nullable = false;
      } else if (take("auto_increment")) {
        rule_.auto_increment = true;
      } else if (take("default")) {
        if (done()) refuse(rule_.origin, "'default' without a value", "write default 0");
        rule_.default_text = tokens_[at_++].text;
      } else if (take("in")) {
        if (done()) refuse(rule_.origin, "'in' without columns", "write in shop.orders.*");
        rule_.columns = tokens_[at_++].text;
      } else {
        return;
      }
    }
  }

  void read_result() {
    while (!done() && !is_keyword()) {
      rule_.to += (rule_.to.empty() ? "" : " ") + tokens_[at_++].text;
      // "numeric(12, 2)" is one token; a comma here belongs to nothing.
    }
    while (!done()) {
      if (take("using")) {
        if (done()) refuse(rule_.origin, "'using' without a conversion", "see docs/conversions.md");
        rule_.conversion = lower_case(tokens_[at_++].text);
      } else if (take("null")) {
        if (!take("if")) refuse(rule_.origin, "'null' without 'if'", "write null if 0,-1");
        rule_.null_if = values("null if 0,-1");
      } else if (take("true")) {
        rule_.true_words = values("true Y false N");
      } else if (take("false")) {
        rule_.false_words = values("true Y false N");
      } else {
        refuse(rule_.origin, "'" + tokens_[at_].text + "' means nothing here", form);
      }
    }
  }

 private:
  static constexpr const char* form =
      "write 'int unsigned in shop.*.* => integer' or 'shop.orders.paid => boolean'; "
      "docs/conversions.md has the rest";

  bool done() const noexcept { return at_ == tokens_.size(); }
  bool is(std::string_view word) const {
    return !done() && !tokens_[at_].quoted && lower_case(tokens_[at_].text) == word;
  }
  bool is_keyword() const { return is("using") || is("null") || is("true") || is("false"); }
  bool take(std::string_view word) {
    if (!is(word)) return false;
    ++at_;
    return true;
  }

  std::vector<std::string> values(const char* example) {
    std::vector<std::string> list;
    do {
      if (done() || (!tokens_[at_].quoted && tokens_[at_].text == ",")) {
        refuse(rule_.origin, "a value is missing", std::string("write ") + example);
      }
      list.push_back(tokens_[at_++].text);
    } while (take(","));
    return list;
  }

  // "(36)", "(>=36)", "(10,2)".
  void read_length(std::string_view text) {
    using enum LengthGuard::Is;
    const auto unfit = [&]() {
      refuse(rule_.origin, "'" + std::string(text) + "' is no length",
             "write (36), (>=36), (<256) or (10,2)");
    };
    if (!text.starts_with('(') || !text.ends_with(')')) unfit();
    std::string_view rest = text.substr(1, text.size() - 2);
    LengthGuard guard;
    constexpr std::pair<std::string_view, LengthGuard::Is> signs[] = {
        {"<=", at_most}, {">=", at_least}, {"<", below}, {">", above}, {"=", equal}};
    for (const auto& [sign, is] : signs) {
      if (!rest.starts_with(sign)) continue;
      guard.is = is;
      rest.remove_prefix(sign.size());
      break;
    }
    const auto number = [&](std::string_view digits, auto& value) {
      while (digits.starts_with(' ')) digits.remove_prefix(1);
      while (digits.ends_with(' ')) digits.remove_suffix(1);
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (error != std::errc() || end != digits.data() + digits.size()) unfit();
    };
    const std::size_t comma = rest.find(',');
    number(rest.substr(0, comma), guard.length);
    if (comma != std::string_view::npos) number(rest.substr(comma + 1), guard.scale.emplace());
    rule_.length = guard;
  }

  CastRule& rule_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

std::uint64_t length_of(const SourceColumn& column) noexcept {
  switch (column.type) {
    case SourceType::decimal: return column.precision;
    case SourceType::datetime:
    case SourceType::timestamp:
    case SourceType::time: return column.fraction_digits;
    case SourceType::character:
    case SourceType::varchar:
    case SourceType::text:
    case SourceType::json: return column.length_characters;
    case SourceType::binary:
    case SourceType::varbinary:
    case SourceType::blob: return column.length_bytes;
    default: return column.display_width;
  }
}

bool holds(const LengthGuard& guard, const SourceColumn& column) noexcept {
  const std::uint64_t length = length_of(column);
  if (guard.scale && *guard.scale != column.scale) return false;
  switch (guard.is) {
    case LengthGuard::Is::equal: return length == guard.length;
    case LengthGuard::Is::below: return length < guard.length;
    case LengthGuard::Is::at_most: return length <= guard.length;
    case LengthGuard::Is::above: return length > guard.length;
    case LengthGuard::Is::at_least: return length >= guard.length;
  }
  return false;
}

bool has_default(const SourceColumn& column, const std::string& wanted) {
  switch (column.default_kind) {
    case DefaultKind::none: return false;
    case DefaultKind::null: return lower_case(wanted) == "null";
    case DefaultKind::literal:
    case DefaultKind::expression: return column.default_text == wanted;
  }
  return false;
}

bool selects_by_type(const CastRule& rule, const SourceColumn& column) {
  // MariaDB's JSON is longtext to its catalog.
  const bool is_json = column.type == SourceType::json && matches_glob(rule.type, "json");
  return rule.type.empty() || is_json || matches_glob(rule.type, lower_case(column.data_type));
}

bool selects_by_name(const CastRule& rule, const SourceTable& table, const SourceColumn& column) {
  if (rule.columns.empty()) return true;
  const std::vector<std::string> parts = name_parts(rule.columns);
  const std::size_t n = parts.size();
  if (n < 2 || n > 3) return false;
  // As MySQL compares them.
  if (!matches_part(lower_case(parts[n - 1]), lower_case(column.name))) return false;
  return means_table(table, rule.origin, [&](const std::string& database, const std::string& name) {
    return (n == 2 || matches_part(parts[0], database)) && matches_part(parts[n - 2], name);
  });
}

const SourceColumn* find_own(const SourceMember& member, const SourceColumn& column) {
  const auto found = std::ranges::find(member.columns, column.name, &SourceColumn::name);
  return found == member.columns.end() ? nullptr : &*found;
}

/// Whose default a rule asks for: of each of the tables that become one, or of the column itself.
/// The source column is no table's own.
bool has_defaults_of_members(const SourceTable& table, const SourceColumn& column) {
  return table.consolidated() && find_own(table.members.front(), column) != nullptr;
}

bool selects_all_but_default(const CastRule& rule, const SourceTable& table,
                             const SourceColumn& column) {
  return (!rule.is_unsigned || *rule.is_unsigned == column.is_unsigned) &&
         (!rule.nullable || *rule.nullable == column.nullable) &&
         (!rule.auto_increment || *rule.auto_increment == column.auto_increment) &&
         selects_by_type(rule, column) && (!rule.length || holds(*rule.length, column)) &&
         selects_by_name(rule, table, column);
}

}  // namespace

std::vector<std::string> name_parts(std::string_view name) {
  std::vector<std::string> parts(1);
  bool in_backticks = false;
  for (const char c : name) {
    if (c == '`') in_backticks = !in_backticks;
    if (c == '.' && !in_backticks) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool matches_part(std::string_view part, std::string_view name) {
  if (part.size() >= 2 && part.front() == '`' && part.back() == '`') {
    return part.substr(1, part.size() - 2) == name;
  }
  return matches_glob(part, name);
}

void parse_type_selector(std::string_view text, CastRule& rule) {
  RuleReader reader(text, rule);
  reader.read_selector();
}

void check_cast_rule(const CastRule& rule) {
  if (!rule.columns.empty()) {
    const std::vector<std::string> parts = name_parts(rule.columns);
    const bool empty = std::any_of(parts.begin(), parts.end(),
                                   [](const std::string& part) { return part.empty(); });
    if (parts.size() < 2 || parts.size() > 3 || empty) {
      refuse(rule.origin, "'" + rule.columns + "' names no columns",
             "write table.column or database.table.column; each part may hold * and ?, and a name "
             "with a dot stands in backticks");
    }
  } else if (rule.type.empty()) {
    refuse(rule.origin, "it selects neither a type nor columns",
           "write type = \"int unsigned\" or column = \"shop.orders.*\"");
  }
  const bool has_words = !rule.true_words.empty() || !rule.false_words.empty();
  if (rule.to.empty() && rule.conversion.empty() && rule.null_if.empty()) {
    refuse(rule.origin, "it does not say what the columns become",
           has_words ? "words of truth need a boolean: => boolean true Y false N"
                     : "write => TYPE, or => null if VALUE");
  }
}

CastRule parse_cast_rule(std::string_view text, std::string origin) {
  CastRule rule;
  rule.origin = std::move(origin);
  const std::size_t arrow = text.find("=>");
  if (arrow == std::string_view::npos) {
    refuse(rule.origin, "no => stands in it",
           "write 'int unsigned => integer' or 'shop.orders.paid => boolean'");
  }
  RuleReader(text.substr(0, arrow), rule).read_selector();
  RuleReader(text.substr(arrow + 2), rule).read_result();
  check_cast_rule(rule);
  return rule;
}

bool may_select(const CastRule& rule, const SourceTable& table, const SourceColumn& column) {
  if (!selects_all_but_default(rule, table, column)) return false;
  if (!rule.default_text) return true;
  if (!has_defaults_of_members(table, column)) return has_default(column, *rule.default_text);
  return std::ranges::any_of(table.members, [&](const SourceMember& member) {
    return has_default(*find_own(member, column), *rule.default_text);
  });
}

bool selects(const CastRule& rule, const SourceTable& table, const SourceColumn& column) {
  if (!may_select(rule, table, column)) return false;
  if (!rule.default_text || !has_defaults_of_members(table, column)) return true;
  // Defaults may differ among tables that become one: then the rule would be followed for the rows
  // of all, as the first one's default says.
  return means_members(table, rule.origin,
                       "leave 'default' out of the rule, or give the column one default at the "
                       "source",
                       [&](const SourceMember& member) {
                         return has_default(*find_own(member, column), *rule.default_text);
                       });
}

int closeness(const CastRule& rule) noexcept {
  if (rule.columns.empty()) return 0;
  return has_wildcard(rule.columns) ? 1 : 2;
}

void refuse_rule(const CastRule& rule, const std::string& why, std::string hint) {
  throw Error(ErrorKind::bad_request, "cannot use " + rule.origin + ": " + why,
              {.side = Side::source}, std::move(hint));
}

}  // namespace millrace
