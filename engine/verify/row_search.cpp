#include "engine/verify/row_search.h"

#include <algorithm>
#include <bit>
#include <map>

#include "operators/tuple_digest.h"

namespace millrace {

namespace {

constexpr std::uint64_t rows_per_bucket = 8;
constexpr std::uint64_t most_buckets = std::uint64_t{1} << 20;  // 8 MiB
// What pass 2 may hold: it decides how many differing buckets are looked into.
constexpr std::uint64_t most_kept_bytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kept_overhead_bytes = 160;  // of a map's node

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Append the bytes of field `wanted`, with its length word.
void append_field(std::string_view tuple, std::size_t wanted, std::string& to) {
  to += as_text(field_in_tuple(std::as_bytes(std::span(tuple)), wanted));
}

}  // namespace

RowSearch::RowSearch(std::vector<std::size_t> key_columns, std::uint64_t rows,
                     std::uint64_t row_bytes)
    : key_columns_(std::move(key_columns)),
      row_bytes_(std::max<std::uint64_t>(row_bytes, 1)),
      n_buckets_(
          std::bit_ceil(std::clamp<std::uint64_t>(rows / rows_per_bucket, 64, most_buckets))),
      rows_(rows),
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

bool RowSearch::begin_keeping() {
  const std::uint64_t bucket_rows = 2 * (rows_ / n_buckets_ + 1);
  std::uint64_t room = std::max<std::uint64_t>(
      most_kept_bytes / (bucket_rows * (row_bytes_ + kept_overhead_bytes)), 1);
  kept_buckets_.assign(n_buckets_, false);
  for (std::size_t bucket = 0; bucket < n_buckets_; ++bucket) {
    if (sums_[bucket].load(std::memory_order_relaxed) == 0) continue;
    if (room-- == 0) return false;
    kept_buckets_[bucket] = true;
  }
  return true;
}

void RowSearch::keep_source(std::span<const std::byte> tuple, std::uint64_t chunk) {
  if (!kept_buckets_[bucket_of(tuple)]) return;
  const std::lock_guard lock(mutex_);
  Kept& kept = kept_[std::string(as_text(tuple))];
  ++kept.surplus;
  kept.chunk = chunk;
}

void RowSearch::keep_target(std::span<const std::byte> tuple, const RowPlace& place) {
  if (!kept_buckets_[bucket_of(tuple)]) return;
  const std::lock_guard lock(mutex_);
  Kept& kept = kept_[std::string(as_text(tuple))];
  --kept.surplus;
  kept.places.push_back(place);
}

std::vector<FoundRow> RowSearch::found() {
  struct OfKey {
    std::vector<FoundRow> missing, extra;
  };
  std::map<std::string, OfKey> by_key;
  for (auto& [tuple, kept] : kept_) {
    if (kept.surplus == 0) continue;
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
