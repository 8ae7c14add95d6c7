#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "engine/job.h"
#include "tools/millrace/setting_table.h"

namespace millrace {

/// The words of FaultPolicy, in the order of its enumerators.
inline constexpr std::array<std::string_view, 3> fault_words = {"stop", "null", "reject"};
static_assert(static_cast<std::size_t>(FaultPolicy::reject) + 1 == fault_words.size());

/// Read a [[fault]] of a job file. Errors (both): Error{bad_request} naming what stands wrong.
FaultRule read_fault_table(const SettingTable& table);

/// Put what `--on-fault` says into the job: "null", "shop.*.when=null", each any number of times.
void apply_on_fault(Job& job, std::span<const std::string> words);

}  // namespace millrace
