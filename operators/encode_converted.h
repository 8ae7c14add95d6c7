#pragma once

#include <cstddef>
#include <cstdint>

#include "operators/column_encoding.h"
#include "operators/value_fault.h"
#include "operators/wire_field.h"
#include "operators/wire_integer.h"

// What only a rule asks for: a value in a type of another kind than its own. Every function writes
// one COPY binary field, length word included, and moves `to` only where it returns no fault.

namespace millrace {

// Source: "-9223372036854775808", and 2^64-1 has as many digits.
constexpr std::size_t longest_integer_text = 20;

/// smallint, integer or bigint by the encoding. Errors: out_of_range.
ValueFault encode_narrowed(std::uint8_t*& to, IntegerValue value, Encoding encoding) noexcept;

/// numeric(precision, scale), or any number where `precision` is 0. Errors: out_of_range.
/// Requires: room for 4 + longest_numeric_bytes bytes.
ValueFault encode_integer_numeric(std::uint8_t*& to, IntegerValue value, std::uint8_t precision,
                                  std::uint8_t scale) noexcept;

/// real or double precision, exactly (`inexact` otherwise) or, where `rounded`, the nearest.
ValueFault encode_integer_float4(std::uint8_t*& to, IntegerValue value, bool rounded) noexcept;
ValueFault encode_integer_float8(std::uint8_t*& to, IntegerValue value) noexcept;

/// Digits, as text. Requires: room for 4 + longest_integer_text bytes.
void encode_integer_text(std::uint8_t*& to, IntegerValue value) noexcept;

/// timestamptz of a time since 1970 in UTC. Errors: out_of_range beyond PostgreSQL's calendar.
ValueFault encode_epoch(std::uint8_t*& to, IntegerValue value,
                        std::uint32_t microseconds_per_unit) noexcept;

/// inet of an IPv4 address as a number. Errors: invalid_inet above 2^32-1 or below 0.
ValueFault encode_number_inet(std::uint8_t*& to, IntegerValue value) noexcept;

/// real, the nearest. Errors: out_of_range where a number would become infinite or zero.
ValueFault encode_rounded_double(std::uint8_t*& to, double value) noexcept;

/// Text of digits with an optional sign, blanks around it allowed, as smallint, integer or bigint
/// by the encoding. Errors: invalid_number, out_of_range.
ValueFault encode_text_integer(std::uint8_t*& to, FieldView text, Encoding encoding) noexcept;

/// Text of a number as double precision, the nearest; blanks around it, "NaN" and "Infinity"
/// allowed, as PostgreSQL reads them. Errors: invalid_number, out_of_range.
ValueFault encode_text_float8(std::uint8_t*& to, FieldView text) noexcept;

/// boolean by the rule's words. Errors: unknown_word.
ValueFault encode_text_bool(std::uint8_t*& to, FieldView text,
                            const ColumnLiterals& literals) noexcept;

/// uuid of 16 bytes, as written or as UUID_TO_BIN(u, 1) leaves them. Errors: invalid_uuid.
ValueFault encode_bytes_uuid(std::uint8_t*& to, FieldView bytes, bool swapped) noexcept;

/// inet of 4 or 16 bytes. Errors: invalid_inet.
ValueFault encode_bytes_inet(std::uint8_t*& to, FieldView bytes) noexcept;

}  // namespace millrace
