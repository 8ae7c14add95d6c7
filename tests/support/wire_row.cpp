#include "tests/support/wire_row.h"

#include <algorithm>

namespace millrace {
namespace {

void append_number(std::string& bytes, std::uint64_t value, int n_bytes) {
  for (int i = 0; i < n_bytes; ++i) bytes += static_cast<char>(value >> 8 * i & 0xff);
}

void append_clock(std::string& bytes, WireClock clock) {
  append_number(bytes, clock.hour, 1);
  append_number(bytes, clock.minute, 1);
  append_number(bytes, clock.second, 1);
  if (clock.microsecond != 0) append_number(bytes, clock.microsecond, 4);
}

WireField with_length(const std::string& bytes) {
  return std::string(1, static_cast<char>(bytes.size())) + bytes;
}

}  // namespace

WireField wire_string(std::string_view text) {
  std::string bytes;
  if (text.size() < 251) {
    append_number(bytes, text.size(), 1);
  } else if (text.size() < 1 << 16) {
    bytes += '\xfc';
    append_number(bytes, text.size(), 2);
  } else if (text.size() < 1 << 24) {
    bytes += '\xfd';
    append_number(bytes, text.size(), 3);
  } else {
    bytes += '\xfe';
    append_number(bytes, text.size(), 8);
  }
  return bytes.append(text);
}

WireField wire_datetime(unsigned year, unsigned month, unsigned day, WireClock clock) {
  const bool has_clock =
      clock.hour != 0 || clock.minute != 0 || clock.second != 0 || clock.microsecond != 0;
  std::string bytes;
  if (year != 0 || month != 0 || day != 0 || has_clock) {
    append_number(bytes, year, 2);
    append_number(bytes, month, 1);
    append_number(bytes, day, 1);
  }
  if (has_clock) append_clock(bytes, clock);
  return with_length(bytes);
}

WireField wire_time(bool negative, std::uint32_t days, WireClock clock) {
  std::string bytes;
  if (days != 0 || clock.hour != 0 || clock.minute != 0 || clock.second != 0 ||
      clock.microsecond != 0) {
    append_number(bytes, negative ? 1 : 0, 1);
    append_number(bytes, days, 4);
    append_clock(bytes, clock);
  }
  return with_length(bytes);
}

WireRow::WireRow(const std::vector<WireField>& fields) : bitmap_bytes_((fields.size() + 9) / 8) {
  std::string bytes(bitmap_bytes_, '\0');
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i]) {
      bytes += *fields[i];
    } else {
      bytes[(i + 2) / 8] = static_cast<char>(bytes[(i + 2) / 8] | 1 << (i + 2) % 8);
    }
  }
  bytes_ = bytes.size();
  data_ = std::make_unique<std::uint8_t[]>(bytes_);
  std::copy(bytes.begin(), bytes.end(), data_.get());
}

WireRow::WireRow(const std::uint8_t* data, std::size_t bytes, std::size_t bitmap_bytes)
    : data_(std::make_unique<std::uint8_t[]>(bytes)), bytes_(bytes), bitmap_bytes_(bitmap_bytes) {
  std::copy_n(data, bytes, data_.get());
}

BinaryRowView WireRow::view() const& noexcept {
  return {data_.get(), data_.get() + bitmap_bytes_, data_.get() + bytes_};
}

WireRow WireRow::cut_to(std::size_t field_bytes) const {
  return {data_.get(), bitmap_bytes_ + field_bytes, bitmap_bytes_};
}

EncodedRow encode_into(const RowEncoder& encoder, const WireRow& row, std::size_t room) {
  const auto out = std::make_unique<std::byte[]>(room);
  EncodedRow encoded{encoder.encode(row.view(), {out.get(), room}), {}};
  if (encoded.outcome.status == RowStatus::encoded) {
    encoded.tuple.assign(reinterpret_cast<const char*>(out.get()), encoded.outcome.bytes);
  }
  return encoded;
}

}  // namespace millrace
