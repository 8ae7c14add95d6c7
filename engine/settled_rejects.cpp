#include "engine/settled_rejects.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace millrace {

bool may_reject(const Job& job) {
  return job.on_fault == FaultPolicy::reject ||
         std::any_of(job.fault_rules.begin(), job.fault_rules.end(),
                     [](const FaultRule& rule) { return rule.on_fault == FaultPolicy::reject; });
}

void settle_rejects(const Job& job, Preparation& preparation, RunReport& report,
                    const std::function<bool(std::uint64_t chunk)>& stored) {
  RejectFiles rejects(job.reject_folder, preparation.work);
  // A load may run beside the reject files of its extract: they are none of its own.
  std::map<std::size_t, std::uint64_t> rows_of;
  if (may_reject(job)) rows_of = rejects.settle(stored);
  for (const auto& [table, rows] : rows_of) {
    report.tables[table].reject_file = rejects.path_of(table);
  }
  for (std::size_t i = 0; i < report.tables.size(); ++i) {
    const StoredBefore& before = preparation.work.stored_of[i];
    report.tables[i].values_nulled = before.values_nulled;
    report.tables[i].rows_rejected = before.rows_rejected;
    const auto found = rows_of.find(i);
    const std::uint64_t lines = found == rows_of.end() ? 0 : found->second;
    if (lines >= before.rows_rejected) continue;
    preparation.notes.push_back(
        {"rejects", report.tables[i].target,
         fmt::format("{} holds {} of the {} rows that were rejected before: the others are where "
                     "the run began",
                     rejects.path_of(i), lines, before.rows_rejected)});
  }
}

}  // namespace millrace
