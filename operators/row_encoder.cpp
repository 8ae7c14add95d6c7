#include "operators/row_encoder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "operators/encode_converted.h"
#include "operators/encode_geometry.h"
#include "operators/encode_network.h"
#include "operators/encode_number.h"
#include "operators/encode_text.h"
#include "operators/encode_time.h"
#include "operators/encoded_size.h"
#include "operators/json_check.h"
#include "operators/null_values.h"
#include "operators/wire_field.h"
#include "operators/wire_forms.h"
#include "operators/wire_integer.h"

// COPY binary, as written below:
//    tuple := int16(n_fields) field{n}       field := int32(-1) | int32(n_bytes) byte{n}
// Integers are big-endian. Source: PostgreSQL manual, COPY, "Binary Format".

namespace millrace {
namespace {

constexpr std::size_t count_bytes = 2;

inline bool is_null(const std::uint8_t* null_bitmap, std::size_t column) noexcept {
  const std::size_t bit = column + 2;
  return (null_bitmap[bit / 8] >> bit % 8 & 1) != 0;
}

ValueFault encode_bit(std::uint8_t*& to, FieldView field, std::uint32_t bits) noexcept {
  const std::size_t bytes = (bits + 7) / 8;
  if (field.bytes > 8 || bytes > 8) return ValueFault::out_of_range;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < field.bytes; ++i) value = value << 8 | field.data[i];
  if (bits < 64 && value >> bits != 0) return ValueFault::out_of_range;
  // bit(n) is left-aligned: the first bit is the top one of the first byte.
  store_big(to, static_cast<std::uint32_t>(length_bytes + bytes));
  store_big(to + 4, bits);
  value <<= 8 * bytes - bits;
  for (std::size_t i = 0; i < bytes; ++i) {
    to[8 + i] = static_cast<std::uint8_t>(value >> 8 * (bytes - 1 - i));
  }
  to += 8 + bytes;
  return ValueFault::none;
}

ValueFault encode_bit_as_bool(std::uint8_t*& to, FieldView field) noexcept {
  if (field.bytes != 1 || field.data[0] > 1) return ValueFault::not_boolean;
  encode_bool(to, field.data[0] == 1);
  return ValueFault::none;
}

ValueFault encode_json(std::uint8_t*& to, FieldView field, JsonTarget target) noexcept {
  const ValueFault fault = check_json(field.data, field.bytes, target);
  if (fault != ValueFault::none) return fault;
  const bool jsonb = target == JsonTarget::jsonb;
  store_big(to, static_cast<std::uint32_t>(field.bytes + (jsonb ? 1 : 0)));
  to += length_bytes;
  if (jsonb) *to++ = 1;  // Source: PostgreSQL, jsonb_recv(): version 1 is the text
  std::memcpy(to, field.data, field.bytes);
  to += field.bytes;
  return ValueFault::none;
}

/// Encode a field that a rule converts: one whose size is bounded, so that its room is reserved.
/// False if the field does not end before `end`. Out of line, so that the rows of tables without
/// such columns run through a loop of their own size.
[[gnu::noinline]] bool encode_converted(const ColumnEncoding& column, const std::uint8_t*& in,
                                        const std::uint8_t* end, std::uint8_t*& to,
                                        ValueFault& fault) noexcept {
  FieldView field;
  if (!read_field(wire_shape(column), in, end, field)) return false;
  const auto integer = [&]() noexcept { return load_integer(column.wire, field.data); };
  switch (column.encoding) {
    case Encoding::integer_to_int2:
    case Encoding::integer_to_int4:
    case Encoding::integer_to_int8: fault = encode_narrowed(to, integer(), column.encoding); break;
    case Encoding::integer_to_numeric:
      fault = encode_integer_numeric(to, integer(), column.precision, column.scale);
      break;
    case Encoding::integer_to_float4: fault = encode_integer_float4(to, integer(), false); break;
    case Encoding::integer_to_rounded_float4:
      fault = encode_integer_float4(to, integer(), true);
      break;
    case Encoding::integer_to_float8: fault = encode_integer_float8(to, integer()); break;
    case Encoding::integer_to_bool:
      if (integer().bits > 1) {
        fault = ValueFault::not_boolean;
      } else {
        encode_bool(to, integer().bits == 1);
      }
      break;
    case Encoding::nonzero_to_bool: encode_bool(to, integer().bits != 0); break;
    case Encoding::integer_to_text: encode_integer_text(to, integer()); break;
    case Encoding::integer_to_timestamp:
      fault = encode_epoch(to, integer(), column.microseconds_per_unit);
      break;
    case Encoding::uint32_to_inet: fault = encode_number_inet(to, integer()); break;
    case Encoding::float_to_float8:
      encode_int8(to, std::bit_cast<std::uint64_t>(double{load_little<float>(field.data)}));
      break;
    case Encoding::double_to_float4:
      fault = encode_rounded_double(to, load_little<double>(field.data));
      break;
    case Encoding::text_to_int2:
    case Encoding::text_to_int4:
    case Encoding::text_to_int8: fault = encode_text_integer(to, field, column.encoding); break;
    case Encoding::text_to_float8: fault = encode_text_float8(to, field); break;
    case Encoding::text_to_bool:
      fault = column.literals.get() == nullptr
                  ? ValueFault::unknown_word
                  : encode_text_bool(to, field, *column.literals.get());
      break;
    case Encoding::bytes_to_uuid: fault = encode_bytes_uuid(to, field, false); break;
    case Encoding::swapped_bytes_to_uuid: fault = encode_bytes_uuid(to, field, true); break;
    case Encoding::bytes_to_inet: fault = encode_bytes_inet(to, field); break;
    default: return false;  // no other encoding comes here
  }
  return true;
}

}  // namespace

