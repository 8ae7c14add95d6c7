#pragma once

#include <algorithm>
#include <cstring>

#include "operators/byte_order.h"
#include "operators/column_encoding.h"
#include "operators/wire_field.h"

namespace millrace {

/// Whether a field of this shape holds a value that its column's rule makes NULL.
inline bool becomes_null(const ColumnLiterals& literals, WireShape shape,
                         FieldView field) noexcept {
  const auto is_one_of = [](const auto& values, auto value) noexcept {
    return std::find(values.begin(), values.end(), value) != values.end();
  };
  // One list is filled: that of the column's type.
  switch (shape) {
    case WireShape::string:
      return std::any_of(literals.null_texts.begin(), literals.null_texts.end(),
                         [&](const std::string& text) {
                           return text.size() == field.bytes &&
                                  std::memcmp(text.data(), field.data, field.bytes) == 0;
                         });
    case WireShape::temporal:
      return literals.null_zero_date && std::all_of(field.data, field.data + field.bytes,
                                                    [](std::uint8_t byte) { return byte == 0; });
    case WireShape::one:
    case WireShape::two: break;
    case WireShape::four:
      if (!literals.null_floats.empty()) {
        return is_one_of(literals.null_floats, double{load_little<float>(field.data)});
      }
      break;
    case WireShape::eight:
      if (!literals.null_floats.empty()) {
        return is_one_of(literals.null_floats, load_little<double>(field.data));
      }
      break;
  }
  // Compared as they lie on the wire, lowest byte first: the list holds only what fits the type.
  return std::any_of(literals.null_integers.begin(), literals.null_integers.end(),
                     [&](const std::uint64_t& value) {
                       return std::memcmp(&value, field.data, field.bytes) == 0;
                     });
}

}  // namespace millrace
