#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/binary_row.h"
#include "operators/row_encoder.h"

namespace millrace {

/// The wire bytes of one field; no value: NULL, which has none.
using WireField = std::optional<std::string>;

template <typename Number>
WireField wire_fixed(Number value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

/// A length-encoded string, in the shortest form.
WireField wire_string(std::string_view text);

struct WireClock {
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  std::uint32_t microsecond = 0;
};

/// As servers send it: trailing zero parts left out. All zero: length 0.
WireField wire_datetime(unsigned year, unsigned month, unsigned day, WireClock clock = {});
WireField wire_time(bool negative, std::uint32_t days, WireClock clock);

/// One row in memory of exactly its size, so that AddressSanitizer sees any read past its end.
class WireRow {
 public:
  explicit WireRow(const std::vector<WireField>& fields);

  /// Valid while this row lives.
  BinaryRowView view() const& noexcept;
  BinaryRowView view() && = delete;

  /// The bytes of the fields, without the bitmap.
  std::size_t field_bytes() const noexcept { return bytes_ - bitmap_bytes_; }

  /// The same row without the last bytes of its fields.
  WireRow cut_to(std::size_t field_bytes) const;

 private:
  WireRow(const std::uint8_t* data, std::size_t bytes, std::size_t bitmap_bytes);

  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t bytes_ = 0;
  std::size_t bitmap_bytes_ = 0;
};

struct EncodedRow {
  RowOutcome outcome;
  std::string tuple;  // empty unless outcome.status is encoded
};

/// Encode into memory of exactly `room` bytes.
EncodedRow encode_into(const RowEncoder& encoder, const WireRow& row, std::size_t room = 1 << 16);

}  // namespace millrace