RowEncoder::RowEncoder(std::vector<ColumnEncoding> columns, ConstantFields constants)
    : columns_(std::move(columns)),
      forms_(millrace::wire_forms(columns_)),
      constants_(std::move(constants)) {
  // Chunks of text are stored whole: that much may be written behind the last one.
  fixed_bytes_ = count_bytes + copy_slack_bytes + constants_.bytes.size();
  for (const ColumnEncoding& column : columns_) {
    fixed_bytes_ += length_bytes + reserved_bytes(column);
    const ColumnLiterals* const literals = column.literals.get();
    makes_nulls_ = makes_nulls_ || (literals != nullptr && literals->make_nulls());
    if (column.refuses_null) {
      refusing_null_.push_back(static_cast<std::uint16_t>(&column - columns_.data()));
    }
  }
}

RowOutcome RowEncoder::encode(const BinaryRowView& row, std::span<std::byte> out,
                              std::span<const std::uint16_t> given_up) const noexcept {
  // Decided once per row: a table whose NULLs need no care pays nothing for it.
  if (!refusing_null_.empty()) [[unlikely]] {
    const RowOutcome refused = refused_null(row, given_up);
    if (refused.status == RowStatus::fault) return refused;
  }
  return makes_nulls_ ? encode_row<true>(row, out) : encode_row<false>(row, out);
}

