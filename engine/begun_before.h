#pragma once

#include <string>

#include "engine/job.h"
#include "engine/preparation.h"
#include "engine/report.h"
#include "engine/source_state.h"
#include "engine/stored_run.h"
#include "io/postgres/connection.h"

// What a run makes of one that was begun before it and is not complete.

namespace millrace {

/// Go on with `run`. One that died while it made the target ready has stored nothing: what it made
/// is made anew, by a run of its own, which need not find the source as it was.
void take_over(StoredRun run, Preparation& preparation);

/// Say of an unfinished run into the tables that stand what it is, and how to go on.
/// Errors: conflict where it is under way; bad_request where the job would begin over it.
void refuse_over_unfinished(const Job& job, postgres::Connection& target,
                            const Preparation& preparation);

/// How one that was begun before is told of.
struct BegunBefore {
  std::string refusal;  // "cannot resume run 3: the source changed since 2024-02-29T01:02:03Z"
  std::string anew;     // how to begin anew: "start anew with --if-exists drop"
  std::string stored;   // "run 3, with 4 of 9 chunks stored"
};

/// Whether rows of the source as it is now may join those that are stored: two instants make no
/// snapshot.
/// Returns: the note on what that rests on.
/// Errors: bad_request where the source changed, unless the job says that this is fine.
NoteReport require_same_source(const Job& job, const SourceVerdict& verdict,
                               const BegunBefore& before);

}  // namespace millrace
