#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace millrace {

/// A vector whose copies share their elements until one of them is changed. A farm has a table for
/// each of 10,000 jobs, and all of them have the same columns: they are held once.
///
/// Threads: as std::vector; copies in different threads may share elements.
/// Cost:    any call on a non-const object that shares its elements copies them first, so read
///          through a const reference.
template <class T>
class SharedVector {
 public:
  using value_type = T;
  using iterator = typename std::vector<T>::iterator;
  using const_iterator = typename std::vector<T>::const_iterator;

  SharedVector() = default;
  SharedVector(std::initializer_list<T> items) : SharedVector(std::vector<T>(items)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): it is a vector in all but its copies
  SharedVector(std::vector<T> items) : items_(std::make_shared<std::vector<T>>(std::move(items))) {}

  std::size_t size() const noexcept { return items_ ? items_->size() : 0; }
  bool empty() const noexcept { return size() == 0; }
  const T& operator[](std::size_t at) const { return (*items_)[at]; }
  const T& at(std::size_t at) const { return items().at(at); }
  const T& front() const { return items_->front(); }
  const T& back() const { return items_->back(); }
  const_iterator begin() const noexcept { return items().begin(); }
  const_iterator end() const noexcept { return items().end(); }

  T& operator[](std::size_t at) { return own()[at]; }
  T& at(std::size_t at) { return own().at(at); }
  T& front() { return own().front(); }
  T& back() { return own().back(); }
  iterator begin() { return own().begin(); }
  iterator end() { return own().end(); }
  void reserve(std::size_t count) { own().reserve(count); }
  void push_back(T item) { own().push_back(std::move(item)); }
  template <class... Arguments>
  T& emplace_back(Arguments&&... arguments) {
    return own().emplace_back(std::forward<Arguments>(arguments)...);
  }
  iterator insert(const_iterator before, T item) { return own().insert(before, std::move(item)); }
  iterator erase(const_iterator at) { return own().erase(at); }
  void clear() { items_.reset(); }

  /// Whether both hold the very same elements.
  bool shares_with(const SharedVector& other) const noexcept { return items_ == other.items_; }

  /// As std::erase_if().
  template <class Predicate>
  friend std::size_t erase_if(SharedVector& vector, Predicate predicate) {
    return std::erase_if(vector.own(), predicate);
  }
  friend bool operator==(const SharedVector& a, const SharedVector& b) {
    return a.items_ == b.items_ || a.items() == b.items();
  }

 private:
  const std::vector<T>& items() const noexcept {
    static const std::vector<T> none;
    return items_ ? *items_ : none;
  }
  std::vector<T>& own() {
    if (!items_) {
      items_ = std::make_shared<std::vector<T>>();
    } else if (items_.use_count() > 1) {
      items_ = std::make_shared<std::vector<T>>(*items_);
    }
    return *items_;
  }

  std::shared_ptr<std::vector<T>> items_;
};

/// Lets vectors of equal elements share them.
///
/// `hash` gives a number that equal elements have in common.
template <class T>
class VectorSharing {
 public:
  using Hash = std::function<std::size_t(const T&)>;

  explicit VectorSharing(Hash hash) : hash_(std::move(hash)) {}

  /// Make `vector` share its elements with the first equal one that was given.
  void share(SharedVector<T>& vector) {
    const SharedVector<T>& items = vector;
    std::size_t key = items.size();
    for (const T& item : items) key = key * 1'000'003 + hash_(item);
    const auto [first, last] = known_.equal_range(key);
    for (auto at = first; at != last; ++at) {
      if (at->second == items) {
        vector = at->second;
        return;
      }
    }
    known_.emplace(key, vector);
  }

 private:
  Hash hash_;
  std::unordered_multimap<std::size_t, SharedVector<T>> known_;
};

}  // namespace millrace
