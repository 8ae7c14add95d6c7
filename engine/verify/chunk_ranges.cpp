#include "engine/verify/chunk_ranges.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "engine/work_plan.h"
#include "io/key_range.h"
#include "operators/byte_order.h"
#include "operators/tuple_digest.h"

namespace millrace {

namespace {

/// Whether the target has the source's number as it is.
bool keeps_the_number(const ColumnEncoding& column) noexcept {
  if (column.literals.get() != nullptr) return false;
  switch (column.encoding) {
    case Encoding::int8_to_int2:
    case Encoding::uint8_to_int2:
    case Encoding::int16_to_int2:
    case Encoding::uint16_to_int4:
    case Encoding::uint16_to_int2:
    case Encoding::int32_to_int4:
    case Encoding::uint32_to_int8:
    case Encoding::int64_to_int8:
    case Encoding::uint64_to_int8:
    case Encoding::uint64_to_numeric:
    case Encoding::integer_to_int2:
    case Encoding::integer_to_int4:
    case Encoding::integer_to_int8: return true;
    default: return false;
  }
}

}  // namespace

std::optional<ChunkRanges> ChunkRanges::of(const TableWork& table, std::span<const Chunk> chunks) {
  if (table.source->consolidated() || table.key_columns.empty()) return std::nullopt;
  const std::span<const ColumnEncoding> encodings = table.encoder.encodings();
  for (const std::size_t field : table.key_columns) {
    if (field >= encodings.size() || !keeps_the_number(encodings[field])) return std::nullopt;
  }
  struct Range {
    std::optional<Key> begin, end;
    std::size_t chunk;
  };
  const auto key_of = [&](const std::optional<KeyTuple>& bound, std::optional<Key>& key) {
    if (!bound) return true;
    if (bound->size() != table.key_columns.size()) return false;
    key.emplace();
    for (const std::string& value : *bound) {
      const std::optional<Whole> whole = whole_of_text(value);
      if (!whole) return false;
      key->push_back(*whole);
    }
    return true;
  };
  std::vector<Range> ranges;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const std::optional<KeyRange> range = key_range_of(table, chunks[i]);
    if (!range) return std::nullopt;
    Range& added = ranges.emplace_back(Range{.begin = {}, .end = {}, .chunk = i});
    if (!key_of(range->begin, added.begin) || !key_of(range->end, added.end)) return std::nullopt;
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& left, const Range& right) { return left.begin < right.begin; });
  ChunkRanges found;
  found.fields_ = table.key_columns;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    // They must be what the planner made: without a gap, open at both ends.
    const std::optional<Key> before = i == 0 ? std::nullopt : ranges[i - 1].end;
    if (ranges[i].begin != before || (i != 0 && !before)) return std::nullopt;
    if (ranges[i].begin) found.begins_.push_back(*ranges[i].begin);
    found.chunks_.push_back(ranges[i].chunk);
  }
  if (ranges.empty() || ranges.back().end) return std::nullopt;
  return found;
}

std::size_t ChunkRanges::find(std::span<const std::byte> tuple) const {
  if (begins_.empty()) return chunks_.front();
  // Looked at part by part, without a key being made: there is one row after the other.
  std::size_t low = 0;
  std::size_t high = begins_.size();
  for (std::size_t part = 0; part < fields_.size() && low < high; ++part) {
    const Whole value = whole_of_field(field_in_tuple(tuple, fields_[part]).subspan(4));
    const auto begin = begins_.begin() + static_cast<std::ptrdiff_t>(low);
    const auto end = begins_.begin() + static_cast<std::ptrdiff_t>(high);
    const auto first =
        std::partition_point(begin, end, [&](const Key& key) { return key[part] < value; });
    const auto after =
        std::partition_point(first, end, [&](const Key& key) { return key[part] == value; });
    // Begins below `first` are at or before the row, those from `after` on behind it; the ones
    // between are equal so far.
    low = static_cast<std::size_t>(first - begins_.begin());
    high = static_cast<std::size_t>(after - begins_.begin());
  }
  return chunks_[high];
}

std::optional<ChunkRanges::Whole> ChunkRanges::whole_of_text(const std::string& text) {
  Whole whole;
  const char* const end = text.data() + text.size();
  if (text.starts_with('-')) {
    std::int64_t value = 0;
    const auto [at, fault] = std::from_chars(text.data(), end, value);
    if (fault != std::errc{} || at != end) return std::nullopt;
    whole.at_least_zero = value == 0;
    whole.bits = static_cast<std::uint64_t>(value);
    return whole;
  }
  const auto [at, fault] = std::from_chars(text.data(), end, whole.bits);
  if (fault != std::errc{} || at != end) return std::nullopt;
  return whole;
}

ChunkRanges::Whole ChunkRanges::whole_of_field(std::span<const std::byte> field) noexcept {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(field.data());
  const auto of_signed = [](std::int64_t value) {
    return Whole{.at_least_zero = value >= 0, .bits = static_cast<std::uint64_t>(value)};
  };
  switch (field.size()) {
    case 2: return of_signed(static_cast<std::int16_t>(load_big<std::uint16_t>(bytes)));
    case 4: return of_signed(static_cast<std::int32_t>(load_big<std::uint32_t>(bytes)));
    // Also numeric's zero, which has no digits.
    case 8: return of_signed(static_cast<std::int64_t>(load_big<std::uint64_t>(bytes)));
    default: break;
  }
  // numeric: digits:i16 weight:i16 sign:u16 scale:i16, then digits to the base of 10,000.
  constexpr std::size_t head = 8;
  if (field.size() < head + 2) return {};  // NULL, which is in no key of the source
  Whole whole;
  const int weight = static_cast<std::int16_t>(load_big<std::uint16_t>(bytes + 2));
  for (int place = 0; place <= weight; ++place) {
    const std::size_t at = head + 2 * static_cast<std::size_t>(place);
    whole.bits *= 10'000;
    if (at + 2 <= field.size()) whole.bits += load_big<std::uint16_t>(bytes + at);
  }
  whole.at_least_zero = load_big<std::uint16_t>(bytes + 4) == 0;
  if (!whole.at_least_zero) whole.bits = 0 - whole.bits;
  return whole;
}

}  // namespace millrace
