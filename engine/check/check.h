#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/check/estimate.h"
#include "engine/check/finding.h"
#include "engine/check/steps.h"
#include "engine/job.h"
#include "engine/preparation.h"
#include "engine/stop_request.h"

namespace millrace {

/// What is known before a run.
struct CheckReport {
  std::string source;  // masked URL
  std::string target;  // masked URL
  Findings findings;
  std::optional<Estimate> estimate;  // where the job could be planned
  std::vector<SeenStep> steps;       // the job's
};

/// Look at both sides as `job` would use them: what is well, what to mind, what will fail, and what
/// to do. What cannot be looked at is a finding, too.
///
/// Ensures: writes nothing that stays. The target's speed is tried in transactions that are rolled
///          back.
/// Cost:    a few dozen queries, two for each table, a second of both sides' full speed, and the
///          scan that `job.scan` asks for.
/// Errors:  cancelled, internal.
CheckReport check(const Job& job, StopRequest& stop);

/// The part of it that a run begins with: a few milliseconds over its own sessions, unless
/// `job.scan` asks for a scan. What the run itself refuses before it writes is left to it.
///
/// Returns: what to mind.
/// Errors:  naming every finding that is a failure: bad_request, bad_data (values), exhausted
///          (disk).
Findings check_before_run(const Job& job, mysql::Connection& source, postgres::Connection& target,
                          const Preparation& preparation, StopRequest& stop);

/// One page for people, at most `width` wide where words allow it.
std::string check_text(const CheckReport& report, unsigned width, bool color);
std::string check_json(const CheckReport& report);

}  // namespace millrace
