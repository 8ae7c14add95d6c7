#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/chunk_writer.h"
#include "engine/report.h"
#include "engine/work_plan.h"
#include "io/postgres/connection.h"

namespace millrace {

/// The phase of a run whose tables are not all made. The first transaction that makes some enters
/// the run, the last one that it is at the next phase.
inline constexpr std::string_view phase_of_preparing = "prepare";

/// What a run is known by in the ledger.
struct LedgerEntry {
  std::string version;          // of millrace
  std::string command;          // secrets masked
  std::string source;           // masked URL
  std::string source_identity;  // what the source's server calls itself
  std::vector<std::pair<std::string, std::string>> settings;  // those that decide on the content
  bool appends = false;  // rows of others stay in tables that stood before
};

/// The ledger of one run, in the target's schema `millrace`: the plan, and what of it is stored.
///
/// What makes it exact: a chunk's receipt is written by the transaction that stores the chunk's
/// rows, and the receipts' primary key forbids a second one. So a chunk is stored once or not at
/// all, whichever process dies at whichever instant; who is in doubt asks the ledger.
///
/// Locks (session-level advisory ones, gone with their session):
///   of the run    the control session of the process that works on it; a second process is refused
///   of its lanes  shared by every session that stores or builds; exclusive for a moment in who
///                 resumes the run, so that no session of a dead process still stores
///
/// Owner: the process that made the run's last attempt, by its number. The lock of the run may be
/// lost in mid-copy with its session, and another process come in meanwhile: that one first makes
/// the attempt its own, then ends the lanes' sessions and reads the receipts. The statement of a
/// receipt fails for any but the owner of a run that is not given up, so the process that was there
/// before stores nothing any more, whatever of it still lives. Neither does it do anything else to
/// the target: each statement of it asks who owns the run, most of them in its own transaction
/// (execute_as_owner()).
///
/// An object without a run records nothing. Copies name the same attempt. Threads: const calls,
/// any.
class Ledger {
 public:
  Ledger() = default;
  /// `attempt`: ours at the run, from 1.
  explicit Ledger(std::int32_t run, std::int32_t attempt = 1) : run_(run), attempt_(attempt) {}

  bool kept() const noexcept { return run_ != 0; }
  std::int32_t run() const noexcept { return run_; }

  /// Make the schema where it is missing, enter the run and its whole plan, and take the lock of
  /// the run: in the transaction that is open in `session`, which keeps the lock until it ends.
  /// Its phase is phase_of_preparing. Unfinished runs into the same tables are given up: the caller
  /// has cleared them away.
  /// Cost: COPY; 40,000 tables take a fraction of a second.
  static Ledger begin(postgres::Connection& session, const LedgerEntry& entry,
                      const WorkPlan& plan);

  /// Enter where the snapshot stands. In the transaction of begin().
  void note_snapshot(postgres::Connection& session, const SnapshotReport& snapshot) const;
  /// Enter that another process goes on with the run, once the source was found to be what it was.
  /// Errors: as require_owner().
  void note_resumed(postgres::Connection& session, const LedgerEntry& entry) const;
  /// Enter what the run does now: "copy", "foreign keys". Errors: as require_owner().
  void note_phase(postgres::Connection& session, std::string_view phase) const;
  /// The statements that enter that SQL of the job has run; empty where none is kept. They fail
  /// where another process owns the run.
  std::string hook_statement(std::string_view hook) const;
  /// Enter that the run is complete and let its lock go. It may be entered again where the answer
  /// was lost. Errors: as require_owner(); what the session says.
  void complete(postgres::Connection& session) const;
  /// Enter how the run ended ("complete", "failed", "cancelled") and let its lock go. Never throws:
  /// a run whose end is not entered is seen as interrupted.
  void end(postgres::Connection& session, std::string_view state,
           std::string_view error) const noexcept;

  /// For a session that stores or builds for this run: take its lock. Nothing where none is kept.
  /// Errors: as require_owner().
  void join(postgres::Connection& session) const;
  /// Errors: conflict, with the code run_taken_over, where the run is another process's by now.
  void require_owner(postgres::Connection& session) const;
  /// A statement that fails where require_owner() would throw; empty where none is kept. For a
  /// transaction that has waited for a lock: the run may have changed hands meanwhile.
  std::string owner_statement() const;
  /// Run statements as one transaction, in one round trip, while the run is ours. It is asked
  /// before them, so that nothing is done in vain, and again behind them: each may have waited for
  /// a lock, and found another run's table under its name.
  /// `lock`: a statement that comes first, and takes what others would have to wait for; then it is
  /// asked once, behind that one. For what no rollback takes back, as setval().
  /// Errors: as require_owner(); else what the server said.
  void execute_as_owner(postgres::Connection& session, std::vector<std::string> statements,
                        const std::string& lock = {}) const;
  /// The statement that enters a receipt, for the transaction that stored its rows; empty where
  /// none is kept. `attempt` counts from 1, at the chunk. It fails where another process owns the
  /// run.
  std::string receipt_statement(const Receipt& receipt, unsigned attempt) const;
  /// Throw what require_owner() would, where `error` may have come because another process owns the
  /// run: a statement that asks has failed, or what it names is gone.
  /// Requires: no transaction is open.
  void refuse_if_not_owner(postgres::Connection& session, const Error& error) const;
  /// The receipt of a chunk, where the ledger has one.
  std::optional<Receipt> find_receipt(postgres::Connection& session, const Chunk& chunk) const;
  /// Enter that the chunk halves.first.id is now these two, in a transaction of its own; gives the
  /// second its number. Errors: as require_owner().
  void note_split(postgres::Connection& session, ChunkHalves& halves) const;
  /// End the session that stored or built for this run under the same name as `session`, which has
  /// taken its place, and wait until it is gone where the server can: what it may still commit is
  /// then decided. Nothing where no ledger is kept, or where another process owns the run: the
  /// session may be its own.
  void end_predecessor(postgres::Connection& session) const;
  /// Take the lock of the run for a session that takes the lost one's place, unless somebody holds
  /// it yet: the server may, for the lost one. False then. Errors: as require_owner().
  bool try_lock_again(postgres::Connection& session) const;
  /// The statement that enters that a table's rows and keys are all there; empty where none is
  /// kept.
  std::string finished_statement(std::size_t table) const;

 private:
  std::string owned() const;
  bool is_ours(postgres::Connection& session) const;
  std::string end_script(std::string_view state, std::string_view error,
                         const std::string& guard) const;
  [[noreturn]] void refuse_as_taken_over() const;

  std::int32_t run_ = 0;
  std::int32_t attempt_ = 1;
};

/// Everything that decides what the rows of a table are and where they go, as one number: equal
/// signatures read and store the same. Stable between processes.
std::int64_t signature_of(const TableWork& table);

}  // namespace millrace
