#include "operators/encode_converted.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>
#include <system_error>

#include <fast_float/fast_float.h>

#include "operators/byte_order.h"
#include "operators/encode_number.h"

namespace millrace {
namespace {

// Seconds from 1970-01-01 to 2000-01-01, where PostgreSQL's calendar begins to count.
constexpr std::int64_t epoch_seconds = 946'684'800;
// Source: PostgreSQL, src/include/datatype/timestamp.h, MIN_TIMESTAMP and END_TIMESTAMP.
constexpr std::int64_t first_timestamp = -211'813'488'000'000'000;
constexpr std::int64_t end_timestamp = 9'223'371'331'200'000'000;

struct Range {
  std::int64_t least;
  std::int64_t most;
};

template <typename Integer>
constexpr Range range_of{std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max()};

constexpr Range target_range(Encoding encoding) noexcept {
  switch (encoding) {
    case Encoding::integer_to_int2:
    case Encoding::text_to_int2: return range_of<std::int16_t>;
    case Encoding::integer_to_int4:
    case Encoding::text_to_int4: return range_of<std::int32_t>;
    default: return range_of<std::int64_t>;
  }
}

bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

// As PostgreSQL's input functions read: blanks at both ends are nothing.
std::string_view without_blanks(FieldView field) noexcept {
  std::string_view text(reinterpret_cast<const char*>(field.data), field.bytes);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

double as_double(IntegerValue value) noexcept {
  const auto magnitude = static_cast<double>(value.magnitude());
  return value.negative ? -magnitude : magnitude;
}

// Whether a binary fraction of so many digits holds the integer.
bool is_exact(IntegerValue value, int fraction_bits) noexcept {
  const std::uint64_t magnitude = value.magnitude();
  if (magnitude == 0) return true;
  const int width = 64 - std::countl_zero(magnitude) - std::countr_zero(magnitude);
  return width <= fraction_bits;
}

}  // namespace

ValueFault encode_narrowed(std::uint8_t*& to, IntegerValue value, Encoding encoding) noexcept {
  const Range range = target_range(encoding);
  if (!value.fits_int64() || value.as_int64() < range.least || value.as_int64() > range.most) {
    return ValueFault::out_of_range;
  }
  switch (encoding) {
    case Encoding::integer_to_int2:
    case Encoding::text_to_int2: encode_int2(to, static_cast<std::uint16_t>(value.bits)); break;
    case Encoding::integer_to_int4:
    case Encoding::text_to_int4: encode_int4(to, static_cast<std::uint32_t>(value.bits)); break;
    default: encode_int8(to, value.bits); break;
  }
  return ValueFault::none;
}

ValueFault encode_integer_numeric(std::uint8_t*& to, IntegerValue value, std::uint8_t precision,
                                  std::uint8_t scale) noexcept {
  if (precision != 0) {
    // Digits before the point: 20 hold every integer.
    std::uint64_t limit = 1;
    const int digits = precision - scale;
    for (int i = 0; i < std::min(digits, 19); ++i) limit *= 10;
    if (digits < 20 && value.magnitude() >= limit) return ValueFault::out_of_range;
  }
  std::uint8_t* const field = to;
  encode_uint64_numeric(to, value.magnitude());
  if (value.negative) store_big(field + 8, std::uint16_t{0x4000});
  store_big(field + 10, std::uint16_t{scale});
  return ValueFault::none;
}

ValueFault encode_integer_float4(std::uint8_t*& to, IntegerValue value, bool rounded) noexcept {
  constexpr int fraction_bits = std::numeric_limits<float>::digits;
  if (!rounded && !is_exact(value, fraction_bits)) return ValueFault::inexact;
  const auto magnitude = static_cast<float>(value.magnitude());
  encode_int4(to, std::bit_cast<std::uint32_t>(value.negative ? -magnitude : magnitude));
  return ValueFault::none;
}

ValueFault encode_integer_float8(std::uint8_t*& to, IntegerValue value) noexcept {
  if (!is_exact(value, std::numeric_limits<double>::digits)) return ValueFault::inexact;
  encode_int8(to, std::bit_cast<std::uint64_t>(as_double(value)));
  return ValueFault::none;
}

void encode_integer_text(std::uint8_t*& to, IntegerValue value) noexcept {
  auto* const begin = reinterpret_cast<char*>(to + 4);
  char* text = begin;
  if (value.negative) *text++ = '-';
  const auto end = std::to_chars(text, begin + longest_integer_text, value.magnitude()).ptr;
  store_big(to, static_cast<std::uint32_t>(end - begin));
  to += 4 + (end - begin);
}

ValueFault encode_epoch(std::uint8_t*& to, IntegerValue value,
                        std::uint32_t microseconds_per_unit) noexcept {
  // Counted from 2000 before the unit grows: so the last of PostgreSQL's years does not overflow.
  const std::int64_t epoch_units = epoch_seconds * (1'000'000 / microseconds_per_unit);
  std::int64_t units = 0;
  std::int64_t microseconds = 0;
  if (!value.fits_int64() || __builtin_sub_overflow(value.as_int64(), epoch_units, &units) ||
      __builtin_mul_overflow(units, std::int64_t{microseconds_per_unit}, &microseconds) ||
      microseconds < first_timestamp || microseconds >= end_timestamp) {
    return ValueFault::out_of_range;
  }
  encode_int8(to, static_cast<std::uint64_t>(microseconds));
  return ValueFault::none;
}

ValueFault encode_number_inet(std::uint8_t*& to, IntegerValue value) noexcept {
  if (value.negative || value.bits > std::numeric_limits<std::uint32_t>::max()) {
    return ValueFault::invalid_inet;
  }
  std::array<std::uint8_t, 4> address;
  store_big(address.data(), static_cast<std::uint32_t>(value.bits));
  return encode_bytes_inet(to, {address.data(), address.size()});
}

ValueFault encode_rounded_double(std::uint8_t*& to, double value) noexcept {
  const auto rounded = static_cast<float>(value);
  if (std::isinf(rounded) != std::isinf(value) || (rounded == 0 && value != 0)) {
    return ValueFault::out_of_range;
  }
  encode_int4(to, std::bit_cast<std::uint32_t>(rounded));
  return ValueFault::none;
}

ValueFault encode_text_integer(std::uint8_t*& to, FieldView field, Encoding encoding) noexcept {
  std::string_view text = without_blanks(field);
  const bool signed_plus = text.starts_with('+');
  if (signed_plus) text.remove_prefix(1);
  if (signed_plus && text.starts_with('-')) return ValueFault::invalid_number;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) {
    return ValueFault::invalid_number;
  }
  if (error != std::errc()) return ValueFault::out_of_range;
  return encode_narrowed(to, {static_cast<std::uint64_t>(value), value < 0}, encoding);
}

ValueFault encode_text_float8(std::uint8_t*& to, FieldView field) noexcept {
  std::string_view text = without_blanks(field);
  // The library follows C++ and takes no plus sign; its "nan" may carry a sign or a payload, which
  // PostgreSQL does not read.
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return ValueFault::invalid_number;
  }
  double value = 0;
  const auto [end, error] = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return ValueFault::invalid_number;
  if (std::isnan(value)) {
    if (text.size() != 3) return ValueFault::invalid_number;
    value = std::numeric_limits<double>::quiet_NaN();
  }
  if (error == std::errc::invalid_argument) return ValueFault::invalid_number;
  // Infinite or zero although the text is not: PostgreSQL says "out of range" too.
  const bool said_infinite = text.find_first_of("iI") != std::string_view::npos;
  const std::string_view mantissa = text.substr(0, text.find_first_of("eE"));
  const bool said_zero = mantissa.find_first_of("123456789") == std::string_view::npos;
  if (error != std::errc() || (std::isinf(value) && !said_infinite) || (value == 0 && !said_zero)) {
    return ValueFault::out_of_range;
  }
  encode_int8(to, std::bit_cast<std::uint64_t>(value));
  return ValueFault::none;
}

