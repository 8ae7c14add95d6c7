#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace millrace {

/// Owned bytes of whole COPY binary tuples, move-only. It holds no header and no trailer.
///
/// Legal order: append into free_space() and commit() rows, any number of times; then view().
class CopyBlock {
 public:
  CopyBlock() = default;
  explicit CopyBlock(std::size_t capacity_bytes)
      : bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity_bytes)),
        capacity_(capacity_bytes) {}
  CopyBlock(CopyBlock&& other) noexcept { swap(other); }
  CopyBlock& operator=(CopyBlock&& other) noexcept {
    CopyBlock taken(std::move(other));
    swap(taken);
    return *this;
  }
  CopyBlock(const CopyBlock&) = delete;
  CopyBlock& operator=(const CopyBlock&) = delete;
  ~CopyBlock() = default;

  bool valid() const noexcept { return bytes_ != nullptr; }
  std::size_t capacity_bytes() const noexcept { return capacity_; }
  std::size_t size_bytes() const noexcept { return size_; }
  std::uint64_t rows() const noexcept { return rows_; }
  bool empty() const noexcept { return size_ == 0; }

  /// The bytes after the last committed tuple; valid until the next call that changes the block.
  std::span<std::byte> free_space() & noexcept { return {bytes_.get() + size_, capacity_ - size_}; }

  /// Keep one tuple of `n_bytes` that was written at the start of free_space(), or several.
  void commit(std::size_t n_bytes, std::uint64_t rows = 1) noexcept {
    size_ += n_bytes;
    rows_ += rows;
  }

  /// The committed tuples; valid until the block changes or dies.
  std::span<const std::byte> view() const& noexcept { return {bytes_.get(), size_}; }
  std::span<const std::byte> view() && = delete;  // tests/compile_fail/view_of_temporary.cpp

  void clear() noexcept {
    size_ = 0;
    rows_ = 0;
  }

 private:
  void swap(CopyBlock& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(capacity_, other.capacity_);
    std::swap(size_, other.size_);
    std::swap(rows_, other.rows_);
  }

  std::unique_ptr<std::byte[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace millrace
