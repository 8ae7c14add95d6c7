#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "operators/tuple_digest.h"

namespace millrace {

/// Finds the tuples in a COPY binary stream that comes in pieces, cut anywhere.
///    stream := "PGCOPY\n\377\r\n\0" int32(flags) int32(n) byte{n} tuple* int16(-1)
/// A piece of whole tuples, which is what servers send, is walked where it lies; only what a cut
/// tears apart is copied together.
/// Source:  PostgreSQL manual, COPY, "Binary Format".
/// Threads: one.
class TupleStream {
 public:
  /// Give the next piece. Calls `on_tuple(std::span<const std::byte>)` for each tuple that is whole
  /// now; its bytes are valid during the call only.
  template <class OnTuple>
  void feed(std::span<const std::byte> piece, OnTuple&& on_tuple) {
    if (torn_.empty()) {
      const auto rest = walk(piece, on_tuple);
      torn_.assign(rest.begin(), rest.end());
    } else {
      torn_.insert(torn_.end(), piece.begin(), piece.end());
      const std::size_t left = walk(torn_, on_tuple).size();
      torn_.erase(torn_.begin(), torn_.end() - static_cast<std::ptrdiff_t>(left));
    }
  }

  /// Whether any byte has come.
  bool begun() const noexcept { return begun_ || !torn_.empty(); }

  /// Whether the stream has come to its end in order: nothing is missing and nothing follows.
  bool complete() const noexcept { return ended_ && torn_.empty(); }

 private:
  template <class OnTuple>
  std::span<const std::byte> walk(std::span<const std::byte> bytes, OnTuple& on_tuple) {
    if (!begun_) {
      const std::size_t head = header_bytes(bytes);
      if (head == 0) return bytes;
      begun_ = true;
      bytes = bytes.subspan(head);
    }
    while (!ended_) {
      if (is_trailer(bytes)) {
        ended_ = true;
        return bytes.subspan(2);
      }
      const auto n_bytes = tuple_bytes(bytes);
      if (!n_bytes) break;
      on_tuple(bytes.first(*n_bytes));
      bytes = bytes.subspan(*n_bytes);
    }
    return bytes;
  }

  /// The header's length; 0: it is not all there.
  static std::size_t header_bytes(std::span<const std::byte> bytes) noexcept;
  static bool is_trailer(std::span<const std::byte> bytes) noexcept {
    return bytes.size() >= 2 && bytes[0] == std::byte{0xff} && bytes[1] == std::byte{0xff};
  }

  bool begun_ = false;
  bool ended_ = false;
  std::vector<std::byte> torn_;
};

}  // namespace millrace
