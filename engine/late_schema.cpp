#include "engine/late_schema.h"

#include <functional>
#include <mutex>
#include <optional>
#include <set>

#include "engine/side_by_side.h"
#include "io/error.h"
#include "io/fault_point.h"
#include "io/postgres/ddl.h"

namespace millrace {

namespace {

NoteReport note_of(const LateStatement& statement, const Error& error) {
  return {statement.topic, statement.where, statement.refusal + ": " + error.message()};
}

bool is_refusal(const Error& error) {
  return error.kind() == ErrorKind::bad_request || error.kind() == ErrorKind::bad_data;
}

/// A note where the server refuses the statement.
std::optional<NoteReport> try_statement(postgres::Connection& session,
                                        const LateStatement& statement, const Ledger& ledger = {},
                                        bool again = false) {
  try {
    fault_point("late_schema.before_statement");
    ledger.execute_as_owner(session, {again ? statement.sql_again : statement.sql});
    fault_point("late_schema.after_statement");
    return std::nullopt;
  } catch (Error& error) {
    if (is_refusal(error)) return note_of(statement, error);
    error.add({.side = Side::target, .table = statement.where});
    throw;
  }
}

std::optional<NoteReport> try_until_done(LaneSession& lane, unsigned number,
                                         const LateStatement& statement, const Ledger& ledger,
                                         const RetriedLane& retried) {
  return lane.until_done(
      [&](unsigned attempt) {
        lane.join(ledger);
        return try_statement(lane.get(), statement, ledger, attempt > 1);
      },
      [&](const Error& error, unsigned attempt) { retried(number, error, attempt); });
}

}  // namespace

std::vector<LateStatement> late_statements(const Preparation& preparation) {
  std::vector<LateStatement> statements;
  std::set<std::string> functions;
  for (const TableWork& work : preparation.work.tables) {
    if (work.exists) continue;
    const TargetTable& table = work.translated->target;
    for (const TargetCheck& check : table.late_checks) {
      const std::string add = postgres::add_check_not_valid(table, check);
      statements.push_back(
          {.topic = "check",
           .where = table.full_name(),
           .sql = add,
           .sql_again = postgres::drop_constraint_if_exists(table, check.name) + ";\n" + add,
           .refusal =
               "constraint " + check.name + " is not made: CHECK (" + check.condition + ")"});
      const std::string validate = postgres::validate_check(table, check);
      statements.push_back({.topic = "check",
                            .where = table.full_name(),
                            .sql = validate,
                            .sql_again = validate,
                            .refusal = "constraint " + check.name +
                                       " stands as NOT VALID, since rows do not obey it",
                            .reads_rows = true});
    }
    if (!table.touch) continue;
    if (functions.insert(table.schema + '\0' + table.touch->function).second) {
      const std::string create = postgres::create_touch_function(table, *table.touch);
      statements.push_back({.topic = "on update",
                            .where = table.schema + "." + table.touch->function,
                            .sql = create,
                            .sql_again = create,
                            .refusal = "the trigger function is not made"});
    }
    const std::string create = postgres::create_touch_trigger(table, *table.touch);
    statements.push_back(
        {.topic = "on update",
         .where = table.full_name(),
         .sql = create,
         .sql_again = postgres::drop_touch_trigger_if_exists(table, *table.touch) + ";\n" + create,
         .refusal = "the trigger is not made"});
  }
  for (const TargetView& view : preparation.translation.views) {
    if (preparation.kept_relations.contains(view.schema + '\0' + view.name)) continue;
    statements.push_back({.topic = "not migrated",
                          .where = view.full_name(),
                          .sql = postgres::create_view(view),
                          .sql_again = postgres::create_view(view, true),
                          .refusal = "view: " + view.source,
                          .waits_for_others = true});
  }
  // A run that is taken up again may have made any of them.
  if (preparation.resumed) {
    for (LateStatement& statement : statements) statement.sql = statement.sql_again;
  }
  return statements;
}

namespace {

using Attempt = std::function<std::optional<NoteReport>(const LateStatement&)>;

/// Try each until it stands or none of those that are left will.
std::vector<NoteReport> try_until_none_changes(std::vector<const LateStatement*> left,
                                               const Attempt& attempt) {
  for (;;) {
    std::vector<NoteReport> notes;
    std::vector<const LateStatement*> refused;
    for (const LateStatement* statement : left) {
      auto note = attempt(*statement);
      if (!note) continue;
      notes.push_back(std::move(*note));
      refused.push_back(statement);
    }
    if (refused.size() == left.size() || refused.empty()) return notes;
    left = std::move(refused);
  }
}

/// Those that may wait for others, behind all that may not.
std::vector<NoteReport> run_in_order(const std::vector<LateStatement>& statements,
                                     bool with_long_ones, const Attempt& attempt) {
  std::vector<NoteReport> notes;
  std::vector<const LateStatement*> waiting;
  for (const LateStatement& statement : statements) {
    if (statement.waits_for_others) {
      waiting.push_back(&statement);
    } else if (!statement.reads_rows || with_long_ones) {
      if (auto note = attempt(statement)) notes.push_back(std::move(*note));
    }
  }
  for (NoteReport& note : try_until_none_changes(std::move(waiting), attempt)) {
    notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace

std::vector<NoteReport> run_late_statements(std::vector<std::unique_ptr<LaneSession>>& lanes,
                                            const std::vector<LateStatement>& statements,
                                            const Ledger& ledger, Progress& progress,
                                            const RetriedLane& retried) {
  std::vector<NoteReport> notes =
      run_in_order(statements, false, [&](const LateStatement& statement) {
        return try_until_done(*lanes.front(), 0, statement, ledger, retried);
      });
  std::vector<const LateStatement*> long_ones;
  for (const LateStatement& statement : statements) {
    if (statement.reads_rows) long_ones.push_back(&statement);
  }
  if (long_ones.empty()) return notes;

  std::mutex notes_mutex;
  side_by_side(
      lanes.size(), long_ones.size(),
      [&] {
        for (const auto& lane : lanes) lane->stop();
      },
      [&](std::size_t lane, std::size_t at) {
        const auto number = static_cast<unsigned>(lane);
        const StallScope stall(progress.lane(LaneKind::builder, number), Stall::target);
        if (auto note = try_until_done(*lanes[lane], number, *long_ones[at], ledger, retried)) {
          const std::lock_guard lock(notes_mutex);
          notes.push_back(std::move(*note));
        }
      });
  return notes;
}

std::vector<NoteReport> run_late_statements_in_transaction(
    postgres::Connection& session, const std::vector<LateStatement>& statements) {
  return run_in_order(statements, true, [&](const LateStatement& statement) {
    session.execute("SAVEPOINT late");
    auto note = try_statement(session, statement);
    if (note) session.execute("ROLLBACK TO SAVEPOINT late");
    session.execute("RELEASE SAVEPOINT late");
    return note;
  });
}

}  // namespace millrace