ValueFault encode_text_bool(std::uint8_t*& to, FieldView field,
                            const ColumnLiterals& literals) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(field.data), field.bytes);
  const auto holds = [&](const std::vector<std::string>& words) noexcept {
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return word == text; });
  };
  const bool is_true = holds(literals.true_texts);
  if (!is_true && !holds(literals.false_texts)) return ValueFault::unknown_word;
  encode_bool(to, is_true);
  return ValueFault::none;
}

ValueFault encode_bytes_uuid(std::uint8_t*& to, FieldView field, bool swapped) noexcept {
  constexpr std::size_t uuid_bytes = 16;
  if (field.bytes != uuid_bytes) return ValueFault::invalid_uuid;
  store_big(to, static_cast<std::uint32_t>(uuid_bytes));
  std::uint8_t* const uuid = to + 4;
  if (swapped) {
    // UUID_TO_BIN(u, 1) puts time_hi (2 bytes) and time_mid (2) before time_low (4), so that keys
    // grow with time. Source: MySQL manual, "Miscellaneous Functions", UUID_TO_BIN().
    std::memcpy(uuid, field.data + 4, 4);
    std::memcpy(uuid + 4, field.data + 2, 2);
    std::memcpy(uuid + 6, field.data, 2);
    std::memcpy(uuid + 8, field.data + 8, 8);
  } else {
    std::memcpy(uuid, field.data, uuid_bytes);
  }
  to += 4 + uuid_bytes;
  return ValueFault::none;
}

ValueFault encode_bytes_inet(std::uint8_t*& to, FieldView field) noexcept {
  const std::size_t n = field.bytes;
  if (n != 4 && n != 16) return ValueFault::invalid_inet;
  store_big(to, static_cast<std::uint32_t>(4 + n));
  to[4] = n == 16 ? 3 : 2;  // Source: PostgreSQL, src/include/utils/inet.h, PGSQL_AF_INET6
  to[5] = static_cast<std::uint8_t>(8 * n);
  to[6] = 0;
  to[7] = static_cast<std::uint8_t>(n);
  std::memcpy(to + 8, field.data, n);
  to += 8 + n;
  return ValueFault::none;
}

}  // namespace millrace
