#include "operators/copy_tuple.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <stdexcept>

namespace millrace {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool done() const { return bytes_.empty(); }
  std::string_view take(std::size_t n) {
    if (bytes_.size() < n) throw std::runtime_error("field too short");
    const auto taken = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return taken;
  }
  std::string_view rest() { return take(bytes_.size()); }
  std::uint64_t number(std::size_t n) {
    std::uint64_t value = 0;
    for (const char c : take(n)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::int16_t int2() { return static_cast<std::int16_t>(number(2)); }
  std::int32_t int4() { return static_cast<std::int32_t>(number(4)); }
  std::int64_t int8() { return static_cast<std::int64_t>(number(8)); }

 private:
  std::string_view bytes_;
};

std::string padded(std::uint64_t value, std::size_t width) {
  const std::string text = std::to_string(value);
  return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
}

std::string numeric_text(Reader& in) {
  const int n_digits = in.int2();
  const int weight = in.int2();
  const int sign = in.int2();
  const int scale = in.int2();
  std::vector<int> digits;
  for (int i = 0; i < n_digits; ++i) digits.push_back(in.int2());
  if (sign != 0 && sign != 0x4000) throw std::runtime_error("numeric: unknown sign");
  if (n_digits == 0 && (weight != 0 || sign != 0)) throw std::runtime_error("numeric: odd zero");
  if (n_digits != 0 && (digits.front() == 0 || digits.back() == 0)) {
    throw std::runtime_error("numeric: not canonical, zero digits at an end");
  }
  const auto group = [&](int exponent) {  // the digit that counts 10,000^exponent
    const int index = weight - exponent;
    return index >= 0 && index < n_digits ? digits[static_cast<std::size_t>(index)] : 0;
  };
  std::string whole;
  for (int exponent = weight; exponent >= 0; --exponent) {
    whole += padded(static_cast<std::uint64_t>(group(exponent)), 4);
  }
  whole.erase(0, whole.find_first_not_of('0'));
  if (whole.empty()) whole = "0";
  std::string fraction;
  for (int exponent = -1; static_cast<int>(fraction.size()) < scale; --exponent) {
    fraction += padded(static_cast<std::uint64_t>(group(exponent)), 4);
  }
  const auto kept = static_cast<std::size_t>(scale);
  if (fraction.find_first_not_of('0', kept) != std::string::npos) {
    throw std::runtime_error("numeric: digits behind the scale");
  }
  // Digits below what the scale shows would be lost in print.
  if (n_digits != 0 && (n_digits - weight - 1) * 4 - 3 > scale) {
    throw std::runtime_error("numeric: digits behind the scale");
  }
  fraction.resize(kept);
  return (sign == 0 ? "" : "-") + whole + (scale == 0 ? "" : "." + fraction);
}

bool leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap(year) ? 1 : 0);
}

struct DateText {
  std::string date;
  bool before_christ = false;
};

// Counts year by year from 2000-01-01.
DateText date_text(std::int64_t days) {
  int year = 2000;
  while (days < 0) days += leap(--year) ? 366 : 365;
  while (days >= (leap(year) ? 366 : 365)) days -= leap(year++) ? 366 : 365;
  int month = 1;
  for (; days >= days_in_month(year, month); ++month) days -= days_in_month(year, month);
  const bool before_christ = year <= 0;
  const int shown = before_christ ? 1 - year : year;
  return {padded(static_cast<std::uint64_t>(shown), 4) + "-" +
              padded(static_cast<std::uint64_t>(month), 2) + "-" +
              padded(static_cast<std::uint64_t>(days) + 1, 2),
          before_christ};
}

// Microseconds as [-]hh:mm:ss[.ffffff], trailing zeros dropped.
std::string clock_text(std::int64_t microseconds) {
  const bool negative = microseconds < 0;
  const auto us = static_cast<std::uint64_t>(negative ? -microseconds : microseconds);
  const std::uint64_t seconds = us / 1'000'000;
  std::string text = (negative ? "-" : "") + padded(seconds / 3600, 2) + ":" +
                     padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2);
  if (us % 1'000'000 != 0) {
    text += "." + padded(us % 1'000'000, 6);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text;
}

std::string timestamp_text(std::int64_t microseconds, std::string_view zone) {
  constexpr std::int64_t day = 86'400'000'000;
  std::int64_t days = microseconds / day;
  if (microseconds % day < 0) --days;
  const DateText date = date_text(days);
  return date.date + " " + clock_text(microseconds - days * day) + std::string(zone) +
         (date.before_christ ? " BC" : "");
}

template <typename Float>
std::string float_text(Float value) {
  std::array<char, 64> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

std::string array_text(Reader& in) {
  const int dimensions = in.int4();
  if (in.int4() != 0) throw std::runtime_error("array: has NULLs");
  if (in.int4() != 25) throw std::runtime_error("array: not of text");
  if (dimensions == 0) return "{}";
  if (dimensions != 1) throw std::runtime_error("array: more than one dimension");
  const int n = in.int4();
  if (in.int4() != 1) throw std::runtime_error("array: does not begin at 1");
  std::string text = "{";
  for (int i = 0; i < n; ++i) {
    const std::string element(in.take(static_cast<std::size_t>(in.int4())));
    const bool quote = element.empty() || element == "NULL" ||
                       element.find_first_of("{}\", \\") != std::string::npos;
    if (i > 0) text += ',';
    if (quote) text += '"';
    for (const char c : element) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    if (quote) text += '"';
  }
  return text + "}";
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 0xf];
  }
  return text;
}

