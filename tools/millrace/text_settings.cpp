#include "tools/millrace/text_settings.h"

#include <utility>

#include "tools/millrace/column_words.h"

namespace millrace {
namespace {

CaseChoice parse_case(const std::string& word, const std::string& origin) {
  return static_cast<CaseChoice>(
      place_of_word(word, case_words, origin, "use keep, citext or icu"));
}

}  // namespace

CharsetRule read_charset_table(const SettingTable& table) {
  constexpr std::array<std::string_view, 2> keys = {"column", "holds"};
  const TableReader reader(table, keys);
  const std::string holds = reader.required_text("holds", "holds = \"utf8\"");
  if (holds != "utf8" && holds != "utf8-twice") {
    refuse_setting(reader.origin_of("holds"), "no such value: '" + holds + "'",
                   "use utf8 or utf8-twice");
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
  const std::string option = "--case-insensitive";
  read_column_words(
      words, option, "shop.users.email=citext",
      [&](const std::string& word) { job.case_insensitive = parse_case(word, option); },
      [&](std::string columns, const std::string& word, std::string origin) {
        job.case_rules.push_back({.column = std::move(columns),
                                  .becomes = parse_case(word, option),
                                  .origin = std::move(origin)});
      });
}

}  // namespace millrace