template <bool makes_nulls>
RowOutcome RowEncoder::encode_row(const BinaryRowView& row,
                                  std::span<std::byte> out) const noexcept {
  if (out.size() < fixed_bytes_) return out_of_room(row);
  // No tuple can exceed 1 GB, so neither can its variable part: out_of_room() tells which it is.
  std::size_t spare = std::min(out.size() - fixed_bytes_, longest_field_bytes);
  auto* const begin = reinterpret_cast<std::uint8_t*>(out.data());
  std::uint8_t* to = begin;
  const std::uint8_t* in = row.fields;
  const std::uint8_t* const end = row.end;
  const std::uint8_t* const null_bitmap = row.null_bitmap;

  FieldView field;
  ValueFault fault = ValueFault::none;
  // Calls an encoder with a copy of `to`, so that `to` itself stays in a register.
  const auto encode_with = [&](auto encode_field, auto... arguments) noexcept {
    std::uint8_t* next = to;
    fault = encode_field(next, arguments...);
    to = next;
  };
  const auto has = [&](std::ptrdiff_t bytes) noexcept { return end - in >= bytes; };
  const auto draw = [&](std::size_t bytes) noexcept {
    if (bytes > spare) return false;
    spare -= bytes;
    return true;
  };
  // Latin1 grows to three bytes a character at most; counted only where that could be too much.
  // What was drawn in excess goes back to the budget, so that a second try is sure to have room.
  const auto latin1_bytes_at_most = [&]() noexcept {
    return 3 * field.bytes <= spare ? 3 * field.bytes
                                    : latin1_bytes_as_utf8(field.data, field.bytes);
  };

  store_big(to, static_cast<std::uint16_t>(columns_.size() + constants_.count));
  to += count_bytes;
  std::size_t index = 0;
  const auto malformed = [&]() noexcept {
    return RowOutcome{RowStatus::malformed, ValueFault::none, static_cast<std::uint16_t>(index), 0};
  };

  for (const ColumnEncoding& column : columns_) {
    if (is_null(null_bitmap, index)) {
      store_big(to, ~std::uint32_t{0});
      to += length_bytes;
      ++index;
      continue;
    }
    if constexpr (makes_nulls) {
      if (const ColumnLiterals* const literals = column.literals.get(); literals != nullptr) {
        const WireShape shape = wire_shape(column);
        const std::uint8_t* after = in;
        if (!read_field(shape, after, end, field)) return malformed();
        if (becomes_null(*literals, shape, field)) {
          if (column.refuses_null) {
            return {RowStatus::fault, ValueFault::null_not_allowed,
                    static_cast<std::uint16_t>(index), 0};
          }
          in = after;
          store_big(to, ~std::uint32_t{0});
          to += length_bytes;
          ++index;
          continue;
        }
      }
    }
    switch (column.encoding) {
      case Encoding::int8_to_int2:
        if (!has(1)) return malformed();
        encode_int2(to, static_cast<std::uint16_t>(load_little<std::int8_t>(in)));
        in += 1;
        break;
      case Encoding::uint8_to_int2:
        if (!has(1)) return malformed();
        encode_int2(to, *in);
        in += 1;
        break;
      case Encoding::int8_to_bool:
        if (!has(1)) return malformed();
        if (*in > 1) {
          fault = ValueFault::not_boolean;
          break;
        }
        encode_bool(to, *in == 1);
        in += 1;
        break;
      case Encoding::int16_to_int2:
        if (!has(2)) return malformed();
        encode_int2(to, load_little<std::uint16_t>(in));
        in += 2;
        break;
      case Encoding::uint16_to_int4:
        if (!has(2)) return malformed();
        encode_int4(to, load_little<std::uint16_t>(in));
        in += 2;
        break;
      case Encoding::uint16_to_int2:
        if (!has(2)) return malformed();
        if (load_little<std::int16_t>(in) < 0) {
          fault = ValueFault::out_of_range;
          break;
        }
        encode_int2(to, load_little<std::uint16_t>(in));
        in += 2;
        break;
      case Encoding::int32_to_int4:
      case Encoding::float_to_float4:
        if (!has(4)) return malformed();
        encode_int4(to, load_little<std::uint32_t>(in));
        in += 4;
        break;
      case Encoding::uint32_to_int8:
        if (!has(4)) return malformed();
        encode_int8(to, load_little<std::uint32_t>(in));
        in += 4;
        break;
      case Encoding::int64_to_int8:
      case Encoding::double_to_float8:
        if (!has(8)) return malformed();
        encode_int8(to, load_little<std::uint64_t>(in));
        in += 8;
        break;
      case Encoding::uint64_to_int8:
        if (!has(8)) return malformed();
        if (load_little<std::int64_t>(in) < 0) {
          fault = ValueFault::out_of_range;
          break;
        }
        encode_int8(to, load_little<std::uint64_t>(in));
        in += 8;
        break;
      case Encoding::uint64_to_numeric:
        if (!has(8)) return malformed();
        encode_uint64_numeric(to, load_little<std::uint64_t>(in));
        in += 8;
        break;
      case Encoding::decimal_to_numeric:
        if (!read_string(in, end, field)) return malformed();
        encode_with(encode_decimal, field, end, column.scale);
        break;
      case Encoding::bit_to_bool:
        if (!read_string(in, end, field)) return malformed();
        encode_with(encode_bit_as_bool, field);
        break;
      case Encoding::bit_to_bit:
        if (!read_string(in, end, field)) return malformed();
        encode_with(encode_bit, field, column.bits);
        break;
      case Encoding::date_to_date:
        if (!read_temporal(in, end, field) || !is_datetime_length(field.bytes)) return malformed();
        encode_with(encode_date, field);
        break;
      case Encoding::datetime_to_timestamp:
        if (!read_temporal(in, end, field) || !is_datetime_length(field.bytes)) return malformed();
        encode_with(encode_timestamp, field);
        break;
      case Encoding::time_to_interval:
        if (!read_temporal(in, end, field) || !is_time_length(field.bytes)) return malformed();
        encode_with(encode_interval, field);
        break;
      case Encoding::time_to_time:
        if (!read_temporal(in, end, field) || !is_time_length(field.bytes)) return malformed();
        encode_with(encode_time_of_day, field);
        break;
      case Encoding::utf8_to_text:
        if (!read_string(in, end, field)) return malformed();
        if (!draw(field.bytes)) return out_of_room(row);
        encode_with(encode_utf8, field, end, column.length_characters);
        break;
      case Encoding::latin1_to_text: {
        if (!read_string(in, end, field)) return malformed();
        const std::size_t drawn = latin1_bytes_at_most();
        if (!draw(drawn)) return out_of_room(row);
        const std::uint8_t* const value = to + length_bytes;
        encode_with(encode_latin1, field, end, column.length_characters);
        if (fault == ValueFault::none) spare += drawn - static_cast<std::size_t>(to - value);
        break;
      }
      case Encoding::utf8_to_bpchar:
        if (!read_string(in, end, field)) return malformed();
        if (!draw(field.bytes)) return out_of_room(row);
        encode_with(encode_utf8_padded, field, end, column.length_characters);
        break;
      case Encoding::latin1_to_bpchar: {
        if (!read_string(in, end, field)) return malformed();
        const std::size_t drawn = latin1_bytes_at_most();
        if (!draw(drawn)) return out_of_room(row);
        const std::uint8_t* const value = to + length_bytes;
        encode_with(encode_latin1_padded, field, end, column.length_characters);
        if (fault == ValueFault::none) {
          const std::size_t padding = column.length_characters - field.bytes;
          spare += drawn - (static_cast<std::size_t>(to - value) - padding);
        }
        break;
      }
      case Encoding::utf8_to_enum:
        if (!read_string(in, end, field)) return malformed();
        if (!draw(field.bytes)) return out_of_room(row);
        encode_with(encode_utf8, field, end, 0U);
        if (field.bytes == 0 && !column.allows_empty) fault = ValueFault::invalid_enum;
        break;
      case Encoding::latin1_to_enum: {
        if (!read_string(in, end, field)) return malformed();
        const std::size_t drawn = latin1_bytes_at_most();
        if (!draw(drawn)) return out_of_room(row);
        const std::uint8_t* const value = to + length_bytes;
        encode_with(encode_latin1, field, end, 0);
        if (field.bytes == 0 && !column.allows_empty) fault = ValueFault::invalid_enum;
        if (fault == ValueFault::none) spare += drawn - static_cast<std::size_t>(to - value);
        break;
      }
      case Encoding::utf8_to_text_array:
        if (!read_string(in, end, field)) return malformed();
        if (!draw(array_bytes_at_most(field.bytes))) return out_of_room(row);
        encode_with(encode_text_array, field, TextCharset::utf8);
        break;
      case Encoding::latin1_to_text_array:
        if (!read_string(in, end, field)) return malformed();
        if (!draw(array_bytes_at_most(field.bytes))) return out_of_room(row);
        encode_with(encode_text_array, field, TextCharset::latin1);
        break;
      case Encoding::bytes_to_bytea:
        if (!read_string(in, end, field)) return malformed();
        if (!draw(field.bytes)) return out_of_room(row);
        store_big(to, static_cast<std::uint32_t>(field.bytes));
        copy_bytes(field.data, field.bytes, end, to + length_bytes);
        to += length_bytes + field.bytes;
        break;
      case Encoding::json_to_jsonb:
        if (!read_string(in, end, field)) return malformed();
        if (!draw(field.bytes)) return out_of_room(row);
        encode_with(encode_json, field, JsonTarget::jsonb);
        break;
      case Encoding::json_to_json:
        if (!read_string(in, end, field)) return malformed();
        if (!draw(field.bytes)) return out_of_room(row);
        encode_with(encode_json, field, JsonTarget::json);
        break;
      case Encoding::geometry_to_ewkb:
        if (!read_string(in, end, field)) return malformed();
        if (!draw(field.bytes)) return out_of_room(row);
        encode_with(encode_geometry, field);
        break;
      case Encoding::text_to_uuid:
        if (!read_string(in, end, field)) return malformed();
        encode_with(encode_uuid, field);
        break;
      case Encoding::text_to_inet:
        if (!read_string(in, end, field)) return malformed();
        encode_with(encode_inet, field);
        break;
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
      case Encoding::uint32_to_inet:
      case Encoding::float_to_float8:
      case Encoding::double_to_float4:
      case Encoding::text_to_int2:
      case Encoding::text_to_int4:
      case Encoding::text_to_int8:
      case Encoding::text_to_float8:
      case Encoding::text_to_bool:
      case Encoding::bytes_to_uuid:
      case Encoding::swapped_bytes_to_uuid:
      case Encoding::bytes_to_inet: {
        const std::uint8_t* next_in = in;
        std::uint8_t* next_to = to;
        if (!encode_converted(column, next_in, end, next_to, fault)) return malformed();
        in = next_in;
        to = next_to;
        break;
      }
    }
    if (fault != ValueFault::none) [[unlikely]] {
      return {RowStatus::fault, fault, static_cast<std::uint16_t>(index), 0};
    }
    ++index;
  }
  if (constants_.count != 0) {
    std::memcpy(to, constants_.bytes.data(), constants_.bytes.size());
    to += constants_.bytes.size();
  }
  return {RowStatus::encoded, ValueFault::none, 0, static_cast<std::size_t>(to - begin)};
}

RowOutcome RowEncoder::refused_null(const BinaryRowView& row,
                                    std::span<const std::uint16_t> given_up) const noexcept {
  for (const std::uint16_t column : refusing_null_) {
    if (is_null(row.null_bitmap, column) && std::ranges::find(given_up, column) == given_up.end()) {
      return {RowStatus::fault, ValueFault::null_not_allowed, column, 0};
    }
  }
  return {};
}

RowOutcome RowEncoder::out_of_room(const BinaryRowView& row) const noexcept {
  const std::uint8_t* in = row.fields;
  std::size_t variable = 0;
  for (std::size_t index = 0; index < columns_.size(); ++index) {
    if (is_null(row.null_bitmap, index)) continue;
    FieldView field;
    if (!read_field(wire_shape(columns_[index]), in, row.end, field)) {
      return {RowStatus::malformed, ValueFault::none, static_cast<std::uint16_t>(index), 0};
    }
    variable += variable_bytes(columns_[index].encoding, field);
    if (variable > longest_field_bytes) {
      return {RowStatus::fault, ValueFault::too_long, static_cast<std::uint16_t>(index), 0};
    }
  }
  return {RowStatus::no_space, ValueFault::none, 0, fixed_bytes_ + variable};
}

}  // namespace millrace
