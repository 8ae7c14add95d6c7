#include "bench/reference/naive_encoder.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>

namespace millrace {
namespace {

template <typename... Arguments>
std::string print(const char* format, Arguments... arguments) {
  char text[64];
  std::snprintf(text, sizeof text, format, arguments...);
  return text;
}

template <typename Number>
Number take(const std::uint8_t*& in) {
  Number value;
  std::memcpy(&value, in, sizeof value);
  in += sizeof value;
  return value;
}

std::string take_string(const std::uint8_t*& in) {
  std::size_t bytes = *in++;
  if (bytes == 0xfc) bytes = take<std::uint16_t>(in);
  std::string text(reinterpret_cast<const char*>(in), bytes);
  in += bytes;
  return text;
}

std::string take_datetime(const std::uint8_t*& in) {
  const unsigned bytes = *in++;
  const unsigned year = take<std::uint16_t>(in);
  const unsigned month = *in++;
  const unsigned day = *in++;
  unsigned clock[3] = {0, 0, 0};
  if (bytes >= 7) {
    for (unsigned& part : clock) part = *in++;
  }
  const unsigned fraction = bytes == 11 ? take<std::uint32_t>(in) : 0;
  return print("%04u-%02u-%02u %02u:%02u:%02u.%06u", year, month, day, clock[0], clock[1], clock[2],
               fraction);
}

std::string take_time(const std::uint8_t*& in) {
  if (*in++ == 0) return "00:00:00";
  const bool negative = *in++ != 0;
  const unsigned days = take<std::uint32_t>(in);
  const unsigned hour = *in++;
  const unsigned minute = *in++;
  const unsigned second = *in++;
  return print("%s%u:%02u:%02u", negative ? "-" : "", days * 24 + hour, minute, second);
}

void append(std::string& out, std::int64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> 8 * i & 0xff);
}

void append_field(std::string& out, const std::string& field) {
  append(out, static_cast<std::int64_t>(field.size()), 4);
  out += field;
}

void append_integer(std::string& out, const std::string& text, int bytes) {
  append(out, bytes, 4);
  append(out, std::strtoll(text.c_str(), nullptr, 10), bytes);
}

std::int64_t days_of(int year, int month, int day) {
  static const int before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  std::int64_t days = 0;
  for (int y = 2000; y < year; ++y)
    days += (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)) ? 366 : 365;
  for (int y = year; y < 2000; ++y)
    days -= (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)) ? 366 : 365;
  days += before[month - 1] + day - 1;
  if (month > 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ++days;
  return days;
}

void append_datetime(std::string& out, const std::string& text, bool date_only) {
  int year, month, day, hour, minute, second, fraction;
  std::sscanf(text.c_str(), "%d-%d-%d %d:%d:%d.%d", &year, &month, &day, &hour, &minute, &second,
              &fraction);
  const std::int64_t days = days_of(year, month, day);
  if (date_only) {
    append(out, 4, 4);
    append(out, days, 4);
    return;
  }
  append(out, 8, 4);
  const std::int64_t seconds = days * 86400 + hour * 3600LL + minute * 60LL + second;
  append(out, seconds * 1000000 + fraction, 8);
}

void append_interval(std::string& out, const std::string& text) {
  int hour, minute, second;
  std::sscanf(text.c_str(), "%d:%d:%d", &hour, &minute, &second);
  const bool negative = text[0] == '-';
  const std::int64_t seconds = std::abs(hour) * 3600LL + minute * 60LL + second;
  append(out, 16, 4);
  append(out, (negative ? -seconds : seconds) * 1000000, 8);
  append(out, 0, 8);
}

void append_time(std::string& out, const std::string& text) {
  int hour, minute, second;
  std::sscanf(text.c_str(), "%d:%d:%d", &hour, &minute, &second);
  append(out, 8, 4);
  append(out, (hour * 3600LL + minute * 60LL + second) * 1000000, 8);
}

void append_numeric(std::string& out, std::string text, int scale) {
  const bool negative = text[0] == '-';
  if (negative) text.erase(0, 1);
  const std::size_t point = text.find('.');
  std::string whole = text.substr(0, point);
  std::string fraction = point == std::string::npos ? "" : text.substr(point + 1);
  while (whole.size() % 4 != 0) whole.insert(0, "0");
  while (fraction.size() % 4 != 0) fraction += "0";
  std::vector<int> digits;
  const std::string all = whole + fraction;
  for (std::size_t i = 0; i < all.size(); i += 4)
    digits.push_back(std::atoi(all.substr(i, 4).c_str()));
  int weight = static_cast<int>(whole.size() / 4) - 1;
  while (!digits.empty() && digits.front() == 0) {
    digits.erase(digits.begin());
    --weight;
  }
  while (!digits.empty() && digits.back() == 0) digits.pop_back();
  append(out, static_cast<std::int64_t>(8 + 2 * digits.size()), 4);
  append(out, static_cast<std::int64_t>(digits.size()), 2);
  append(out, digits.empty() ? 0 : weight, 2);
  append(out, negative && !digits.empty() ? 0x4000 : 0, 2);
  append(out, scale, 2);
  for (const int digit : digits) append(out, digit, 2);
}

