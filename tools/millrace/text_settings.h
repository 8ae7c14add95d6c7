#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "engine/job.h"
#include "tools/millrace/setting_table.h"

namespace millrace {

/// What may become of text that ignores case, in the order of CaseChoice.
inline constexpr std::array<std::string_view, 3> case_words = {"keep", "citext", "icu"};
static_assert(static_cast<std::size_t>(CaseChoice::icu) + 1 == case_words.size());

/// Read a [[charset]]: column, and holds = "utf8" or "utf8-twice".
/// Errors (all three): Error{bad_request} naming what stands wrong.
CharsetRule read_charset_table(const SettingTable& table);

/// Read a [[collation]]: column, and case_insensitive = "keep", "citext" or "icu".
CaseRule read_collation_table(const SettingTable& table);

/// Put what `--case-insensitive` says into the job: "icu", "shop.users.email=citext", each any
/// number of times.
void apply_case_insensitive(Job& job, std::span<const std::string> words);

}  // namespace millrace
