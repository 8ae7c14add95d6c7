#include "tools/millrace/setting_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "io/error.h"
#include "io/nearest_word.h"

namespace millrace {
namespace {

using enum ValueShape;
using Words = std::span<const std::string_view>;

[[noreturn]] void refuse(std::string_view origin, const std::string& why, std::string hint = {}) {
  throw Error(ErrorKind::bad_request, "cannot use " + std::string(origin) + ": " + why, {},
              std::move(hint));
}

std::string joined(Words words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::size_t parse_word(std::string_view text, Words words, std::string_view origin) {
  const auto known = std::find(words.begin(), words.end(), text);
  if (known != words.end()) return static_cast<std::size_t>(known - words.begin());
  const std::string_view meant = nearest_word(text, words);
  refuse(origin, "no such value: '" + std::string(text) + "'",
         meant.empty() ? "use " + joined(words) : "did you mean " + std::string(meant) + "?");
}

std::uint64_t parse_count(std::string_view text, const Setting& setting, std::string_view origin) {
  const auto [least, most] = setting.range;
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    refuse(origin,
           "'" + std::string(text) + "' is no whole number from " + std::to_string(least) + " to " +
               std::to_string(most),
           std::string(setting.hint));
  }
  return number;
}

std::vector<std::string> parse_list(std::span<const std::string> values, std::string_view origin) {
  std::vector<std::string> list;
  for (std::string_view rest : values) {
    while (true) {
      const std::size_t comma = rest.find(',');
      const std::string_view item = trimmed(rest.substr(0, comma));
      if (item.empty()) refuse(origin, "an empty name", "write 'a,b' without a comma at the end");
      list.emplace_back(item);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return list;
}

std::map<std::string, std::string> parse_mapping(std::span<const std::string> values,
                                                 const Setting& setting, std::string_view origin) {
  std::map<std::string, std::string> mapping;
  for (const std::string& pair : values) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
      refuse(origin, "'" + pair + "' is no " + std::string(setting.value),
             std::string(setting.hint));
    }
    if (!mapping.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second) {
      refuse(origin, "'" + pair.substr(0, equals) + "' is given twice", std::string(setting.hint));
    }
  }
  return mapping;
}

bool parse_flag(std::string_view text, std::string_view origin) {
  if (text == "true") return true;
  if (text == "false") return false;
  refuse(origin, "neither true nor false");
}

}  // namespace

SettingValue parse_value(const Assignment& assignment) {
  const Setting& setting = *assignment.setting;
  const std::vector<std::string>& values = assignment.values;
  const std::string& origin = assignment.origin;
  const bool several = setting.shape == list || setting.shape == mapping ||
                       setting.shape == texts || setting.shape == tables;
  if (!several && values.size() != 1) refuse(origin, "given more than once", "give it once");

  SettingValue value;
  switch (setting.shape) {
    case url:
    case text: value.text = values.front(); break;
    case list:
      // A file name may hold a comma; globs may not, since no glob needs one.
      value.list = setting.option == "--report" ? values : parse_list(values, origin);
      break;
    case mapping: value.mapping = parse_mapping(values, setting, origin); break;
    case word: value.word = parse_word(values.front(), setting.words, origin); break;
    case count: value.number = parse_count(values.front(), setting, origin); break;
    case size: value.number = parse_size(values.front(), origin); break;
    case flag: value.flag = parse_flag(values.front(), origin); break;
    case texts: value.list = values; break;
    case tables: value.tables = assignment.tables; break;
  }
  return value;
}

std::uint64_t parse_size(std::string_view text, std::string_view origin) {
  struct Unit {
    std::string_view name;
    std::uint64_t bytes;
  };
  constexpr std::array<Unit, 6> units = {{{"", 1},
                                          {"B", 1},
                                          {"KiB", std::uint64_t{1} << 10},
                                          {"MiB", std::uint64_t{1} << 20},
                                          {"GiB", std::uint64_t{1} << 30},
                                          {"TiB", std::uint64_t{1} << 40}}};
  const auto unfit = [&]() {
    refuse(origin, "'" + std::string(text) + "' is no size", "write bytes, or 512KiB, 64MiB, 2GiB");
  };
  double amount = 0;
  const std::string_view clean = trimmed(text);
  const auto [end, fault] =
      std::from_chars(clean.data(), clean.data() + clean.size(), amount, std::chars_format::fixed);
  if (fault != std::errc{} || !(amount > 0)) unfit();
  const std::string_view unit = trimmed(clean.substr(static_cast<std::size_t>(end - clean.data())));
  const auto known = std::find_if(units.begin(), units.end(),
                                  [&](const Unit& candidate) { return candidate.name == unit; });
  if (known == units.end()) unfit();
  const double bytes = amount * static_cast<double>(known->bytes);
  constexpr double most = 9.0e18;  // below 2^63, whatever the rounding
  if (bytes > most || bytes < 1) unfit();
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace millrace
