#include "operators/json_check.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "operators/byte_order.h"
#include "operators/json_escape.h"

namespace millrace {
namespace {

// MySQL nests 100 levels, MariaDB 32. PostgreSQL's limit is its stack: 2 MB hold more than this.
constexpr std::size_t deepest_nesting = 4096;
// Source: PostgreSQL, src/include/utils/jsonb.h, JENTRY_OFFLENMASK.
constexpr std::size_t longest_jsonb_bytes = 0x0fffffff;
// Source: PostgreSQL, src/backend/utils/adt/numeric.c: NUMERIC_DSCALE_MASK; the largest int16
// weight, times four digits.
constexpr std::int64_t most_numeric_scale = 16'383;
constexpr std::int64_t most_numeric_digits = 131'072;
// Exponents are read no further than this: no number fits then, and a zero has no use for it.
constexpr std::int64_t most_exponent = 1'000'000;

// Open arrays and objects, one bit each.
class Nesting {
 public:
  bool empty() const noexcept { return depth_ == 0; }
  bool full() const noexcept { return depth_ == deepest_nesting; }
  void push(bool object) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << depth_ % 64;
    std::uint64_t& word = words_[depth_ / 64];
    word = object ? word | bit : word & ~bit;
    ++depth_;
  }
  void pop() noexcept { --depth_; }
  bool in_object() const noexcept {
    return (words_[(depth_ - 1) / 64] >> (depth_ - 1) % 64 & 1) != 0;
  }

 private:
  std::array<std::uint64_t, deepest_nesting / 64> words_;  // only bits below depth_ are read
  std::size_t depth_ = 0;
};

// Bit 7 of each byte of `word` that ends a run of plain string characters: a quote, a backslash or
// a control character. Bytes above the lowest hit may be wrong; the lowest one is exact.
inline std::uint64_t string_stops(std::uint64_t word) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t tops = 0x8080808080808080U;
  const std::uint64_t quote = word ^ ones * '"';
  const std::uint64_t backslash = word ^ ones * '\\';
  const std::uint64_t hits = ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) |
                             ((word - ones * 0x20) & ~word);
  return hits & tops;
}

inline std::uint8_t end_of(bool object) noexcept { return object ? '}' : ']'; }

inline bool is_digit(std::uint8_t c) noexcept { return c - unsigned{'0'} < 10; }

/// The keys of the objects that are open, to find equal ones. One per thread: it keeps its room.
class OpenKeys {
 public:
  void clear() noexcept {
    keys_.clear();
    begins_.clear();
    unescaped_.clear();
  }
  void open() { begins_.push_back(keys_.size()); }
  void add(std::string_view raw) {
    keys_.push_back(raw.find('\\') == raw.npos ? raw : unescape(raw));
  }
  /// Whether all keys of the object that ends here differ.
  bool close() {
    const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(begins_.back());
    begins_.pop_back();
    const bool differ = differs_each(begin, keys_.end());
    keys_.erase(begin, keys_.end());
    return differ;
  }

 private:
  using Keys = std::vector<std::string_view>;

  static bool differs_each(Keys::iterator begin, Keys::iterator end) {
    constexpr std::ptrdiff_t most_compared_each = 16;
    if (end - begin > most_compared_each) {
      std::sort(begin, end);
      return std::adjacent_find(begin, end) == end;
    }
    for (auto key = begin; key != end; ++key) {
      if (std::find(begin, key, *key) != key) return false;
    }
    return true;
  }

  std::string_view unescape(std::string_view raw) {
    std::string& key = unescaped_.emplace_back();
    append_unescaped(raw, key);
    return key;
  }

  Keys keys_;                          // of all open objects, the innermost one's last
  std::vector<std::size_t> begins_;    // of each open object
  std::deque<std::string> unescaped_;  // stay where they are
};

// A pass over one text. Every step leaves `at_` behind what it took, and returns false where the
// text breaks the grammar.
class JsonPass {
 public:
  JsonPass(const std::uint8_t* text, std::size_t bytes, JsonTarget target, OpenKeys& keys) noexcept
      : at_(text), end_(text + bytes), jsonb_(target == JsonTarget::jsonb), keys_(keys) {
    keys_.clear();
  }

  /// After document() of a jsonb.
  bool has_equal_keys() const noexcept { return equal_keys_; }

  /// After document(): no byte of a string is above 0x7f, and outside strings none can be.
  bool is_ascii() const noexcept { return (seen_ & 0x8080808080808080U) == 0; }

  bool document() noexcept {
    Nesting nesting;
    for (;;) {
      // At the start of a value.
      skip_blanks();
      if (at_ == end_) return false;
      if (*at_ == '{' || *at_ == '[') {
        const bool object = *at_++ == '{';
        if (nesting.full()) return false;
        nesting.push(object);
        if (object && jsonb_) keys_.open();
        skip_blanks();
        if (at_ == end_) return false;
        if (*at_ == end_of(object)) {
          ++at_;
          close(nesting);
        } else {
          if (object && !key()) return false;
          continue;
        }
      } else if (!scalar()) {
        return false;
      }
      // Behind a value: close what ends here.
      for (;;) {
        skip_blanks();
        if (nesting.empty()) return at_ == end_;
        if (at_ == end_) return false;
        const bool object = nesting.in_object();
        const std::uint8_t c = *at_++;
        if (c == ',') {
          skip_blanks();
          if (object && !key()) return false;
          break;
        }
        if (c != end_of(object)) return false;
        close(nesting);
      }
    }
  }