std::string bit_text(Reader& in) {
  const auto n = static_cast<std::size_t>(in.int4());
  const std::string_view bytes = in.rest();
  if (bytes.size() != (n + 7) / 8) throw std::runtime_error("bit: wrong length");
  std::string text;
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    text += (static_cast<unsigned char>(bytes[i / 8]) >> (7 - i % 8) & 1) != 0 ? '1' : '0';
  }
  if (text.find('1', n) != std::string::npos) throw std::runtime_error("bit: set behind its end");
  return text.substr(0, n);
}

std::string uuid_text(Reader& in) {
  std::string text = hex(in.take(16));
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, "-");
  return text;
}

// The longest run of two or more zero groups becomes "::".
std::string ipv6_text(Reader& in) {
  std::array<unsigned, 8> groups{};
  for (unsigned& group : groups) group = static_cast<unsigned>(in.number(2));
  std::size_t best = 0;
  std::size_t best_length = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t length = 0;
    while (i + length < groups.size() && groups[i + length] == 0) ++length;
    if (length > best_length && length >= 2) {
      best = i;
      best_length = length;
    }
  }
  const bool mapped = best == 0 && best_length == 5 && groups[5] == 0xffff;
  std::string text;
  for (std::size_t i = 0; i < (mapped ? 6 : groups.size());) {
    if (i == best && best_length != 0) {
      text += "::";
      i += best_length;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    std::array<char, 8> digits;
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), groups[i], 16);
    text.append(digits.data(), end);
    ++i;
  }
  if (mapped) {
    text += ":" + std::to_string(groups[6] >> 8) + "." + std::to_string(groups[6] & 0xff) + "." +
            std::to_string(groups[7] >> 8) + "." + std::to_string(groups[7] & 0xff);
  }
  return text;
}

std::string inet_text(Reader& in) {
  const std::uint64_t family = in.number(1);
  const std::uint64_t bits = in.number(1);
  if (in.number(1) != 0) throw std::runtime_error("inet: is a cidr");
  const std::uint64_t n = in.number(1);
  const std::string network = bits == 8 * n ? "" : "/" + std::to_string(bits);
  if (family == 2 && bits <= 32 && n == 4) {
    std::string text;
    for (int i = 0; i < 4; ++i) text += (i > 0 ? "." : "") + std::to_string(in.number(1));
    return text + network;
  }
  if (family == 3 && bits <= 128 && n == 16) return ipv6_text(in) + network;
  throw std::runtime_error("inet: unknown family");
}

std::string value_text(std::string_view base, Reader& in) {
  if (base == "smallint") return std::to_string(in.int2());
  if (base == "integer") return std::to_string(in.int4());
  if (base == "bigint") return std::to_string(in.int8());
  if (base == "boolean") return in.number(1) != 0 ? "t" : "f";
  if (base == "real") return float_text(std::bit_cast<float>(in.int4()));
  if (base == "double precision") return float_text(std::bit_cast<double>(in.int8()));
  if (base == "numeric") return numeric_text(in);
  if (base == "date") {
    const DateText date = date_text(in.int4());
    return date.date + (date.before_christ ? " BC" : "");
  }
  if (base == "timestamp") return timestamp_text(in.int8(), "");
  if (base == "timestamptz") return timestamp_text(in.int8(), "+00");
  if (base == "time") return clock_text(in.int8());
  if (base == "interval") {
    const std::int64_t microseconds = in.int8();
    if (in.int8() != 0) throw std::runtime_error("interval: days or months");
    return clock_text(microseconds);
  }
  if (base == "bytea") return "\\x" + hex(in.rest());
  if (base == "geometry") return hex(in.rest());
  if (base == "jsonb") {
    if (in.number(1) != 1) throw std::runtime_error("jsonb: unknown version");
    return std::string(in.rest());
  }
  if (base == "bit") return bit_text(in);
  if (base == "uuid") return uuid_text(in);
  if (base == "inet") return inet_text(in);
  if (base == "text[]") return array_text(in);
  for (const std::string_view text : {"text", "varchar", "character", "enum", "json"}) {
    if (base == text) return std::string(in.rest());
  }
  throw std::runtime_error("no decoder for type " + std::string(base));
}

}  // namespace

std::vector<std::optional<std::string>> fields_of_tuple(std::string_view tuple) {
  Reader in(tuple);
  std::vector<std::optional<std::string>> fields(static_cast<std::size_t>(in.int2()));
  for (auto& field : fields) {
    const std::int32_t bytes = in.int4();
    if (bytes < -1) throw std::runtime_error("tuple: negative length");
    if (bytes >= 0) field = std::string(in.take(static_cast<std::size_t>(bytes)));
  }
  if (!in.done()) throw std::runtime_error("tuple: bytes behind the last field");
  return fields;
}

std::string postgres_text(std::string_view type, std::string_view bytes) {
  Reader in(bytes);
  std::string text = value_text(type.substr(0, type.find('(')), in);
  if (!in.done()) throw std::runtime_error("field: bytes behind the value");
  return text;
}

}  // namespace millrace
