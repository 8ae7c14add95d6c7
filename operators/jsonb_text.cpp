#include "operators/jsonb_text.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "operators/json_escape.h"

namespace millrace {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

void put_escaped(std::uint32_t code, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (code) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (code >= 0x20) {
    put_utf8(code, out);
    return;
  }
  out += "\\u00";
  out += digits[code >> 4];
  out += digits[code & 0xf];
}

bool precedes(std::string_view left, std::string_view right) noexcept {
  return left.size() != right.size() ? left.size() < right.size() : left < right;
}

}  // namespace

void JsonbText::append(std::string_view json, std::string& out) {
  rest_ = json;
  frames_.clear();
  members_.clear();
  unescaped_.clear();
  out.reserve(out.size() + json.size() + json.size() / 4);
  for (;;) {
    // At the start of a value.
    skip_blanks();
    if (rest_.empty()) return;
    if (at('{') || at('[')) {
      open(out);
      if (!at('}') && !at(']')) {
        if (frames_.back().object) put_key(out);
        continue;
      }
    } else {
      put_scalar(out);
    }
    // Behind a value: close what ends here.
    for (;;) {
      skip_blanks();
      if (frames_.empty() || rest_.empty()) return;
      if (frames_.back().object && frames_.back().members < members_.size()) {
        members_.back().end = out.size();
      }
      const bool more = at(',');
      if (!more) {
        close(out);
        continue;
      }
      rest_.remove_prefix(1);
      out += ", ";
      if (frames_.back().object) put_key(out);
      break;
    }
  }
}

void JsonbText::skip_blanks() noexcept {
  while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n' ||
                            rest_.front() == '\t' || rest_.front() == '\r')) {
    rest_.remove_prefix(1);
  }
}

void JsonbText::open(std::string& out) {
  out += rest_.front();
  frames_.push_back(
      {.object = at('{'), .in_order = true, .begin = out.size(), .members = members_.size()});
  rest_.remove_prefix(1);
  skip_blanks();
}

void JsonbText::close(std::string& out) {
  const Frame frame = frames_.back();
  frames_.pop_back();
  rest_.remove_prefix(1);
  if (!frame.in_order) reorder(frame, out);
  members_.resize(frame.members);
  out += frame.object ? '}' : ']';
}

void JsonbText::put_key(std::string& out) {
  skip_blanks();
  bool escaped = false;
  const std::string_view raw = take_string(escaped);
  Frame& frame = frames_.back();
  const Member member{.key = escaped ? unescape(raw) : raw, .begin = out.size(), .end = 0};
  if (frame.members < members_.size() && !precedes(members_.back().key, member.key)) {
    frame.in_order = false;
  }
  members_.push_back(member);
  if (escaped) {
    put_string(raw, out);
  } else {
    out += '"';
    out += raw;
    out += '"';
  }
  skip_blanks();
  if (at(':')) rest_.remove_prefix(1);
  out += ": ";
}

void JsonbText::put_scalar(std::string& out) {
  if (at('"')) {
    bool escaped = false;
    const std::string_view raw = take_string(escaped);
    if (escaped) {
      put_string(raw, out);
      return;
    }
    out += '"';
    out += raw;
    out += '"';
    return;
  }
  if (at('-') || is_digit(rest_.front())) {
    put_number(out);
    return;
  }
  // true, false, null
  std::size_t letters = 1;
  while (letters < rest_.size() && rest_[letters] >= 'a' && rest_[letters] <= 'z') ++letters;
  out += rest_.substr(0, letters);
  rest_.remove_prefix(letters);
}

std::string_view JsonbText::take_string(bool& escaped) noexcept {
  escaped = false;
  if (!rest_.empty()) rest_.remove_prefix(1);
  std::size_t end = 0;
  for (;;) {
    const void* const found = std::memchr(rest_.data() + end, '"', rest_.size() - end);
    if (found == nullptr) {
      end = rest_.size();
      break;
    }
    end = static_cast<std::size_t>(static_cast<const char*>(found) - rest_.data());
    // The quote ends the string unless an odd number of backslashes precedes it.
    std::size_t backslashes = 0;
    while (backslashes < end && rest_[end - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) break;
    ++end;
  }
  const std::string_view raw = rest_.substr(0, end);
  rest_.remove_prefix(std::min(rest_.size(), end + 1));
  escaped = std::memchr(raw.data(), '\\', raw.size()) != nullptr;
  return raw;
}

std::string_view JsonbText::unescape(std::string_view raw) {
  // An escape is never shorter than its character: what is left of the input is room enough for
  // all keys to come, so that the ones that are there stay where they are.
  if (unescaped_.empty()) unescaped_.reserve(raw.size() + rest_.size());
  const std::size_t begin = unescaped_.size();
  append_unescaped(raw, unescaped_);
  return std::string_view(unescaped_).substr(begin);
}

void JsonbText::put_string(std::string_view raw, std::string& out) {
  out += '"';
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    out += raw.substr(0, plain);
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    raw.remove_prefix(1);
    put_escaped(take_escape(raw), out);
  }
  out += '"';
}

void JsonbText::put_number(std::string& out) {
  const std::string_view text = rest_;
  std::size_t i = at('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return text.substr(from, i - from);
  };
  const std::string_view whole = digits();
  std::string_view fraction;
  if (i < text.size() && text[i] == '.') {
    ++i;
    fraction = digits();
  }
  std::int64_t exponent = 0;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    const bool negative = i < text.size() && text[i] == '-';
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    constexpr std::int64_t most = 1'000'000;  // far above what numeric holds
    for (const char c : digits()) exponent = std::min(most, exponent * 10 + (c - '0'));
    if (negative) exponent = -exponent;
  }
  const bool minus = at('-');
  rest_.remove_prefix(std::max<std::size_t>(i, 1));

  const auto n_digits = static_cast<std::int64_t>(whole.size() + fraction.size());
  // The digit at `position` of whole and fraction together; zeros lie to both sides of them.
  const auto digit = [&](std::int64_t position) {
    if (position < 0 || position >= n_digits) return '0';
    const auto place = static_cast<std::size_t>(position);
    return place < whole.size() ? whole[place] : fraction[place - whole.size()];
  };
  std::int64_t first = 0;  // that is no zero
  while (first < n_digits && digit(first) == '0') ++first;
  const bool zero = first == n_digits;
  const std::int64_t point = static_cast<std::int64_t>(whole.size()) + exponent;
  const std::int64_t scale =
      std::max<std::int64_t>(static_cast<std::int64_t>(fraction.size()) - exponent, 0);
  if (minus && !zero) out += '-';
  if (zero || first >= point) {
    out += '0';
  } else {
    for (std::int64_t position = first; position < point; ++position) out += digit(position);
  }
  if (scale == 0) return;
  out += '.';
  for (std::int64_t place = 0; place < scale; ++place) out += zero ? '0' : digit(point + place);
}

void JsonbText::reorder(const Frame& frame, std::string& out) {
  const auto begin = members_.begin() + static_cast<std::ptrdiff_t>(frame.members);
  std::sort(begin, members_.end(), [](const Member& left, const Member& right) {
    if (left.key != right.key) return precedes(left.key, right.key);
    return left.begin < right.begin;
  });
  moved_.assign(out, frame.begin);
  out.resize(frame.begin);
  bool any = false;
  for (auto member = begin; member != members_.end(); ++member) {
    if (std::next(member) != members_.end() && std::next(member)->key == member->key) continue;
    if (any) out += ", ";
    out.append(moved_, member->begin - frame.begin, member->end - member->begin);
    any = true;
  }
}

}  // namespace millrace
