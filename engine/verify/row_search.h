#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// Where a row lies in the target: its ctid within a relation.
struct RowPlace {
  std::size_t slice = 0;  // whose relation it is
  std::uint32_t page = 0;
  std::uint16_t line = 0;
};

/// A row that is not the same on both sides; the tuples in the form in which the server sends them.
struct FoundRow {
  std::string source;  // the tuple; empty: the row is not there
  std::string target;
  RowPlace place;                        // of the target's tuple
  std::optional<std::uint64_t> chunk{};  // that the source's tuple was read by
};

/// What searches may hold of rows, all of them together. Threads: concurrent.
class KeepingRoom {
 public:
  explicit KeepingRoom(std::uint64_t bytes = std::uint64_t{64} << 20) : left_(bytes) {}

  std::uint64_t left_bytes() const noexcept { return left_.load(std::memory_order_relaxed); }
  /// Returns false, and takes nothing, where less is left.
  bool try_take(std::uint64_t bytes) noexcept;

 private:
  std::atomic<std::uint64_t> left_;
};

/// Finds the rows of one table that differ between source and target, in two passes over both
/// sides, whatever its key is and however the two sides order it.
///
/// Pass 1 (sift): each row falls into a bucket by a hash of its key, or of all of it where there is
/// no key. A bucket's sum gains the digest of each row of the source and loses that of each row of
/// the target: it ends at zero where the bucket holds the same rows on both sides.
/// Pass 2 (keep): rows of the buckets that did not end at zero are kept, equal ones cancelled out.
/// Since a row and its changed version share their key, they share their bucket, and pair up.
/// However many rows there are, no more of them are held than there is room for: a bucket that
/// finds none is given up with all that it held, since half of its rows would look like
/// differences.
///
/// Legal order: sift*, begin_keeping, keep_...*, all, found.
/// Threads:     sift() and keep_...() may run concurrently; the others one.
class RowSearch {
 public:
  enum class Side : std::uint8_t { source, target };

  /// `key_columns`: positions of the tuple's fields; empty: all of them.
  /// `rows`: about how many each side has. `row_bytes`: about how long one is. `room`: outlives it.
  RowSearch(std::vector<std::size_t> key_columns, std::uint64_t rows, std::uint64_t row_bytes,
            KeepingRoom& room);

  void sift(Side side, std::span<const std::byte> tuple);

  /// About what the rows of all buckets that differ take.
  std::uint64_t wanted_bytes() const noexcept;
  /// Choose the buckets to look into: as many as `share_bytes` of the room are likely to hold.
  void begin_keeping(std::uint64_t share_bytes);
  /// `chunk`: that the row was read by.
  void keep_source(std::span<const std::byte> tuple, std::uint64_t chunk);
  void keep_target(std::span<const std::byte> tuple, const RowPlace& place);

  /// Whether every row that differs was kept.
  bool all() const noexcept { return all_; }
  /// What was kept and not cancelled out, by key; a changed row once, with both tuples.
  std::vector<FoundRow> found();

  /// The bytes of the key fields of `tuple`, with their lengths.
  std::string key_of(std::string_view tuple) const;

 private:
  /// A tuple that was kept: how often more the source has it, and where it lies in the target.
  struct Kept {
    std::int64_t surplus = 0;
    std::vector<RowPlace> places;
    std::uint64_t chunk = 0;  // of one of the source's
  };
  struct BucketTuple {
    std::size_t bucket = 0;
    std::string tuple;
    auto operator<=>(const BucketTuple&) const = default;
  };

  std::size_t bucket_of(std::span<const std::byte> tuple) const;
  std::uint64_t bucket_bytes() const noexcept;
  std::uint64_t differing_buckets() const noexcept;
  void keep(Side side, std::span<const std::byte> tuple, std::uint64_t chunk,
            const RowPlace& place);
  bool hold(std::uint64_t bytes);
  void give_up(std::size_t bucket);

  std::vector<std::size_t> key_columns_;
  std::uint64_t row_bytes_;
  std::size_t n_buckets_;
  std::uint64_t rows_;
  KeepingRoom& room_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> sums_;
  std::vector<bool> kept_buckets_;
  std::mutex mutex_;  // guards what follows; taken for rows of differing buckets only
  std::map<BucketTuple, Kept> kept_;
  std::vector<bool> given_up_;        // buckets
  std::uint64_t held_bytes_ = 0;      // by kept_
  std::uint64_t reserved_bytes_ = 0;  // of the room, by this search
  bool all_ = true;
};

}  // namespace millrace