std::string utf8_of_latin1(const std::string& text) {
  static const int high[32] = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                               0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                               0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                               0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
  std::string utf8;
  for (const char c : text) {
    int code = static_cast<unsigned char>(c);
    if (code >= 0x80 && code < 0xa0) code = high[code - 0x80];
    if (code < 0x80) {
      utf8 += static_cast<char>(code);
    } else if (code < 0x800) {
      utf8 += static_cast<char>(0xc0 | code >> 6);
      utf8 += static_cast<char>(0x80 | (code & 0x3f));
    } else {
      utf8 += static_cast<char>(0xe0 | code >> 12);
      utf8 += static_cast<char>(0x80 | (code >> 6 & 0x3f));
      utf8 += static_cast<char>(0x80 | (code & 0x3f));
    }
  }
  return utf8;
}

void append_array(std::string& out, const std::string& text) {
  std::vector<std::string> members;
  std::istringstream in(text);
  for (std::string member; std::getline(in, member, ',');) members.push_back(member);
  std::string field;
  append(field, members.empty() ? 0 : 1, 4);
  append(field, 0, 4);
  append(field, 25, 4);
  if (!members.empty()) {
    append(field, static_cast<std::int64_t>(members.size()), 4);
    append(field, 1, 4);
  }
  for (const std::string& member : members) append_field(field, member);
  append_field(out, field);
}

std::string uuid_bytes(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '-') {
      ++i;
      continue;
    }
    bytes += static_cast<char>(std::strtol(text.substr(i, 2).c_str(), nullptr, 16));
    i += 2;
  }
  return bytes;
}

void append_bits(std::string& out, const std::string& bytes, unsigned bits) {
  std::string digits;
  for (const char c : bytes) {
    for (int i = 7; i >= 0; --i)
      digits += (static_cast<unsigned char>(c) >> i & 1) != 0 ? '1' : '0';
  }
  digits.erase(0, digits.size() - bits);
  while (digits.size() % 8 != 0) digits += '0';
  std::string field;
  append(field, bits, 4);
  for (std::size_t i = 0; i < digits.size(); i += 8) {
    field += static_cast<char>(std::strtol(digits.substr(i, 8).c_str(), nullptr, 2));
  }
  append_field(out, field);
}