 private:
  void close(Nesting& nesting) noexcept {
    if (jsonb_ && nesting.in_object() && !keys_.close()) equal_keys_ = true;
    nesting.pop();
  }

  void skip_blanks() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }

  bool word(std::string_view expected) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < expected.size() ||
        std::memcmp(at_, expected.data(), expected.size()) != 0) {
      return false;
    }
    at_ += expected.size();
    return true;
  }

  bool scalar() noexcept {
    switch (*at_) {
      case '"': return string();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  bool key() noexcept {
    const std::uint8_t* const quote = at_;
    if (at_ == end_ || *at_ != '"' || !string()) return false;
    if (jsonb_) {
      keys_.add(
          {reinterpret_cast<const char*>(quote + 1), static_cast<std::size_t>(at_ - quote - 2)});
    }
    skip_blanks();
    return at_ != end_ && *at_++ == ':';
  }

  bool string() noexcept {
    ++at_;
    for (;;) {
      while (end_ - at_ >= 8) {
        const auto word = load_little<std::uint64_t>(at_);
        const std::uint64_t stops = string_stops(word);
        seen_ |= word;
        if (stops != 0) {
          at_ += std::countr_zero(stops) / 8;
          break;
        }
        at_ += 8;
      }
      if (at_ == end_) return false;
      const std::uint8_t c = *at_++;
      if (c == '"') return true;
      if (c < 0x20) return false;
      seen_ |= c;
      if (c == '\\' && !escape()) return false;
    }
  }

  bool hex4(std::uint32_t& code) noexcept {
    if (end_ - at_ < 4) return false;
    code = 0;
    for (int i = 0; i < 4; ++i) {
      const std::uint8_t c = *at_++;
      const std::uint8_t lower = c | 0x20;
      if (is_digit(c)) {
        code = code << 4 | (c - unsigned{'0'});
      } else if (lower >= 'a' && lower <= 'f') {
        code = code << 4 | (lower - unsigned{'a'} + 10);
      } else {
        return false;
      }
    }
    return true;
  }

  bool escape() noexcept {
    if (at_ == end_) return false;
    switch (*at_++) {
      case '"':
      case '\\':
      case '/':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't': return true;
      case 'u': break;
      default: return false;
    }
    std::uint32_t code = 0;
    if (!hex4(code)) return false;
    if (!jsonb_ || (code != 0 && (code < 0xd800 || code > 0xdfff))) return true;
    // NUL, or a surrogate: a high one must be followed by the escape of a low one.
    if (code == 0 || code >= 0xdc00 || end_ - at_ < 2 || at_[0] != '\\' || at_[1] != 'u') {
      return false;
    }
    at_ += 2;
    return hex4(code) && code >= 0xdc00 && code <= 0xdfff;
  }

  // Steps over digits; how many there were.
  std::int64_t digits() noexcept {
    const std::uint8_t* const from = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ - from;
  }

  bool number() noexcept {
    if (*at_ == '-') ++at_;
    const std::uint8_t* const whole = at_;
    const std::int64_t whole_digits = digits();
    if (whole_digits == 0 || (*whole == '0' && whole_digits > 1)) return false;
    std::int64_t fraction_digits = 0;
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      fraction_digits = digits();
      if (fraction_digits == 0) return false;
    }
    const std::uint8_t* const mantissa_end = at_;
    std::int64_t exponent = 0;
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      const bool negative = at_ != end_ && *at_ == '-';
      if (at_ != end_ && (*at_ == '-' || *at_ == '+')) ++at_;
      const std::uint8_t* const from = at_;
      if (digits() == 0) return false;
      for (const std::uint8_t* p = from; p != at_ && exponent < most_exponent; ++p) {
        exponent = exponent * 10 + (*p - '0');
      }
      if (negative) exponent = -exponent;
    }
    return !jsonb_ || fits_numeric(whole, mantissa_end, whole_digits, fraction_digits, exponent);
  }

  static bool fits_numeric(const std::uint8_t* whole, const std::uint8_t* mantissa_end,
                           std::int64_t whole_digits, std::int64_t fraction_digits,
                           std::int64_t exponent) noexcept {
    if (fraction_digits - exponent > most_numeric_scale) return false;
    if (whole_digits + exponent <= most_numeric_digits) return true;
    // Too long at first sight: leading zeros do not count, and zero has no digits at all.
    const std::uint8_t* const significant =
        std::find_if(whole, mantissa_end, [](std::uint8_t c) { return c != '0' && c != '.'; });
    if (significant == mantissa_end) return exponent < most_exponent;
    std::int64_t position = whole_digits - (significant - whole);
    if (position < 0) ++position;  // the point was stepped over
    return position + exponent <= most_numeric_digits;
  }

  const std::uint8_t* at_;
  const std::uint8_t* const end_;
  const bool jsonb_;
  OpenKeys& keys_;
  bool equal_keys_ = false;
  std::uint64_t seen_ = 0;  // bytes of strings, and some behind them, all or-ed
};

}  // namespace

ValueFault check_json(const std::uint8_t* text, std::size_t bytes, JsonTarget target) noexcept {
  if (target == JsonTarget::jsonb && bytes > longest_jsonb_bytes) return ValueFault::too_long;
  thread_local OpenKeys keys;
  JsonPass pass(text, bytes, target, keys);
  if (!pass.document()) return ValueFault::invalid_json;
  if (!pass.is_ascii() && !simdjson::validate_utf8(reinterpret_cast<const char*>(text), bytes)) {
    return ValueFault::invalid_utf8;
  }
  return pass.has_equal_keys() ? ValueFault::equal_keys : ValueFault::none;
}

}  // namespace millrace
