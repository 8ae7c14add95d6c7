#include "operators/default_expression.h"

#include <arpa/inet.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "io/ascii_case.h"
#include "io/quoting.h"
#include "operators/expression_translation.h"
#include "operators/json_check.h"

namespace millrace {

namespace {

using postgres::quote_literal;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// "numeric" of "numeric(10,2)".
std::string_view base_of(std::string_view type) noexcept { return type.substr(0, type.find('(')); }

bool is_integer_type(std::string_view type) noexcept {
  return type == "smallint" || type == "integer" || type == "bigint";
}

/// The value of an unquoted default's text, or none.
using Sql = std::optional<std::string>;

// ---- numbers

/// A decimal number without needless zeros in front; none where `text` is no number.
Sql number_literal(std::string_view text) {
  text = trim(text);
  std::string sign;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    if (text[0] == '-') sign = "-";
    text.remove_prefix(1);
  }
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - from;
  };
  std::size_t n_digits = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    n_digits += digits();
  }
  if (n_digits == 0) return std::nullopt;
  if (at < text.size() && lower_case(text[at]) == 'e') {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (digits() == 0) return std::nullopt;
  }
  if (at != text.size()) return std::nullopt;
  while (text.size() > 1 && text[0] == '0' && is_digit(text[1])) text.remove_prefix(1);
  return sign + std::string(text);
}

Sql integer_literal(std::string_view text, std::string_view type) {
  const Sql number = number_literal(text);
  if (!number) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, failure] =
      std::from_chars(number->data(), number->data() + number->size(), value);
  if (failure != std::errc() || end != number->data() + number->size()) return std::nullopt;
  std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  if (type == "smallint") largest = std::numeric_limits<std::int16_t>::max();
  if (type == "integer") largest = std::numeric_limits<std::int32_t>::max();
  if (value > largest || value < -largest - 1) return std::nullopt;
  return std::to_string(value);
}

Sql boolean_literal(std::string_view text) {
  const Sql number = number_literal(text);
  if (number == "0" || number == "-0") return "false";
  if (number == "1") return "true";
  return std::nullopt;
}

// ---- bit and hexadecimal literals

std::optional<unsigned> hex_digit(char c) noexcept {
  c = lower_case(c);
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  return std::nullopt;
}

/// What stands in b'..', 0b.., x'..' or 0x..; none where `text` is no such thing.
std::optional<std::string_view> inside(std::string_view text, char letter) noexcept {
  text = trim(text);
  if (text.size() >= 3 && lower_case(text[0]) == letter && text[1] == '\'' && text.back() == '\'') {
    return text.substr(2, text.size() - 3);
  }
  if (text.size() >= 3 && text[0] == '0' && text[1] == letter) return text.substr(2);
  return std::nullopt;
}

/// The bits of b'101', 0b101, x'5', 0x5 or a plain number, as "101" without zeros in front.
std::optional<std::string> bits_of(std::string_view text) {
  std::string bits;
  if (const auto binary = inside(text, 'b')) {
    for (const char c : *binary) {
      if (c != '0' && c != '1') return std::nullopt;
      bits += c;
    }
  } else if (const auto hex = inside(text, 'x')) {
    for (const char c : *hex) {
      const auto digit = hex_digit(c);
      if (!digit) return std::nullopt;
      for (unsigned bit = 8; bit > 0; bit /= 2) bits += (*digit & bit) != 0 ? '1' : '0';
    }
  } else {
    std::uint64_t value = 0;
    text = trim(text);
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || failure != std::errc() || end != text.data() + text.size()) {
      return std::nullopt;
    }
    for (; value != 0; value >>= 1U) bits.insert(bits.begin(), (value & 1U) != 0 ? '1' : '0');
  }
  bits.erase(0, std::min(bits.find('1'), bits.size()));
  return bits;
}

std::uint64_t number_of_bits(std::string_view bits) noexcept {
  std::uint64_t value = 0;
  for (const char c : bits) value = value << 1U | static_cast<unsigned>(c == '1');
  return value;
}

Sql bit_literal(std::string_view text, const SourceColumn& column, std::string_view type) {
  const auto bits = bits_of(text);
  if (!bits) return std::nullopt;
  if (type == "boolean") return boolean_literal(bits->empty() ? "0" : *bits);
  const std::size_t width = std::max<std::size_t>(column.display_width, 1);
  if (bits->size() > width) return std::nullopt;
  return "B'" + std::string(width - bits->size(), '0') + *bits + "'";
}

// ---- text and bytes

Sql text_literal(std::string_view text) {
  const bool holds_nul = text.find('\0') != std::string_view::npos;
  if (holds_nul || !simdjson::validate_utf8(text.data(), text.size())) return std::nullopt;
  return quote_literal(text);
}