/// Little-endian WKB behind its SRID, as MySQL stores it.
void append_geometry(std::string& out, const std::string& stored) {
  const std::string srid = stored.substr(0, 4);
  const std::string wkb = stored.substr(4);
  if (srid == std::string(4, '\0')) return append_field(out, wkb);
  std::string field = wkb.substr(0, 5);
  field[4] = static_cast<char>(field[4] | 0x20);
  append_field(out, field + srid + wkb.substr(5));
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

std::string groups_of(const std::string& text) {
  std::string bytes;
  if (text.empty()) return bytes;
  for (const std::string& group : split(text, ':')) {
    append(bytes, std::strtol(group.c_str(), nullptr, 16), 2);
  }
  return bytes;
}

void append_inet(std::string& out, const std::string& text) {
  std::string address;
  const bool v6 = text.find(':') != std::string::npos;
  if (v6) {
    const std::size_t gap = text.find("::");
    const std::string head = groups_of(text.substr(0, gap));
    const std::string tail = gap == std::string::npos ? "" : groups_of(text.substr(gap + 2));
    address = head + std::string(16 - head.size() - tail.size(), '\0') + tail;
  } else {
    for (const std::string& part : split(text, '.')) append(address, std::atoi(part.c_str()), 1);
  }
  std::string field;
  append(field, v6 ? 3 : 2, 1);
  append(field, v6 ? 128 : 32, 1);
  append(field, 0, 1);
  append(field, v6 ? 16 : 4, 1);
  append_field(out, field + address);
}

// Any integer as text.
std::string take_integer(WireInteger wire, const std::uint8_t*& in) {
  switch (wire) {
    case WireInteger::int8: return print("%d", take<std::int8_t>(in));
    case WireInteger::uint8: return print("%d", take<std::uint8_t>(in));
    case WireInteger::int16: return print("%d", take<std::int16_t>(in));
    case WireInteger::uint16: return print("%d", take<std::uint16_t>(in));
    case WireInteger::int32: return print("%" PRId32, take<std::int32_t>(in));
    case WireInteger::uint32: return print("%" PRIu32, take<std::uint32_t>(in));
    case WireInteger::int64: return print("%" PRId64, take<std::int64_t>(in));
    case WireInteger::uint64: return print("%" PRIu64, take<std::uint64_t>(in));
  }
  throw std::runtime_error("no such integer");
}

void append_real(std::string& out, const std::string& text) {
  const float value = std::strtof(text.c_str(), nullptr);
  std::int32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  append(out, 4, 4);
  append(out, bits, 4);
}

void append_double(std::string& out, const std::string& text) {
  const double value = std::strtod(text.c_str(), nullptr);
  std::int64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  append(out, 8, 4);
  append(out, bits, 8);
}

bool holds(const std::vector<std::string>& texts, const std::string& text) {
  for (const std::string& one : texts) {
    if (one == text) return true;
  }
  return false;
}

// A conversion that a rule asks for, by way of text.
void append_converted(std::string& out, const ColumnEncoding& column, const std::uint8_t*& in) {
  const ColumnLiterals* const literals = column.literals.get();
  switch (column.encoding) {
    case Encoding::integer_to_timestamp: {
      const std::string text = take_integer(column.wire, in);
      const auto number = static_cast<std::uint64_t>(std::strtoll(text.c_str(), nullptr, 10));
      if (literals != nullptr) {
        for (const std::uint64_t null : literals->null_integers) {
          if (null == number) return append(out, -1, 4);
        }
      }
      const std::int64_t seconds = static_cast<std::int64_t>(number) - 946684800;
      append(out, 8, 4);
      return append(out, seconds * column.microseconds_per_unit, 8);
    }
    case Encoding::integer_to_int2: return append_integer(out, take_integer(column.wire, in), 2);
    case Encoding::integer_to_int4: return append_integer(out, take_integer(column.wire, in), 4);
    case Encoding::integer_to_int8: return append_integer(out, take_integer(column.wire, in), 8);
    case Encoding::integer_to_bool: return append_integer(out, take_integer(column.wire, in), 1);
    case Encoding::integer_to_float8: return append_double(out, take_integer(column.wire, in));
    case Encoding::integer_to_numeric: {
      const std::string fraction = "." + std::string(column.scale, '0');
      return append_numeric(out, take_integer(column.wire, in) + fraction, column.scale);
    }
    case Encoding::integer_to_float4:
    case Encoding::integer_to_rounded_float4:
      return append_real(out, take_integer(column.wire, in));
    case Encoding::nonzero_to_bool:
      return append_integer(out, take_integer(column.wire, in) == "0" ? "0" : "1", 1);
    case Encoding::integer_to_text: return append_field(out, take_integer(column.wire, in));
    case Encoding::text_to_int2: return append_integer(out, take_string(in), 2);
    case Encoding::text_to_int4: return append_integer(out, take_string(in), 4);
    case Encoding::text_to_int8: return append_integer(out, take_string(in), 8);
    case Encoding::float_to_float8:
      return append_double(out, print("%.17g", static_cast<double>(take<float>(in))));
    case Encoding::bytes_to_uuid: return append_field(out, take_string(in));
    case Encoding::bytes_to_inet: {
      const std::string address = take_string(in);
      std::string field(address.size() == 16 ? "\x03\x80" : "\x02\x20");
      append(field, static_cast<std::int64_t>(address.size()), 2);  // no cidr, and how many bytes
      return append_field(out, field + address);
    }
    case Encoding::text_to_float8: return append_double(out, take_string(in));
    case Encoding::text_to_bool:
      return append_integer(out, holds(literals->true_texts, take_string(in)) ? "1" : "0", 1);
    case Encoding::swapped_bytes_to_uuid: {
      const std::string b = take_string(in);
      return append_field(out, b.substr(4, 4) + b.substr(2, 2) + b.substr(0, 2) + b.substr(8));
    }
    case Encoding::uint32_to_inet: {
      const auto number = std::strtoul(take_integer(column.wire, in).c_str(), nullptr, 10);
      append(out, 8, 4);
      append(out, 0x02200004, 4);  // IPv4, 32 bits, no cidr, 4 bytes
      return append(out, static_cast<std::int64_t>(number), 4);
    }
    case Encoding::double_to_float4: return append_real(out, print("%.17g", take<double>(in)));
    default: throw std::runtime_error("the reference has no such encoding");
  }
}

void append_value(std::string& out, const ColumnEncoding& column, const std::uint8_t*& in) {
  switch (column.encoding) {
    case Encoding::int8_to_int2: return append_integer(out, print("%d", take<std::int8_t>(in)), 2);
    case Encoding::uint8_to_int2:
      return append_integer(out, print("%d", take<std::uint8_t>(in)), 2);
    case Encoding::int8_to_bool: return append_integer(out, print("%d", take<std::int8_t>(in)), 1);
    case Encoding::int16_to_int2:
      return append_integer(out, print("%d", take<std::int16_t>(in)), 2);
    case Encoding::uint16_to_int4:
      return append_integer(out, print("%d", take<std::uint16_t>(in)), 4);
    case Encoding::int32_to_int4:
      return append_integer(out, print("%" PRId32, take<std::int32_t>(in)), 4);
    case Encoding::uint32_to_int8:
      return append_integer(out, print("%" PRIu32, take<std::uint32_t>(in)), 8);
    case Encoding::int64_to_int8:
    case Encoding::uint64_to_int8:
      return append_integer(out, print("%" PRId64, take<std::int64_t>(in)), 8);
    case Encoding::uint64_to_numeric:
      return append_numeric(out, print("%" PRIu64, take<std::uint64_t>(in)), 0);
    case Encoding::decimal_to_numeric: return append_numeric(out, take_string(in), column.scale);
    case Encoding::float_to_float4: {
      const float value =
          std::strtof(print("%.9g", static_cast<double>(take<float>(in))).c_str(), nullptr);
      std::int32_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      append(out, 4, 4);
      return append(out, bits, 4);
    }
    case Encoding::double_to_float8: {
      const double value = std::strtod(print("%.17g", take<double>(in)).c_str(), nullptr);
      std::int64_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      append(out, 8, 4);
      return append(out, bits, 8);
    }
    case Encoding::date_to_date: return append_datetime(out, take_datetime(in), true);
    case Encoding::datetime_to_timestamp: return append_datetime(out, take_datetime(in), false);
    case Encoding::time_to_interval: return append_interval(out, take_time(in));
    case Encoding::utf8_to_text:
    case Encoding::utf8_to_enum:
    case Encoding::bytes_to_bytea: return append_field(out, take_string(in));
    case Encoding::latin1_to_enum:
    case Encoding::latin1_to_text: return append_field(out, utf8_of_latin1(take_string(in)));
    case Encoding::utf8_to_bpchar: {
      std::string text = take_string(in);
      text.resize(column.length_characters, ' ');
      return append_field(out, text);
    }
    case Encoding::latin1_to_bpchar: {
      std::string latin1 = take_string(in);
      latin1.resize(column.length_characters, ' ');
      return append_field(out, utf8_of_latin1(latin1));
    }
    case Encoding::utf8_to_text_array: return append_array(out, take_string(in));
    case Encoding::latin1_to_text_array: return append_array(out, utf8_of_latin1(take_string(in)));
    case Encoding::json_to_json: return append_field(out, take_string(in));
    case Encoding::bit_to_bool: {
      const std::string bits = take_string(in);
      return append_integer(out, bits.back() == '\0' ? "0" : "1", 1);
    }
    case Encoding::uint16_to_int2:
      return append_integer(out, print("%d", take<std::uint16_t>(in)), 2);
    case Encoding::time_to_time: return append_time(out, take_time(in));
    case Encoding::json_to_jsonb: return append_field(out, "\x01" + take_string(in));
    case Encoding::bit_to_bit: return append_bits(out, take_string(in), column.bits);
    case Encoding::geometry_to_ewkb: return append_geometry(out, take_string(in));
    case Encoding::text_to_inet: return append_inet(out, take_string(in));
    case Encoding::text_to_uuid: return append_field(out, uuid_bytes(take_string(in)));
    default: return append_converted(out, column, in);
  }
}

}  // namespace

std::string NaiveEncoder::encode(const BinaryRowView& row) const {
  std::string out;
  append(out, static_cast<std::int64_t>(columns_.size()), 2);
  const std::uint8_t* in = row.fields;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if ((row.null_bitmap[(i + 2) / 8] >> (i + 2) % 8 & 1) != 0) {
      append(out, -1, 4);
    } else {
      append_value(out, columns_[i], in);
    }
  }
  return out;
}

}  // namespace millrace
