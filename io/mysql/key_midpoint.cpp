#include "io/mysql/key_midpoint.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace millrace::mysql {

namespace {

/// The characters of UTF-8 `text`; what is no UTF-8 becomes U+FFFD.
std::u32string decode(std::string_view text) {
  std::u32string characters;
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    char32_t character = size == 1 ? first : first & (0xffU >> (size + 1));
    bool whole = first < 0x80 || (first >= 0xc2 && first < 0xf5 && at + size <= text.size());
    for (std::size_t i = 1; whole && i < size; ++i) {
      const auto next = static_cast<unsigned char>(text[at + i]);
      whole = (next & 0xc0U) == 0x80U;
      character = character << 6U | (next & 0x3fU);
    }
    characters += whole ? character : U'\ufffd';
    at += whole ? size : 1;
  }
  return characters;
}

void encode(std::string& text, char32_t character) {
  const auto byte = [&](char32_t value) { text += static_cast<char>(value); };
  if (character < 0x80) {
    byte(character);
  } else if (character < 0x800) {
    byte(0xc0U | character >> 6U);
    byte(0x80U | (character & 0x3fU));
  } else if (character < 0x10000) {
    byte(0xe0U | character >> 12U);
    byte(0x80U | (character >> 6U & 0x3fU));
    byte(0x80U | (character & 0x3fU));
  } else {
    byte(0xf0U | character >> 18U);
    byte(0x80U | (character >> 12U & 0x3fU));
    byte(0x80U | (character >> 6U & 0x3fU));
    byte(0x80U | (character & 0x3fU));
  }
}

/// Where a collation puts a character: by its code point, or letters without case and accent.
char32_t weight_of(char32_t character, bool fold_case) {
  if (!fold_case) return character;
  constexpr std::string_view from_c0 =
      "AAAAAAACEEEEIIIIDNOOOOO*OUUUUYTSAAAAAAACEEEEIIIIDNOOOOO*OUUUUYTY";
  if (character >= 0xc0 && character <= 0xff) {
    return static_cast<unsigned char>(from_c0[character - 0xc0]);
  }
  const bool lower = character >= 'a' && character <= 'z';
  return lower ? character - 'a' + 'A' : character;
}

/// The characters that probes between two keys are made of, in the order of a collation.
///
/// Digits and letters, or only hexadecimal digits where the keys have no others (numbers, UUIDs,
/// hashes), since else half of all probes would fall behind the last of them; what the keys hold
/// besides; and some of the characters that lie between those.
class Alphabet {
 public:
  Alphabet(std::u32string_view low, std::u32string_view high, bool fold_case)
      : fold_case_(fold_case) {
    const std::u32string seen = std::u32string(low) + std::u32string(high);
    const auto all = [&](auto&& is) { return std::all_of(seen.begin(), seen.end(), is); };
    const auto within = [](char32_t c, char32_t from, char32_t to) { return c >= from && c <= to; };
    const auto is_mark = [&](char32_t c) { return within(c, '0', '9') || c == '-'; };
    if (all(is_mark)) {
      add('0', '9');
    } else if (all([&](char32_t c) { return is_mark(c) || within(c, 'a', 'f'); })) {
      add('0', '9');
      add('a', 'f');
    } else if (all([&](char32_t c) { return is_mark(c) || within(c, 'A', 'F'); })) {
      add('0', '9');
      add('A', 'F');
    } else {
      add('0', '9');
      add('a', 'z');
      if (!fold_case) add('A', 'Z');
    }
    char32_t least = U'\U0010ffff';
    char32_t most = 0;
    for (const char32_t c : seen) {
      add(c, c);
      if (c < 0x80) continue;
      least = std::min(least, c);
      most = std::max(most, c);
    }
    constexpr char32_t between = 256;  // so that a few characters still fit a 64-bit number
    for (char32_t c = least; c < most; c += (most - least) / between + 1) add(c, c);
    const auto weight = [&](char32_t c) { return weight_of(c, fold_case_); };
    std::sort(characters_.begin(), characters_.end(),
              [&](char32_t a, char32_t b) { return weight(a) < weight(b); });
    const auto same = [&](char32_t a, char32_t b) { return weight(a) == weight(b); };
    characters_.erase(std::unique(characters_.begin(), characters_.end(), same), characters_.end());
  }

