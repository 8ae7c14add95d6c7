#include "tools/millrace/column_words.h"

#include <algorithm>
#include <utility>

#include "io/error.h"
#include "io/nearest_word.h"

namespace millrace {

void refuse_setting(const std::string& origin, const std::string& why, std::string hint) {
  throw Error(ErrorKind::bad_request, "cannot use " + origin + ": " + why, {}, std::move(hint));
}

std::size_t place_of_word(const std::string& word, std::span<const std::string_view> known,
                          const std::string& origin, const std::string& offer) {
  const auto found = std::ranges::find(known, word);
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  const std::string_view meant = nearest_word(word, known);
  refuse_setting(origin, "no such value: '" + word + "'",
                 meant.empty() ? offer : "did you mean " + std::string(meant) + "?");
}

void read_column_words(std::span<const std::string> values, const std::string& option,
                       const std::string& example,
                       const std::function<void(const std::string& word)>& of_all,
                       const std::function<void(std::string columns, const std::string& word,
                                                std::string origin)>& of_some) {
  for (const std::string& value : values) {
    const std::size_t equals = value.rfind('=');
    if (equals == std::string::npos) {
      of_all(value);
    } else if (equals == 0) {
      refuse_setting(option, "'" + value + "' names no column", "write '" + example + "'");
    } else {
      of_some(value.substr(0, equals), value.substr(equals + 1), option + " " + value);
    }
  }
}

}  // namespace millrace
