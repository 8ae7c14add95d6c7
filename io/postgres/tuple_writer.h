#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace millrace::postgres {

/// Writes tuples of COPY binary from plain values: for small tables of our own, such as the
/// ledger's. The rows of a source never come this way; they are encoded where they lie.
///
/// Legal order: (begin, one add per field)*, then view; clear starts anew.
/// Source: PostgreSQL manual, COPY, "Binary Format".
class TupleWriter {
 public:
  /// Begin a tuple of `fields` fields.
  void begin(std::uint16_t fields);
  void add_null();
  void add_boolean(bool value);
  void add_integer(std::int32_t value);  // integer
  void add_bigint(std::int64_t value);   // bigint
  void add_text(std::string_view value);
  void add_integers(std::span<const std::int32_t> values);  // integer[]

  /// The whole tuples written since clear(). Valid until *this changes or dies.
  std::span<const std::byte> view() const& noexcept { return bytes_; }
  std::span<const std::byte> view() && = delete;
  void clear() noexcept { bytes_.clear(); }

 private:
  template <class Word>
  void put(Word word);
  void put_length(std::size_t bytes);

  std::vector<std::byte> bytes_;
};

}  // namespace millrace::postgres
