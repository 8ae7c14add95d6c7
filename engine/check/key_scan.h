#pragma once

#include <string>
#include <vector>

#include "engine/check/finding.h"
#include "engine/job.h"
#include "engine/stop_request.h"
#include "engine/work_plan.h"
#include "io/mysql/connection.h"
#include "io/postgres/unique_keys.h"

namespace millrace {

/// A question to the source whose answer must be no row.
struct KeyQuestion {
  std::string_view subject;  // "orphans", "duplicates", "equal values"
  std::string what;          // "shop.orders.to_customer", the key
  std::string advice;
  std::string sql;  // its rows: a value that breaks the key, as text; then how many rows
};

/// Foreign keys that the run will make, over rows that have nothing to point at: also where they
/// find it only because the source takes 'A' for 'a'.
std::vector<KeyQuestion> orphan_questions(const WorkPlan& work, ScanDepth depth);

/// Unique keys of tables that stand in the target, and that the source has no key as strict as.
std::vector<KeyQuestion> duplicate_questions(const WorkPlan& work,
                                             const std::vector<postgres::UniqueKey>& keys,
                                             ScanDepth depth);

/// Unique keys that the run will make, over columns of which a rule makes one value out of several:
/// '1' and '01' as integer, 2 and 3 as true; or whose new collation takes more for one.
std::vector<KeyQuestion> folded_key_questions(const WorkPlan& work, ScanDepth depth);

/// Indexed text that the source compares without regard to case and the target with it: values
/// that are one there, and that a lookup here tells apart.
std::vector<KeyQuestion> equal_value_questions(const WorkPlan& work, ScanDepth depth);

/// Unique keys that take fewer values for one in the target than at the source: without a scan.
Finding check_loosened_keys(const WorkPlan& work);

/// Ask them side by side.
Findings ask_keys(std::vector<mysql::Connection>& sessions,
                  const std::vector<KeyQuestion>& questions, StopRequest& stop);

}  // namespace millrace
