#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "operators/column_encoding.h"
#include "operators/jsonb_text.h"
#include "operators/tuple_digest.h"

namespace millrace {

/// Digests tuples as an encoder writes them so that the sum is that of the tuples which the server
/// sends back for them by COPY TO STDOUT (FORMAT binary).
///
/// Both are the same bytes, since the encoders write each value in the form in which the server
/// keeps it; tests/cases holds that for every type. Only jsonb comes back in another form than it
/// went in: it is digested in the server's form. What is read back needs no digester:
/// TupleDigest::add() takes it as it is.
///
/// Threads: one. Cost: one pass of XXH3 where no column is jsonb.
class TupleDigester {
 public:
  explicit TupleDigester(std::span<const ColumnEncoding> columns);

  /// Whether the server sends these columns' tuples back as they are written, byte for byte.
  static bool sent_back_as_written(std::span<const ColumnEncoding> columns) noexcept;

  /// Add one whole tuple.
  void add(std::span<const std::byte> tuple) {
    if (jsonb_columns_.empty()) {
      digest_.add(tuple);
    } else {
      add_with_jsonb(tuple);
    }
  }

  /// `tuple` as the server sends it back; valid until the next call or until `tuple` changes.
  std::span<const std::byte> as_sent_back(std::span<const std::byte> tuple);

  const TupleDigest& digest() const noexcept { return digest_; }

 private:
  void add_with_jsonb(std::span<const std::byte> tuple);

  std::vector<std::size_t> jsonb_columns_;  // in ascending order
  TupleDigest digest_;
  JsonbText jsonb_text_;
  std::string sent_back_;
};

}  // namespace millrace
