#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "io/error.h"

namespace millrace {

/// When SQL of the user's own runs.
enum class HookPhase : std::uint8_t {
  before_schema,  // nothing is written yet
  after_schema,   // tables stand, without rows and keys
  before_data,    // the same moment, behind after_schema; also where no schema is made
  after_data,     // rows are in, and the keys but foreign ones
  after_keys,     // foreign keys, CHECKs, triggers and views stand
  end,            // the last thing of a run that went well
};

/// The words of a job file, in the order of the enumerators.
inline constexpr std::array<std::string_view, 6> hook_phase_words = {
    "before_schema", "after_schema", "before_data", "after_data", "after_keys", "end"};

/// SQL of the user's own, run as it is.
struct SqlHook {
  HookPhase phase = HookPhase::end;
  Side side = Side::target;
  std::string sql;  // for the target a script, for the source one statement
};

struct Job;
class Ledger;
class StopRequest;

namespace postgres {
class Connection;
}

/// Run the hooks of `phase` in order: the target's over `target`, the source's over a session of
/// its own. Where a ledger is kept each is entered there ("after_data 2"), and one that `done`
/// names is passed over: a resumed run runs none twice. `source_locked`: the snapshot's lock is
/// held, so that the source's SQL gives up soon: the rows would wait for it, and it for them.
///
/// A script of the target's is one transaction with its entry, unless it says BEGIN and COMMIT
/// itself or has a statement that cannot be in one (VACUUM): then the entry follows it. The
/// source's entry follows its statement; the stop request cuts its session.
/// Errors: as the server gave it, naming phase and statement.
void run_hooks(const Job& job, HookPhase phase, postgres::Connection& target, const Ledger& ledger,
               const std::set<std::string>& done, bool source_locked, StopRequest& stop);

/// Run the source's hooks of `phase` in order, for a run that has no target: nothing notes that
/// they ran. The stop request cuts their session. `source_locked`: as above.
void run_source_hooks(const Job& job, HookPhase phase, bool source_locked, StopRequest& stop);

/// What extract, or load, cannot run: the other side's SQL, and that of a moment that does not
/// come. Errors: Error{bad_request} naming the first such moment.
void refuse_hooks_of_extract(const std::vector<SqlHook>& hooks);
void refuse_hooks_of_load(const std::vector<SqlHook>& hooks);

/// The hooks of `phase` as statements of a plan; the source's as comments.
std::vector<std::string> planned_hooks(const std::vector<SqlHook>& hooks, HookPhase phase);

}  // namespace millrace
