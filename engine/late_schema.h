#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/lane_session.h"
#include "engine/ledger.h"
#include "engine/preparation.h"
#include "engine/progress.h"
#include "engine/report.h"
#include "io/postgres/connection.h"

namespace millrace {

/// One statement that runs when rows and keys are in, and whose refusal loses no row: it is then
/// told of, and the run goes on.
struct LateStatement {
  std::string topic;  // of the note that tells of a refusal: "check", "on update"
  std::string where;  // in the target's names
  std::string sql;
  std::string sql_again;          // where an earlier attempt may have gone well after all
  std::string refusal;            // what a refusal means, before the server's words
  bool reads_rows = false;        // may take long: such statements run side by side
  bool waits_for_others = false;  // tried again when others of its kind stand: a view of a view
};

/// CHECK constraints (NOT VALID, then validated) and triggers of the tables that this run made, and
/// its views.
std::vector<LateStatement> late_statements(const Preparation& preparation);

/// Run `statements` in order over the first lane, but those that read rows over all of them,
/// behind the others; each while the run is the ledger's owner's. Returns a note for each that the
/// server refused.
/// Errors: whatever is no refusal of the statement itself and does not pass: a full disk.
std::vector<NoteReport> run_late_statements(std::vector<std::unique_ptr<LaneSession>>& lanes,
                                            const std::vector<LateStatement>& statements,
                                            const Ledger& ledger, Progress& progress,
                                            const RetriedLane& retried);

/// The same within the open transaction of one session, which each refusal leaves as it was.
std::vector<NoteReport> run_late_statements_in_transaction(
    postgres::Connection& session, const std::vector<LateStatement>& statements);

}  // namespace millrace
