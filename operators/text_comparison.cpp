#include "operators/text_comparison.h"

#include <algorithm>
#include <array>
#include <utility>

namespace millrace {
namespace {

using Language = std::pair<std::string_view, std::string_view>;

// What a part of a collation's name says, and the locale that says it to ICU. The short ones are
// those of MySQL 8: utf8mb4_sv_0900_ai_ci.
constexpr std::array<Language, 57> languages{{
    {"icelandic", "is"},
    {"latvian", "lv"},
    {"romanian", "ro"},
    {"slovenian", "sl"},
    {"polish", "pl"},
    {"estonian", "et"},
    {"spanish", "es"},
    {"spanish2", "es-u-co-trad"},
    {"swedish", "sv"},
    {"turkish", "tr"},
    {"czech", "cs"},
    {"danish", "da"},
    {"lithuanian", "lt"},
    {"slovak", "sk"},
    {"persian", "fa"},
    {"esperanto", "eo"},
    {"hungarian", "hu"},
    {"sinhala", "si"},
    {"german2", "de-u-co-phonebk"},
    {"croatian", "hr"},
    {"vietnamese", "vi"},
    {"thai", "th"},
    {"bulgarian", "bg"},
    {"ukrainian", "uk"},
    {"is", "is"},
    {"lv", "lv"},
    {"ro", "ro"},
    {"sl", "sl"},
    {"pl", "pl"},
    {"et", "et"},
    {"es", "es"},
    {"trad", "es-u-co-trad"},
    {"sv", "sv"},
    {"tr", "tr"},
    {"cs", "cs"},
    {"da", "da"},
    {"lt", "lt"},
    {"sk", "sk"},
    {"fa", "fa"},
    {"eo", "eo"},
    {"hu", "hu"},
    {"si", "si"},
    {"pb", "de-u-co-phonebk"},
    {"hr", "hr"},
    {"vi", "vi"},
    {"ru", "ru"},
    {"bs", "bs"},
    {"bg", "bg"},
    {"gl", "gl"},
    {"nb", "nb"},
    {"nn", "nn"},
    {"mn", "mn"},
    {"ja", "ja"},
    {"zh", "zh"},
    {"uk", "uk"},
    {"th", "th"},
    {"ko", "ko"},
}};

/// Call `see` with each part of "utf8mb4_uca1400_swedish_ai_ci".
template <class See>
void each_part(std::string_view name, See see) {
  while (true) {
    const std::size_t end = name.find('_');
    see(name.substr(0, end));
    if (end == std::string_view::npos) return;
    name.remove_prefix(end + 1);
  }
}

}  // namespace

bool ignores_case(std::string_view collation) noexcept {
  return !collation.empty() && collation != "binary" && !collation.ends_with("_bin") &&
         !collation.ends_with("_cs");
}

bool holds_text(const SourceColumn& column) noexcept {
  const bool text = column.type == SourceType::character || column.type == SourceType::varchar ||
                    column.type == SourceType::text;
  return text && column.charset != "binary";
}

bool is_citext(std::string_view type) noexcept {
  return type == "citext" || type.ends_with(".citext") || type.ends_with(".\"citext\"");
}

std::string icu_locale_of(std::string_view collation) {
  std::string_view locale = "und";
  bool first = true;  // the character set, which may be called as a language is
  each_part(collation, [&](std::string_view part) {
    const auto known = std::ranges::find(languages, part, &Language::first);
    if (!first && known != languages.end()) locale = known->second;
    first = false;
  });
  const std::string_view strength =
      collation.find("_as_") == std::string_view::npos ? "ks-level1" : "ks-level2";
  const bool extended = locale.find("-u-") != std::string_view::npos;
  return std::string(locale) + (extended ? "-" : "-u-") + std::string(strength);
}

bool is_unicode_collation(std::string_view collation) noexcept {
  return collation.find("unicode") != std::string_view::npos ||
         collation.find("_0900_") != std::string_view::npos ||
         collation.find("_uca") != std::string_view::npos;
}

}  // namespace millrace
