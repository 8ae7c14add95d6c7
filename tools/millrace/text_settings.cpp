#include "tools/millrace/text_settings.h"

#include <algorithm>
#include <utility>

#include "io/error.h"
#include "io/nearest_word.h"

namespace millrace {
namespace {

[[noreturn]] void refuse(const std::string& origin, const std::string& why, std::string hint) {
  throw Error(ErrorKind::bad_request, "cannot use " + origin + ": " + why, {}, std::move(hint));
}

CaseChoice parse_case(const std::string& word, const std::string& origin) {
  const auto known = std::ranges::find(case_words, word);
  if (known != case_words.end()) return static_cast<CaseChoice>(known - case_words.begin());
  const std::string_view meant = nearest_word(word, case_words);
  refuse(origin, "no such value: '" + word + "'",
         meant.empty() ? "use keep, citext or icu" : "did you mean " + std::string(meant) + "?");
}

}  // namespace

CharsetRule read_charset_table(const SettingTable& table) {
  constexpr std::array<std::string_view, 2> keys = {"column", "holds"};
  const TableReader reader(table, keys);
  const std::string holds = reader.required_text("holds", "holds = \"utf8\"");
  if (holds != "utf8" && holds != "utf8-twice") {
    refuse(reader.origin_of("holds"), "no such value: '" + holds + "'", "use utf8 or utf8-twice");
  }
  return {.column = reader.required_text("column", "column = \"shop.old_*.*\""),
          .holds = holds == "utf8" ? TextHolds::utf8 : TextHolds::utf8_twice,
          .origin = reader.origin()};
}

CaseRule read_collation_table(const SettingTable& table) {
  constexpr std::array<std::string_view, 2> keys = {"column", "case_insensitive"};
  const TableReader reader(table, keys);
  return {.column = reader.required_text("column", "column = \"shop.users.email\""),
          .becomes =
              parse_case(reader.required_text("case_insensitive", "case_insensitive = \"citext\""),
                         reader.origin_of("case_insensitive")),
          .origin = reader.origin()};
}

void apply_case_insensitive(Job& job, std::span<const std::string> words) {
  const std::string origin = "--case-insensitive";
  for (const std::string& word : words) {
    const std::size_t equals = word.rfind('=');
    if (equals == std::string::npos) {
      job.case_insensitive = parse_case(word, origin);
    } else if (equals == 0) {
      refuse(origin, "'" + word + "' names no column", "write 'shop.users.email=citext'");
    } else {
      job.case_rules.push_back({.column = word.substr(0, equals),
                                .becomes = parse_case(word.substr(equals + 1), origin),
                                .origin = origin + " " + word});
    }
  }
}

}  // namespace millrace
