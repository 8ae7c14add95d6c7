#include "operators/tuple_digester.h"

#include <algorithm>
#include <string_view>

#include "operators/byte_order.h"

namespace millrace {
namespace {

constexpr std::uint32_t null_length = ~std::uint32_t{0};
// Source: PostgreSQL, src/backend/utils/adt/jsonb.c, jsonb_send(): version, then text.
constexpr char jsonb_version = 1;

bool comes_back_in_another_form(const ColumnEncoding& column) noexcept {
  return column.encoding == Encoding::json_to_jsonb;
}

}  // namespace

TupleDigester::TupleDigester(std::span<const ColumnEncoding> columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (comes_back_in_another_form(columns[i])) jsonb_columns_.push_back(i);
  }
}

bool TupleDigester::sent_back_as_written(std::span<const ColumnEncoding> columns) noexcept {
  return std::ranges::none_of(columns, comes_back_in_another_form);
}

void TupleDigester::add_with_jsonb(std::span<const std::byte> tuple) {
  digest_.add(as_sent_back(tuple));
}

std::span<const std::byte> TupleDigester::as_sent_back(std::span<const std::byte> tuple) {
  if (jsonb_columns_.empty()) return tuple;
  const std::string_view text(reinterpret_cast<const char*>(tuple.data()), tuple.size());
  sent_back_.clear();
  std::size_t copied = 0;  // up to here
  std::size_t at = 2;
  std::size_t column = 0;
  for (const std::size_t jsonb : jsonb_columns_) {
    std::uint32_t bytes = 0;
    for (;; ++column) {
      bytes = load_big<std::uint32_t>(reinterpret_cast<const std::uint8_t*>(text.data() + at));
      at += 4;
      if (column == jsonb) break;
      if (bytes != null_length) at += bytes;
    }
    ++column;
    if (bytes == null_length) continue;
    sent_back_ += text.substr(copied, at - 4 - copied);
    const std::size_t length_at = sent_back_.size();
    sent_back_.append(4, '\0');
    sent_back_ += jsonb_version;
    jsonb_text_.append(text.substr(at + 1, bytes - 1), sent_back_);
    store_big(reinterpret_cast<std::uint8_t*>(sent_back_.data() + length_at),
              static_cast<std::uint32_t>(sent_back_.size() - length_at - 4));
    at += bytes;
    copied = at;
  }
  sent_back_ += text.substr(copied);
  return std::as_bytes(std::span(sent_back_));
}

}  // namespace millrace