  /// Digits have one value more than there are characters: 0 is the end of the text.
  std::uint64_t base() const { return characters_.size() + 1; }
  char32_t character(std::uint64_t digit) const { return characters_[digit - 1]; }
  std::uint64_t digit(char32_t character) const {
    const auto after = std::upper_bound(
        characters_.begin(), characters_.end(), weight_of(character, fold_case_),
        [&](char32_t weight, char32_t member) { return weight < weight_of(member, fold_case_); });
    return static_cast<std::uint64_t>(after - characters_.begin());
  }

 private:
  void add(char32_t from, char32_t to) {
    for (char32_t c = from; c <= to; ++c) {
      const bool surrogate = c >= 0xd800 && c <= 0xdfff;
      if (!surrogate) characters_ += c;
    }
  }

  std::u32string characters_;
  bool fold_case_;
};

constexpr std::size_t most_weighed = 8;  // characters after the common beginning

}  // namespace

std::optional<std::string> middle_of_bytes(std::string_view low, std::string_view high) {
  if (low >= high) return std::nullopt;
  std::size_t common = 0;
  while (common < low.size() && common < high.size() && low[common] == high[common]) ++common;
  constexpr std::size_t weighed = 7;  // bytes, so that the sum of two fits 64 bits
  const auto fraction = [&](std::string_view text) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < weighed; ++i) {
      const std::size_t at = common + i;
      value = value << 8 | (at < text.size() ? static_cast<unsigned char>(text[at]) : 0U);
    }
    return value;
  };
  const std::uint64_t middle = (fraction(low) + fraction(high)) / 2;
  std::string probe(low.substr(0, common));
  for (std::size_t i = 0; i < weighed; ++i) {
    probe += static_cast<char>(middle >> (8 * (weighed - 1 - i)) & 0xff);
  }
  if (std::string_view(probe) <= low || std::string_view(probe) >= high) return std::nullopt;
  return probe;
}

std::optional<std::string> middle_of_text(std::string_view low, std::string_view high,
                                          bool fold_case) {
  const std::u32string from = decode(low);
  const std::u32string to = decode(high);
  std::size_t common = 0;
  while (common < from.size() && common < to.size() &&
         weight_of(from[common], fold_case) == weight_of(to[common], fold_case)) {
    ++common;
  }
  const auto rest = [&](const std::u32string& text) {
    return std::u32string_view(text).substr(common, most_weighed);
  };
  const Alphabet alphabet(rest(from), rest(to), fold_case);
  const std::uint64_t base = alphabet.base();
  std::size_t weighed = 1;
  for (std::uint64_t values = base; weighed < most_weighed && values <= (UINT64_MAX >> 1) / base;
       values *= base) {
    ++weighed;
  }
  // The two as numbers of `weighed` digits.
  const auto number_of = [&](std::u32string_view text) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < weighed; ++i) {
      value = value * base + (i < text.size() ? alphabet.digit(text[i]) : 0U);
    }
    return value;
  };
  const std::uint64_t begin = number_of(rest(from));
  const std::uint64_t end = number_of(rest(to));
  if (end <= begin + 1) return std::nullopt;
  std::uint64_t middle = begin + (end - begin) / 2;
  std::u32string tail;
  for (std::size_t i = 0; i < weighed; ++i) {
    const std::uint64_t digit = middle % base;
    middle /= base;
    // No text ends before its end: the first character stands where one is missing.
    if (digit > 0 || !tail.empty()) {
      tail.insert(tail.begin(), alphabet.character(std::max<std::uint64_t>(digit, 1)));
    }
  }
  const std::uint64_t probed = number_of(tail);
  if (probed <= begin || probed >= end) return std::nullopt;
  std::string probe;
  for (const char32_t c : from.substr(0, common) + tail) encode(probe, c);
  return probe;
}

}  // namespace millrace::mysql
