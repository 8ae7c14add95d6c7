#include "engine/late_schema.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "engine/failure.h"
#include "io/error.h"
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
                                        const LateStatement& statement) {
  try {
    session.execute(statement.sql);
    return std::nullopt;
  } catch (Error& error) {
    if (is_refusal(error)) return note_of(statement, error);
    error.add({.side = Side::target, .table = statement.where});
    throw;
  }
}

}  // namespace

std::vector<LateStatement> late_statements(const Preparation& preparation) {
  std::vector<LateStatement> statements;
  std::set<std::string> functions;
  for (const TableWork& work : preparation.work.tables) {
    if (work.exists) continue;
    const TargetTable& table = work.translated->target;
    for (const TargetCheck& check : table.late_checks) {
      const std::string anew =
          preparation.resumed ? postgres::drop_constraint_if_exists(table, check.name) + ";\n" : "";
      statements.push_back({.topic = "check",
                            .where = table.full_name(),
                            .sql = anew + postgres::add_check_not_valid(table, check),
                            .refusal = "constraint " + check.name + " is not made: CHECK (" +
                                       check.condition + ")"});
      statements.push_back({.topic = "check",
                            .where = table.full_name(),
                            .sql = postgres::validate_check(table, check),
                            .refusal = "constraint " + check.name +
                                       " stands as NOT VALID, since rows do not obey it",
                            .reads_rows = true});
    }
    if (!table.touch) continue;
    if (functions.insert(table.schema + '\0' + table.touch->function).second) {
      statements.push_back({.topic = "on update",
                            .where = table.schema + "." + table.touch->function,
                            .sql = postgres::create_touch_function(table, *table.touch),
                            .refusal = "the trigger function is not made"});
    }
    // A run that is taken up again may have made it.
    const std::string anew =
        preparation.resumed ? postgres::drop_touch_trigger_if_exists(table, *table.touch) + ";\n"
                            : "";
    statements.push_back({.topic = "on update",
                          .where = table.full_name(),
                          .sql = anew + postgres::create_touch_trigger(table, *table.touch),
                          .refusal = "the trigger is not made"});
  }
  for (const TargetView& view : preparation.translation.views) {
    if (preparation.kept_relations.contains(view.schema + '\0' + view.name)) continue;
    statements.push_back({.topic = "not migrated",
                          .where = view.full_name(),
                          .sql = postgres::create_view(view),
                          .refusal = "view: " + view.source,
                          .waits_for_others = true});
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

std::vector<NoteReport> run_late_statements(std::vector<postgres::Connection>& sessions,
                                            const std::vector<LateStatement>& statements,
                                            Progress& progress) {
  std::vector<NoteReport> notes = run_in_order(
      statements, false,
      [&](const LateStatement& statement) { return try_statement(sessions.front(), statement); });
  std::vector<const LateStatement*> long_ones;
  for (const LateStatement& statement : statements) {
    if (statement.reads_rows) long_ones.push_back(&statement);
  }
  if (long_ones.empty()) return notes;

  std::mutex notes_mutex;
  std::atomic<std::size_t> next{0};
  Failure failure([&] {
    for (postgres::Connection& session : sessions) session.cancel();
  });
  {
    std::vector<std::jthread> lanes;
    for (unsigned lane = 0; lane < sessions.size(); ++lane) {
      lanes.emplace_back([&, lane] {
        LaneMeter& meter = progress.lane(LaneKind::builder, lane);
        meter.enter(Stall::target);
        try {
          for (std::size_t at = next++; at < long_ones.size() && !failure.failed(); at = next++) {
            if (auto note = try_statement(sessions[lane], *long_ones[at])) {
              const std::lock_guard lock(notes_mutex);
              notes.push_back(std::move(*note));
            }
          }
        } catch (...) {
          failure.set(std::current_exception());
        }
        meter.enter(Stall::idle);
      });
    }
  }
  failure.rethrow();
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