Sql bytes_literal(std::string_view text, const SourceColumn& column) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  const auto written = inside(text, 'x');
  const bool is_hex = written && written->size() % 2 == 0 &&
                      std::all_of(written->begin(), written->end(),
                                  [](char c) { return hex_digit(c).has_value(); });
  if (is_hex) {
    hex = lower_case(*written);
  } else {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      hex += digits[byte >> 4U];
      hex += digits[byte & 15U];
    }
  }
  // BINARY(n) is padded with zero bytes.
  const bool padded = column.type == SourceType::binary;
  while (padded && hex.size() < 2 * column.length_bytes) hex += "00";
  return "'\\x" + hex + "'::bytea";
}

Sql uuid_literal(std::string_view text) {
  std::size_t n_digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    if (!hex_digit(c)) return std::nullopt;
    ++n_digits;
  }
  if (n_digits != 32) return std::nullopt;
  return quote_literal(text);
}

Sql inet_literal(const std::string& text) {
  std::array<unsigned char, 16> address;
  const bool valid = inet_pton(AF_INET6, text.c_str(), address.data()) == 1 ||
                     inet_pton(AF_INET, text.c_str(), address.data()) == 1;
  if (!valid) return std::nullopt;
  return quote_literal(text);
}

Sql json_literal(std::string_view text, std::string_view type) {
  if (type == "text") return text_literal(text);
  const auto target = type == "jsonb" ? JsonTarget::jsonb : JsonTarget::json;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  if (check_json(bytes, text.size(), target) != ValueFault::none) return std::nullopt;
  return text_literal(text);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> pieces;
  while (true) {
    const std::size_t end = text.find(separator);
    pieces.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

bool has_label(const SourceColumn& column, std::string_view label) {
  return std::find(column.labels.begin(), column.labels.end(), label) != column.labels.end();
}

Sql enum_literal(const std::string& text, const SourceColumn& column) {
  if (!has_label(column, text)) return std::nullopt;
  return text_literal(text);
}

Sql set_literal(const std::string& text, const SourceColumn& column, std::string_view type) {
  std::string array;
  if (!text.empty()) {
    for (const std::string& member : split(text, ',')) {
      const Sql literal = text_literal(member);
      if (!has_label(column, member) || !literal) return std::nullopt;
      if (!array.empty()) array += ", ";
      array += *literal;
    }
  }
  if (type == "text[]") return "ARRAY[" + array + "]::text[]";
  return text_literal(text);
}

// ---- dates and times

/// Reads fixed numbers of digits and single characters.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) noexcept : rest_(text) {}

  int number(std::size_t least_digits, std::size_t most_digits) noexcept {
    int value = 0;
    std::size_t n_digits = 0;
    while (n_digits < most_digits && n_digits < rest_.size() && is_digit(rest_[n_digits])) {
      value = 10 * value + (rest_[n_digits++] - '0');
    }
    valid_ = valid_ && n_digits >= least_digits;
    rest_.remove_prefix(n_digits);
    return value;
  }
  bool try_skip(char c) noexcept {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip(char c) noexcept { valid_ = try_skip(c) && valid_; }
  void fraction() noexcept {
    if (try_skip('.')) number(1, 6);
  }
  bool valid() const noexcept { return valid_; }
  bool done() const noexcept { return valid_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool valid_ = true;
};

bool read_date(FieldReader& reader) noexcept {
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int year = reader.number(4, 4);
  reader.skip('-');
  const int month = reader.number(2, 2);
  reader.skip('-');
  const int day = reader.number(2, 2);
  if (!reader.valid() || year < 0 || month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

/// hh:mm:ss[.ffffff], with up to `most_hour_digits` of hours.
int read_time(FieldReader& reader, std::size_t most_hour_digits) noexcept {
  const int hours = reader.number(1, most_hour_digits);
  reader.skip(':');
  const bool minutes_fit = reader.number(2, 2) < 60;
  reader.skip(':');
  const bool seconds_fit = reader.number(2, 2) < 60;
  reader.fraction();
  return minutes_fit && seconds_fit ? hours : -1;
}

/// The year before 1 is 0 in MySQL and 1 BC in PostgreSQL.
std::string with_era(std::string_view text, std::string_view zone = {}) {
  std::string result(text);
  result += zone;
  if (!text.starts_with("0000")) return result;
  return "0001" + result.substr(4) + " BC";
}

Sql date_literal(std::string_view text) {
  FieldReader reader(text);
  if (!read_date(reader)) return std::nullopt;
  if (reader.try_skip(' ')) read_time(reader, 2);
  if (!reader.done()) return std::nullopt;
  return quote_literal(with_era(text.substr(0, 10)));
}

Sql timestamp_literal(std::string_view text, std::string_view type) {
  FieldReader reader(text);
  if (!read_date(reader)) return std::nullopt;
  if (reader.try_skip(' ')) {
    const int hours = read_time(reader, 2);
    if (hours < 0 || hours > 23) return std::nullopt;
  }
  if (!reader.done()) return std::nullopt;
  // Our source sessions live in UTC, so that is what they print.
  return quote_literal(with_era(text, type == "timestamptz" ? "+00" : ""));
}

Sql time_literal(std::string_view text, std::string_view type) {
  FieldReader reader(text);
  const bool negative = reader.try_skip('-');
  const int hours = read_time(reader, 3);
  if (!reader.done() || hours < 0) return std::nullopt;
  if (type == "time" && (negative || hours > 23)) return std::nullopt;
  return quote_literal(text);
}

// ---- the whole

Sql literal(const SourceColumn& column, const std::string& text, const std::string& target_type) {
  const std::string_view type = base_of(target_type);
  switch (column.type) {
    case SourceType::tinyint:
    case SourceType::smallint:
    case SourceType::mediumint:
    case SourceType::integer:
    case SourceType::bigint:
    case SourceType::year: {
      const bool in_bits = inside(text, 'b') || inside(text, 'x');
      const auto bits = in_bits ? bits_of(text) : std::nullopt;
      const std::string number =
          bits && bits->size() <= 64 ? std::to_string(number_of_bits(*bits)) : text;
      if (type == "boolean") return boolean_literal(number);
      return is_integer_type(type) ? integer_literal(number, type) : number_literal(number);
    }
    case SourceType::decimal:
    case SourceType::float32:
    case SourceType::float64: return number_literal(text);
    case SourceType::bit: return bit_literal(text, column, type);
    case SourceType::date: return date_literal(text);
    case SourceType::datetime:
    case SourceType::timestamp: return timestamp_literal(text, type);
    case SourceType::time: return time_literal(text, type);
    case SourceType::character:
    case SourceType::varchar:
    case SourceType::text:
      return type == "bytea" ? bytes_literal(text, column) : text_literal(text);
    case SourceType::binary:
    case SourceType::varbinary:
    case SourceType::blob: return bytes_literal(text, column);
    case SourceType::enumeration: return enum_literal(text, column);
    case SourceType::set: return set_literal(text, column, type);
    case SourceType::json: return json_literal(text, type);
    case SourceType::uuid: return uuid_literal(text);
    case SourceType::inet4:
    case SourceType::inet6: return inet_literal(text);
    case SourceType::geometry:
    case SourceType::unknown: return std::nullopt;
  }
  return std::nullopt;
}

bool is_temporal(SourceType type) noexcept {
  return type == SourceType::date || type == SourceType::datetime ||
         type == SourceType::timestamp || type == SourceType::time;
}

TranslatedDefault left_out(const SourceColumn& column, std::string_view reason) {
  TranslatedDefault result;
  result.note = "default " + column.default_text + " is left out: ";
  result.note += reason;
  if (!column.nullable) result.note += "; an INSERT must now give a value";
  return result;
}

TranslatedDefault translate_literal(const SourceColumn& column, const std::string& text,
                                    const std::string& target_type) {
  if (auto sql = literal(column, text, target_type)) return {.sql = std::move(*sql), .note = {}};
  if (column.type == SourceType::bit || base_of(target_type) == "boolean") {
    return left_out(column, "it is no value of " + target_type);
  }
  return left_out(column, is_temporal(column.type) ? "PostgreSQL has no such date or time"
                                                   : "the target's type has no such value");
}

/// Without the parentheses around the whole.
std::string_view unwrapped(std::string_view text) noexcept {
  text = trim(text);
  while (text.size() > 1 && text.front() == '(' && text.back() == ')') {
    // In "(a) + (b)" the first does not belong to the last.
    const std::string_view inner = text.substr(1, text.size() - 2);
    if (inner.find_first_of("()'`") != std::string_view::npos) break;
    text = trim(inner);
  }
  return text;
}

TranslatedDefault translate_sql(const SourceColumn& column, const std::string& target_type) {
  const std::string_view text = unwrapped(column.default_text);
  if (number_literal(text) || inside(text, 'b') || inside(text, 'x')) {
    return translate_literal(column, std::string(text), target_type);
  }
  const auto expression = translate_expression(text);
  if (!expression) return left_out(column, "no PostgreSQL expression is known for it");
  if (expression->family == ValueFamily::null) return {};
  if (expression->text) return translate_literal(column, *expression->text, target_type);
  auto sql = assign_to(*expression, target_type);
  if (!sql) return left_out(column, "its value would not fit " + target_type);
  TranslatedDefault result;
  const bool makes_uuid = expression->sql.find("gen_random_uuid()") != std::string::npos;
  if (makes_uuid) {
    result.note = "default " + column.default_text + " becomes " + *sql +
                  ": random (version 4), not by the clock";
  }
  result.sql = std::move(*sql);
  return result;
}

}  // namespace

TranslatedDefault translate_default(const SourceColumn& column, const std::string& target_type) {
  switch (column.default_kind) {
    case DefaultKind::none:
    case DefaultKind::null: return {};
    case DefaultKind::literal: return translate_literal(column, column.default_text, target_type);
    case DefaultKind::expression: return translate_sql(column, target_type);
  }
  return {};
}

}  // namespace millrace
