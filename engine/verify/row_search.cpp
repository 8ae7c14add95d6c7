#include "engine/verify/row_search.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>

#include "operators/tuple_digest.h"

namespace millrace {

namespace {

constexpr std::uint64_t rows_per_bucket = 8;
constexpr std::uint64_t most_buckets = std::uint64_t{1} << 20;  // 8 MiB
constexpr std::uint64_t kept_overhead_bytes = 160;              // of a map's node

std::uint64_t bytes_to_keep(std::size_t tuple_bytes) noexcept {
  return tuple_bytes + kept_overhead_bytes;
}

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Append the bytes of field `wanted`, with its length word.
void append_field(std::string_view tuple, std::size_t wanted, std::string& to) {
  to += as_text(field_in_tuple(std::as_bytes(std::span(tuple)), wanted));
}

}  // namespace

bool KeepingRoom::try_take(std::uint64_t bytes) noexcept {
  std::uint64_t left = left_bytes();
  while (left >= bytes) {
    if (left_.compare_exchange_weak(left, left - bytes, std::memory_order_relaxed)) return true;
  }
  return false;
}

RowSearch::RowSearch(std::vector<std::size_t> key_columns, std::uint64_t rows,
                     std::uint64_t row_bytes, KeepingRoom& room)
    : key_columns_(std::move(key_columns)),
      row_bytes_(std::max<std::uint64_t>(row_bytes, 1)),
      n_buckets_(
          std::bit_ceil(std::clamp<std::uint64_t>(rows / rows_per_bucket, 64, most_buckets))),
      rows_(rows),
      room_(room),
      sums_(std::make_unique<std::atomic<std::uint64_t>[]>(n_buckets_)) {}

std::string RowSearch::key_of(std::string_view tuple) const {
  if (key_columns_.empty()) return std::string(tuple);
  std::string key;
  for (const std::size_t column : key_columns_) append_field(tuple, column, key);
  return key;
}

std::size_t RowSearch::bucket_of(std::span<const std::byte> tuple) const {
  std::uint64_t hash = 0;
  if (key_columns_.empty()) {
    hash = tuple_hash(tuple);
  } else {
    thread_local std::string key;  // one per lane: no allocation per row
    key.clear();
    for (const std::size_t column : key_columns_) append_field(as_text(tuple), column, key);
    hash = tuple_hash(std::as_bytes(std::span(key)));
  }
  return hash & (n_buckets_ - 1);
}

void RowSearch::sift(Side side, std::span<const std::byte> tuple) {
  const std::uint64_t hash = tuple_hash(tuple);
  sums_[bucket_of(tuple)].fetch_add(side == Side::source ? hash : 0 - hash,
                                    std::memory_order_relaxed);
}

/// About what one bucket's rows of both sides take.
std::uint64_t RowSearch::bucket_bytes() const noexcept {
  return 2 * (rows_ / n_buckets_ + 1) * bytes_to_keep(row_bytes_);
}

std::uint64_t RowSearch::differing_buckets() const noexcept {
  std::uint64_t count = 0;
  for (std::size_t bucket = 0; bucket < n_buckets_; ++bucket) {
    if (sums_[bucket].load(std::memory_order_relaxed) != 0) ++count;
  }
  return count;
}

std::uint64_t RowSearch::wanted_bytes() const noexcept {
  return differing_buckets() * bucket_bytes();
}

void RowSearch::begin_keeping(std::uint64_t share_bytes) {
  const std::uint64_t reserved = std::min(share_bytes, wanted_bytes());
  if (room_.try_take(reserved)) reserved_bytes_ = reserved;
  std::uint64_t room = std::max<std::uint64_t>(share_bytes / bucket_bytes(), 1);
  kept_buckets_.assign(n_buckets_, false);
  given_up_.assign(n_buckets_, false);
  for (std::size_t bucket = 0; bucket < n_buckets_; ++bucket) {
    if (sums_[bucket].load(std::memory_order_relaxed) == 0) continue;
    if (room-- == 0) {
      all_ = false;
      return;
    }
    kept_buckets_[bucket] = true;
  }
}

void RowSearch::keep_source(std::span<const std::byte> tuple, std::uint64_t chunk) {
  keep(Side::source, tuple, chunk, {});
}

void RowSearch::keep_target(std::span<const std::byte> tuple, const RowPlace& place) {
  keep(Side::target, tuple, 0, place);
}

void RowSearch::keep(Side side, std::span<const std::byte> tuple, std::uint64_t chunk,
                     const RowPlace& place) {
  const std::size_t bucket = bucket_of(tuple);
  if (!kept_buckets_[bucket]) return;
  const bool of_source = side == Side::source;
  BucketTuple key{bucket, std::string(as_text(tuple))};
  const std::lock_guard lock(mutex_);
  if (given_up_[bucket]) return;
  const auto at = kept_.try_emplace(std::move(key)).first;
  Kept& kept = at->second;
  if (of_source ? kept.surplus < 0 : kept.surplus > 0) {  // cancels one of the other side
    kept.surplus += of_source ? 1 : -1;
    if (of_source) kept.places.pop_back();
    held_bytes_ -= bytes_to_keep(tuple.size());
    if (kept.surplus == 0) kept_.erase(at);
    return;
  }
  if (!hold(bytes_to_keep(tuple.size()))) {
    give_up(bucket);
    return;
  }
  kept.surplus += of_source ? 1 : -1;
  if (of_source) {
    kept.chunk = chunk;
  } else {
    kept.places.push_back(place);
  }
}

bool RowSearch::hold(std::uint64_t bytes) {
  const std::uint64_t held = held_bytes_ + bytes;
  if (held > reserved_bytes_) {
    if (!room_.try_take(held - reserved_bytes_)) return false;
    reserved_bytes_ = held;
  }
  held_bytes_ = held;
  return true;
}

void RowSearch::give_up(std::size_t bucket) {
  const auto begin = kept_.lower_bound({bucket, {}});
  const auto end = kept_.lower_bound({bucket + 1, {}});
  for (auto at = begin; at != end; ++at) {
    const auto times = static_cast<std::uint64_t>(std::abs(at->second.surplus));
    held_bytes_ -= times * bytes_to_keep(at->first.tuple.size());
  }
  kept_.erase(begin, end);
  given_up_[bucket] = true;
  all_ = false;
}

std::vector<FoundRow> RowSearch::found() {
  struct OfKey {
    std::vector<FoundRow> missing, extra;
  };
  std::map<std::string, OfKey> by_key;
  while (!kept_.empty()) {  // nothing is held twice
    const auto node = kept_.extract(kept_.begin());
    const std::string& tuple = node.key().tuple;
    Kept& kept = node.mapped();
    OfKey& of_key = by_key[key_of(tuple)];
    for (std::int64_t i = 0; i < kept.surplus; ++i) {
      of_key.missing.push_back({.source = tuple, .target = {}, .place = {}, .chunk = kept.chunk});
    }
    for (std::int64_t i = 0; i < -kept.surplus; ++i) {
      of_key.extra.push_back({.source = {}, .target = tuple, .place = kept.places.back()});
      kept.places.pop_back();
    }
  }
  std::vector<FoundRow> rows;
  for (auto& [key, of_key] : by_key) {
    const std::size_t pairs = std::min(of_key.missing.size(), of_key.extra.size());
    for (std::size_t i = 0; i < of_key.missing.size(); ++i) {
      if (i < pairs) {
        of_key.missing[i].target = std::move(of_key.extra[i].target);
        of_key.missing[i].place = of_key.extra[i].place;
      }
      rows.push_back(std::move(of_key.missing[i]));
    }
    for (std::size_t i = pairs; i < of_key.extra.size(); ++i) {
      rows.push_back(std::move(of_key.extra[i]));
    }
  }
  return rows;
}

}  // namespace millrace
