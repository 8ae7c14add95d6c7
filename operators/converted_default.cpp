#include "operators/converted_default.h"

#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "io/ascii_case.h"
#include "io/quoting.h"
#include "operators/null_values.h"
#include "operators/row_encoder.h"
#include "operators/wire_field.h"
#include "operators/wire_integer.h"

namespace millrace {
namespace {

using postgres::quote_literal;

/// The bytes that the source would send for this text; none where it is no such value.
template <typename Number>
std::optional<std::string> fixed_bytes(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::optional<std::string> integer_bytes(WireInteger wire, std::string_view text) {
  switch (wire) {
    case WireInteger::int8: return fixed_bytes<std::int8_t>(text);
    case WireInteger::uint8: return fixed_bytes<std::uint8_t>(text);
    case WireInteger::int16: return fixed_bytes<std::int16_t>(text);
    case WireInteger::uint16: return fixed_bytes<std::uint16_t>(text);
    case WireInteger::int32: return fixed_bytes<std::int32_t>(text);
    case WireInteger::uint32: return fixed_bytes<std::uint32_t>(text);
    case WireInteger::int64: return fixed_bytes<std::int64_t>(text);
    case WireInteger::uint64: return fixed_bytes<std::uint64_t>(text);
  }
  return std::nullopt;
}

std::string string_bytes(std::string_view text) {
  std::string bytes;
  bytes += '\xfd';  // a length of three bytes holds every default
  for (int i = 0; i < 3; ++i) bytes += static_cast<char>(text.size() >> 8 * i & 0xff);
  return bytes.append(text);
}

std::string_view without_blanks(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string ipv4_text(std::uint64_t address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += (text.empty() ? "" : ".") + std::to_string(address >> shift & 0xff);
  }
  return text;
}

std::string instant_sql(const std::string& number, std::uint32_t microseconds_per_unit,
                        std::string_view type) {
  std::string seconds = number;
  if (microseconds_per_unit == 1'000) seconds += " / 1000.0";
  if (microseconds_per_unit == 1) seconds += " / 1000000.0";
  const std::string instant = "to_timestamp(" + seconds + ")";
  return type == "timestamptz" ? instant : "(" + instant + " AT TIME ZONE 'UTC')";
}

/// A default's value as it travels, and as its encoder writes it.
class DefaultValue {
 public:
  DefaultValue(const SourceColumn& column, const ColumnEncoding& encoding,
               const std::string& target_type)
      : column_(column), encoding_(encoding), type_(target_type) {}

  TranslatedDefault translate(const std::string& text) const {
    const std::optional<std::string> wire = wire_bytes(text);
    if (!wire) return left_out("it is no value of its type");
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(wire->data());
    const std::uint8_t* const end = begin + wire->size();
    const std::uint8_t* in = begin;
    FieldView field;
    if (!read_field(wire_shape(encoding_), in, end, field)) {
      return left_out("it is no value of its type");
    }
    const ColumnLiterals* const literals = encoding_.literals.get();
    if (literals != nullptr && becomes_null(*literals, wire_shape(encoding_), field)) {
      return {.sql = {}, .note = "default " + column_.default_text + " is NULL by the rule"};
    }
    const std::vector<std::uint8_t> bitmap(2);
    std::vector<std::byte> room(1024 + 4 * text.size());
    const RowOutcome outcome = RowEncoder({encoding_}).encode({bitmap.data(), begin, end}, room);
    if (outcome.status == RowStatus::fault) return left_out(std::string(describe(outcome.fault)));
    if (outcome.status != RowStatus::encoded) return left_out("it is no value of its type");
    std::string sql = sql_of(text, static_cast<std::uint8_t>(room[room_value]));
    if (sql.empty()) return left_out("it is bytes");
    return {.sql = std::move(sql), .note = {}};
  }

 private:
  // Where the first byte of a tuple's first value lies: behind the count and its length.
  static constexpr std::size_t room_value = 6;

  TranslatedDefault left_out(const std::string& reason) const {
    TranslatedDefault result;
    result.note = "default " + column_.default_text + " is left out: " + reason;
    if (!column_.nullable) result.note += "; an INSERT must now give a value";
    return result;
  }

  std::optional<std::string> wire_bytes(const std::string& text) const {
    switch (wire_shape(encoding_)) {
      case WireShape::string: return string_bytes(text);
      case WireShape::temporal: return std::nullopt;
      default: break;
    }
    if (column_.type == SourceType::float32) return fixed_bytes<float>(text);
    if (column_.type == SourceType::float64) return fixed_bytes<double>(text);
    return integer_bytes(encoding_.wire, without_blanks(text));
  }

  std::string sql_of(const std::string& text, std::uint8_t first_byte) const {
    const std::string number(without_blanks(text));
    switch (encoding_.encoding) {
      case Encoding::integer_to_bool:
      case Encoding::nonzero_to_bool:
      case Encoding::text_to_bool: return first_byte == 1 ? "true" : "false";
      case Encoding::integer_to_text: return quote_literal(number);
      case Encoding::integer_to_timestamp:
        return instant_sql(number, encoding_.microseconds_per_unit, type_);
      case Encoding::uint32_to_inet: {
        std::uint64_t address = 0;
        std::from_chars(number.data(), number.data() + number.size(), address);
        return quote_literal(ipv4_text(address));
      }
      case Encoding::text_to_float8: return quote_literal(number);
      case Encoding::text_to_int2:
      case Encoding::text_to_int4:
      case Encoding::text_to_int8: return number.starts_with('+') ? number.substr(1) : number;
      case Encoding::bytes_to_uuid:
      case Encoding::swapped_bytes_to_uuid:
      case Encoding::bytes_to_inet:
      case Encoding::bytes_to_bytea: return {};
      default: return wire_shape(encoding_) == WireShape::string ? quote_literal(text) : number;
    }
  }

  const SourceColumn& column_;
  const ColumnEncoding& encoding_;
  const std::string& type_;
};

/// A number that a catalog prints as an expression, for example "(0)" or "0".
std::optional<std::string> plain_number(std::string_view sql) {
  sql = without_blanks(sql);
  while (sql.size() > 2 && sql.front() == '(' && sql.back() == ')') {
    sql = without_blanks(sql.substr(1, sql.size() - 2));
  }
  double value = 0;
  const auto [end, error] = std::from_chars(sql.data(), sql.data() + sql.size(), value);
  if (error != std::errc() || end != sql.data() + sql.size()) return std::nullopt;
  return std::string(sql);
}

bool is_converting(const ColumnEncoding& encoding, const SourceColumn& column) noexcept {
  if (encoding.encoding >= Encoding::integer_to_int2) return true;
  // Encoders of other types' own, fed with text or bytes.
  const bool is_text = column.type == SourceType::character || column.type == SourceType::varchar ||
                       column.type == SourceType::text || column.type == SourceType::blob ||
                       column.type == SourceType::binary || column.type == SourceType::varbinary;
  switch (encoding.encoding) {
    case Encoding::text_to_uuid:
    case Encoding::text_to_inet:
    case Encoding::json_to_jsonb:
    case Encoding::json_to_json:
    case Encoding::utf8_to_text:
    case Encoding::latin1_to_text: return is_text;
    default: return false;
  }
}

}  // namespace

TranslatedDefault translate_converted_default(const SourceColumn& column,
                                              const ColumnEncoding& encoding,
                                              const std::string& target_type) {
  const bool is_literal = column.default_kind == DefaultKind::literal;
  const bool is_expression = column.default_kind == DefaultKind::expression;
  if (!is_literal && !is_expression) return {};
  const auto number = is_expression ? plain_number(column.default_text) : std::nullopt;
  const ColumnLiterals* const literals = encoding.literals.get();
  if (literals != nullptr && literals->null_zero_date &&
      column.default_text.starts_with("0000-00-00")) {
    return {.sql = {}, .note = "default " + column.default_text + " is NULL by the rule"};
  }
  const bool makes_nulls =
      literals != nullptr && (!literals->null_integers.empty() || !literals->null_floats.empty() ||
                              !literals->null_texts.empty());
  const bool converting = is_converting(encoding, column);
  if (!converting && !makes_nulls) return translate_default(column, target_type);
  if (is_expression && !number) {
    if (!converting) return translate_default(column, target_type);
    const std::string name = lower_case(without_blanks(column.default_text));
    if (encoding.encoding == Encoding::integer_to_timestamp && name == "unix_timestamp()") {
      const std::string now = "CURRENT_TIMESTAMP(0)";
      return {.sql = target_type == "timestamptz" ? now : "(" + now + " AT TIME ZONE 'UTC')",
              .note = {}};
    }
    TranslatedDefault result;
    result.note = "default " + column.default_text +
                  " is left out: no PostgreSQL expression is known for the converted column";
    if (!column.nullable) result.note += "; an INSERT must now give a value";
    return result;
  }
  const DefaultValue value(column, encoding, target_type);
  const TranslatedDefault converted = value.translate(number ? *number : column.default_text);
  // A rule that only names NULLs leaves the type's own default as it is.
  const bool is_null = converted.sql.empty() && converted.note.ends_with("by the rule");
  return converting || is_null ? converted : translate_default(column, target_type);
}

}  // namespace millrace
