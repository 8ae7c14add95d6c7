#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <utility>

namespace millrace {

/// Carries one move-only T across an edge of the graph, whose messages must be copyable. Every copy
/// names the same T; an edge has one receiver. Source: oneTBB specification, flow graph messages.
template <std::movable T>
class Parcel {
 public:
  Parcel() = default;  // oneTBB needs it
  explicit Parcel(T value) : box_(std::make_shared<std::optional<T>>(std::move(value))) {}

  /// Look inside without taking. Requires: not taken yet.
  T& peek() const { return box_->value(); }
  /// Move the content out. Requires: first take; throws std::bad_optional_access on a second one.
  T take() const {
    T content = std::move(box_->value());
    box_->reset();
    return content;
  }

 private:
  std::shared_ptr<std::optional<T>> box_;  // one allocation per block
};

}  // namespace millrace
