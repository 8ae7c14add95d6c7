// Values as a person would write them, for messages and reject files, and rows without the values
// that do not fit. Off the hot path.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "operators/encode_text.h"
#include "operators/row_encoder.h"
#include "operators/wire_field.h"
#include "operators/wire_integer.h"

namespace millrace {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

template <typename Number>
std::string number_text(Number value) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

std::string padded(std::uint64_t value, std::size_t width) {
  std::string text = std::to_string(value);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::string fraction_text(const std::uint8_t* data, bool present, std::uint32_t digits) {
  const std::string all = padded(present ? load_little<std::uint32_t>(data) : 0, 6);
  return digits == 0 && (!present || all == "000000")
             ? std::string()
             : "." + all.substr(0, digits == 0 ? 6 : digits);
}

std::string clock_text(std::uint64_t hours, const std::uint8_t* minutes) {
  return padded(hours, 2) + ":" + padded(minutes[0], 2) + ":" + padded(minutes[1], 2);
}

std::string datetime_text(FieldView field, bool date_only, std::uint32_t digits) {
  const auto* const d = field.data;
  std::string text = "0000-00-00";
  if (field.bytes >= 4) {
    text = padded(load_little<std::uint16_t>(d), 4) + "-" + padded(d[2], 2) + "-" + padded(d[3], 2);
  }
  if (date_only && field.bytes <= 4) return text;
  text += field.bytes >= 7 ? " " + clock_text(d[4], d + 5) : " 00:00:00";
  return text + fraction_text(d + 7, field.bytes >= 11, digits);
}

std::string time_text(FieldView field, std::uint32_t digits) {
  const auto* const d = field.data;
  if (field.bytes < 8) return "00:00:00" + fraction_text(d, false, digits);
  const std::uint64_t hours = std::uint64_t{load_little<std::uint32_t>(d + 1)} * 24 + d[5];
  return (d[0] != 0 ? "-" : "") + clock_text(hours, d + 6) +
         fraction_text(d + 8, field.bytes >= 12, digits);
}

std::string bit_text(FieldView field) {
  std::string text;
  for (std::size_t i = 0; i < field.bytes; ++i) {
    for (int bit = 7; bit >= 0; --bit) text += (field.data[i] >> bit & 1) != 0 ? '1' : '0';
  }
  const std::size_t first = text.find('1');
  return "b'" + (first == std::string::npos ? "0" : text.substr(first)) + "'";
}

std::string hex_text(FieldView field, std::size_t max_bytes) {
  std::string text = "0x";
  for (std::size_t i = 0; i < field.bytes && text.size() <= max_bytes; ++i) {
    text += hex_digits[field.data[i] >> 4];
    text += hex_digits[field.data[i] & 0xf];
  }
  return text;
}

// Bytes of the UTF-8 character at `at`, or 0 if there is none.
std::size_t character_bytes(const std::uint8_t* at, std::size_t left) {
  const std::size_t bytes = *at < 0x80 ? 1 : *at < 0xc0 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
  if (bytes == 0 || bytes > left) return 0;
  return bytes == 1 || check_utf8(at, bytes) == ValueFault::none ? bytes : 0;
}

// Readable characters stay; control characters and broken bytes become \xNN.
std::string readable_text(FieldView field, bool latin1, std::size_t max_bytes) {
  std::string text;
  for (std::size_t i = 0; i < field.bytes && text.size() <= max_bytes;) {
    const std::uint8_t* const at = field.data + i;
    if (*at < 0x20 || *at == 0x7f) {
      text += {'\\', 'x', hex_digits[*at >> 4], hex_digits[*at & 0xf]};
      ++i;
      continue;
    }
    if (latin1) {
      std::array<std::uint8_t, 4> utf8{};
      const std::uint8_t* const end = write_latin1_as_utf8(at, 1, utf8.data());
      text.append(utf8.cbegin(), utf8.cbegin() + (end - utf8.data()));
      ++i;
      continue;
    }
    const std::size_t bytes = character_bytes(at, field.bytes - i);
    if (bytes == 0) {
      text += {'\\', 'x', hex_digits[*at >> 4], hex_digits[*at & 0xf]};
      ++i;
      continue;
    }
    text.append(at, at + bytes);
    i += bytes;
  }
  return text;
}

std::string value_text(const ColumnEncoding& column, FieldView field, std::size_t max_bytes) {
  const std::uint8_t* const d = field.data;
  switch (column.encoding) {
    case Encoding::int8_to_int2: return number_text(int{load_little<std::int8_t>(d)});
    case Encoding::uint8_to_int2: return number_text(unsigned{*d});
    case Encoding::int8_to_bool: return number_text(int{load_little<std::int8_t>(d)});
    case Encoding::int16_to_int2: return number_text(load_little<std::int16_t>(d));
    case Encoding::uint16_to_int4:
    case Encoding::uint16_to_int2: return number_text(load_little<std::uint16_t>(d));
    case Encoding::int32_to_int4: return number_text(load_little<std::int32_t>(d));
    case Encoding::uint32_to_int8: return number_text(load_little<std::uint32_t>(d));
    case Encoding::int64_to_int8: return number_text(load_little<std::int64_t>(d));
    case Encoding::uint64_to_int8:
    case Encoding::uint64_to_numeric: return number_text(load_little<std::uint64_t>(d));
    case Encoding::float_to_float8:
    case Encoding::float_to_float4: return number_text(load_little<float>(d));
    case Encoding::double_to_float4:
    case Encoding::double_to_float8: return number_text(load_little<double>(d));
    case Encoding::bit_to_bool:
    case Encoding::bit_to_bit: return bit_text(field);
    case Encoding::date_to_date: return datetime_text(field, true, 0);
    case Encoding::datetime_to_timestamp:
      return datetime_text(field, false, column.fraction_digits);
    case Encoding::time_to_interval:
    case Encoding::time_to_time: return time_text(field, column.fraction_digits);
    case Encoding::integer_to_int2:
    case Encoding::integer_to_int4:
    case Encoding::integer_to_int8:
    case Encoding::integer_to_numeric:
    case Encoding::integer_to_float4:
    case Encoding::integer_to_rounded_float4:
    case Encoding::integer_to_float8:
    case Encoding::integer_to_bool:
    case Encoding::nonzero_to_bool:
    case Encoding::integer_to_text:
    case Encoding::integer_to_timestamp:
    case Encoding::uint32_to_inet: {
      const IntegerValue value = load_integer(column.wire, d);
      return (value.negative ? "-" : "") + number_text(value.magnitude());
    }
    case Encoding::bytes_to_uuid:
    case Encoding::swapped_bytes_to_uuid:
    case Encoding::bytes_to_inet:
    case Encoding::bytes_to_bytea:
    case Encoding::geometry_to_ewkb: return hex_text(field, max_bytes);
    case Encoding::latin1_to_text:
    case Encoding::latin1_to_bpchar:
    case Encoding::latin1_to_enum:
    case Encoding::latin1_to_text_array: return readable_text(field, true, max_bytes);
    case Encoding::decimal_to_numeric:
    case Encoding::utf8_to_text:
    case Encoding::utf8_to_bpchar:
    case Encoding::utf8_to_enum:
    case Encoding::utf8_to_text_array:
    case Encoding::json_to_jsonb:
    case Encoding::json_to_json:
    case Encoding::text_to_uuid:
    case Encoding::text_to_inet:
    case Encoding::text_to_int2:
    case Encoding::text_to_int4:
    case Encoding::text_to_int8:
    case Encoding::text_to_float8:
    case Encoding::text_to_bool: return readable_text(field, false, max_bytes);
  }
  return {};
}

// Cut to `max_bytes` with "..." at the end, never within a character.
std::string shortened(std::string text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  constexpr std::string_view dots = "...";
  std::size_t keep = max_bytes > dots.size() ? max_bytes - dots.size() : 0;
  while (keep > 0 && (static_cast<unsigned char>(text[keep]) & 0xc0) == 0x80) --keep;
  text.resize(keep);
  return text.append(dots.substr(0, max_bytes));
}

bool is_null_in(const BinaryRowView& row, std::size_t column) {
  return (row.null_bitmap[(column + 2) / 8] >> (column + 2) % 8 & 1) != 0;
}

std::string decoded(FieldView field, bool latin1) {
  if (!latin1) return {field.data, field.data + field.bytes};
  // Three bytes a character at most, and as much behind the last one.
  std::string text(3 * field.bytes + 4, '\0');
  auto* const begin = reinterpret_cast<std::uint8_t*>(text.data());
  const auto* const end = write_latin1_as_utf8(field.data, field.bytes, begin);
  text.resize(static_cast<std::size_t>(end - begin));
  return text;
}

bool is_utf8(FieldView field) {
  // NUL is a character of UTF-8, though not of PostgreSQL's text.
  std::string without_nul(field.data, field.data + field.bytes);
  std::erase(without_nul, '\0');
  return check_utf8(reinterpret_cast<const std::uint8_t*>(without_nul.data()),
                    without_nul.size()) == ValueFault::none;
}

}  // namespace

ExactValue RowEncoder::exact_value(const BinaryRowView& row, std::size_t column) const {
  if (is_null_in(row, column)) return {};
  const std::uint8_t* in = row.fields;
  FieldView field;
  for (std::size_t index = 0; index <= column; ++index) {
    if (is_null_in(row, index)) continue;
    if (!read_field(wire_shape(columns_[index]), in, row.end, field)) return {};
  }
  const ColumnEncoding& encoding = columns_[column];
  const std::string raw(field.data, field.data + field.bytes);
  switch (encoding.encoding) {
    case Encoding::bytes_to_bytea:
    case Encoding::bytes_to_uuid:
    case Encoding::swapped_bytes_to_uuid:
    case Encoding::bytes_to_inet:
    case Encoding::geometry_to_ewkb: return {ExactValue::Kind::bytes, raw};
    case Encoding::latin1_to_text:
    case Encoding::latin1_to_bpchar:
    case Encoding::latin1_to_enum:
    case Encoding::latin1_to_text_array: return {ExactValue::Kind::text, decoded(field, true)};
    default: break;
  }
  if (wire_shape(encoding) == WireShape::string && encoding.encoding != Encoding::bit_to_bool &&
      encoding.encoding != Encoding::bit_to_bit) {
    return {is_utf8(field) ? ExactValue::Kind::text : ExactValue::Kind::bytes, raw};
  }
  // Numbers and times: the whole of them is short.
  constexpr std::size_t whole = 1024;
  return {ExactValue::Kind::text, value_text(encoding, field, whole)};
}

BinaryRowView RowEncoder::with_nulls(const BinaryRowView& row,
                                     std::span<const std::uint16_t> columns,
                                     std::vector<std::uint8_t>& scratch) const {
  const std::size_t bitmap_bytes = (columns_.size() + 9) / 8;
  scratch.assign(row.null_bitmap, row.null_bitmap + bitmap_bytes);
  for (const std::uint16_t column : columns) {
    scratch[(column + 2U) / 8] |= static_cast<std::uint8_t>(1U << (column + 2U) % 8);
  }
  const std::uint8_t* in = row.fields;
  for (std::size_t index = 0; index < columns_.size(); ++index) {
    if (is_null_in(row, index)) continue;
    const std::uint8_t* const begin = in;
    FieldView field;
    if (!read_field(wire_shape(columns_[index]), in, row.end, field)) {
      // The encoder finds out that the row is broken here.
      scratch.insert(scratch.end(), begin, row.end);
      break;
    }
    const bool gone = std::find(columns.begin(), columns.end(), index) != columns.end();
    if (!gone) scratch.insert(scratch.end(), begin, in);
  }
  return {.null_bitmap = scratch.data(),
          .fields = scratch.data() + bitmap_bytes,
          .end = scratch.data() + scratch.size()};
}

std::string RowEncoder::describe_value(const BinaryRowView& row, std::size_t column,
                                       std::size_t max_bytes) const {
  if (is_null_in(row, column)) return "NULL";

  const std::uint8_t* in = row.fields;
  FieldView field;
  for (std::size_t index = 0; index <= column; ++index) {
    if (is_null_in(row, index)) continue;
    const WireShape shape = wire_shape(columns_[index]);
    if (!read_field(shape, in, row.end, field)) return "(unreadable)";
  }
  return shortened(value_text(columns_[column], field, max_bytes), max_bytes);
}

}  // namespace millrace
