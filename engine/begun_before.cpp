#include "engine/begun_before.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/error.h"

namespace millrace {

void take_over(StoredRun run, Preparation& preparation) {
  if (!run.preparing) {
    preparation.resumed = std::move(run);
    return;
  }
  preparation.notes.push_back(
      {"resumed", "",
       fmt::format("run {} had not made all of its tables: they are made anew", run.run)});
  preparation.begun = std::move(run);
}

void refuse_over_unfinished(const Job& job, postgres::Connection& target,
                            const Preparation& preparation) {
  const bool over_it = !preparation.in_the_way.empty() || job.if_exists != IfExists::error;
  if (!over_it) return;
  const auto run = find_unfinished(target, preparation.work);
  if (!run) return;
  if (run->under_way) {
    throw Error(ErrorKind::conflict,
                fmt::format("cannot move into tables that run {}, begun {}, is moving into now",
                            run->run, run->started_at),
                {.side = Side::target}, "wait for it: millrace status shows how far it is");
  }
  const bool doubles = job.if_exists == IfExists::append && run->chunks_stored > 0;
  if (job.if_exists != IfExists::error && !doubles) return;
  throw Error(ErrorKind::bad_request,
              fmt::format("cannot begin anew: run {}, begun {}, into the same tables was not "
                          "finished: {} of {} chunks are stored",
                          run->run, run->started_at, run->chunks_stored, run->chunks),
              {.side = Side::target},
              "--resume goes on with it; --if-exists drop begins anew and gives it up");
}

NoteReport require_same_source(const Job& job, const SourceVerdict& verdict,
                               const BegunBefore& before) {
  const std::string changes = fmt::format("{}", fmt::join(verdict.changes, "; "));
  if (!verdict.changes.empty() && !job.resume_changed) {
    throw Error(ErrorKind::bad_request, before.refusal + ": " + changes, {.side = Side::source},
                before.anew + "; or let the copy be of two instants with --resume-changed");
  }
  if (!verdict.changes.empty()) return {"resumed", "", "although the source changed: " + changes};
  return {"resumed", "",
          fmt::format("{}; the source is what it was: {}{}", before.stored, verdict.proof,
                      verdict.certain ? "" : " (a row changed in place would not be seen)")};
}

}  // namespace millrace
