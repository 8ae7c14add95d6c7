#include "engine/sql_hooks.h"

#include <utility>

#include "engine/job.h"
#include "engine/ledger.h"
#include "engine/stop_request.h"
#include "io/fault_point.h"
#include "io/mysql/connection.h"
#include "io/postgres/connection.h"

namespace millrace {

namespace {

std::string_view word_of(HookPhase phase) noexcept {
  return hook_phase_words.at(static_cast<std::size_t>(phase));
}

/// Run a script and its entry in the ledger as one transaction, where that can be. The owner is
/// asked by the entry, and before the script, of which a part may be committed by its own words:
/// not in its transaction, where SET TRANSACTION must come first.
void execute_and_enter(postgres::Connection& target, const std::string& sql,
                       const std::string& entry) {
  if (entry.empty()) {
    target.execute(sql);
    return;
  }
  try {
    target.execute(sql + "\n;\n" + entry);  // a line of its own: the script may end in a comment
  } catch (const Error& error) {
    constexpr std::string_view active_transaction = "25001";  // Source: PostgreSQL, appendix A
    if (error.where().code != active_transaction) throw;
    target.execute(sql);
    target.execute(entry);
  }
}

/// Over a session of its own.
void run_on_source(const Job& job, const SqlHook& hook, bool locked, StopRequest& stop) {
  mysql::Connection session(job.source);
  const StopRequest::Waker waker(stop, [&] { session.cut(); });
  if (locked) session.execute("SET SESSION lock_wait_timeout = 10");  // seconds
  try {
    session.query(hook.sql);
  } catch (const Error& error) {
    constexpr std::string_view lock_wait_timeout = "1205";  // Source: MySQL, ER_LOCK_WAIT_TIMEOUT
    if (!locked || error.where().code != lock_wait_timeout) throw;
    throw Error(error.kind(), error.message(), error.where(),
                "the source is locked until its tables without transactions are read: use "
                "before_schema or after_data");
  }
}

/// What `run` throws, with the moment and the side of the SQL that it ran.
template <class Run>
void run_named(const SqlHook& hook, const Run& run) {
  try {
    run();
    fault_point("hooks.after_one");
  } catch (const Error& error) {
    Where where = error.where();
    where.side = hook.side;
    throw Error(
        error.kind(),
        "cannot run the SQL of " + std::string(word_of(hook.phase)) + ": " + error.message(), where,
        error.hint().empty() ? "mend it under [sql] of the job file, or in --sql" : error.hint());
  }
}

[[noreturn]] void refuse(const SqlHook& hook, const std::string& why, std::string hint) {
  throw Error(ErrorKind::bad_request,
              std::string("cannot run the SQL of ") + (hook.side == Side::source ? "source:" : "") +
                  std::string(word_of(hook.phase)) + ": " + why,
              {}, std::move(hint));
}

}  // namespace

void run_hooks(const Job& job, HookPhase phase, postgres::Connection& target, const Ledger& ledger,
               const std::set<std::string>& done, bool source_locked, StopRequest& stop) {
  unsigned place = 0;
  for (const SqlHook& hook : job.hooks) {
    if (hook.phase != phase) continue;
    const std::string name = std::string(word_of(phase)) + " " + std::to_string(++place);
    if (done.contains(name)) continue;
    run_named(hook, [&] {
      ledger.require_owner(target);
      try {
        if (hook.side == Side::target) {
          execute_and_enter(target, hook.sql, ledger.hook_statement(name));
        } else {
          run_on_source(job, hook, source_locked, stop);
          if (ledger.kept()) target.execute(ledger.hook_statement(name));
        }
      } catch (const Error& error) {
        target.rollback();
        ledger.refuse_if_not_owner(target, error);
        throw;
      }
    });
  }
}

void run_source_hooks(const Job& job, HookPhase phase, bool source_locked, StopRequest& stop) {
  for (const SqlHook& hook : job.hooks) {
    if (hook.phase != phase || hook.side != Side::source) continue;
    run_named(hook, [&] { run_on_source(job, hook, source_locked, stop); });
  }
}

void refuse_hooks_of_extract(const std::vector<SqlHook>& hooks) {
  for (const SqlHook& hook : hooks) {
    if (hook.side == Side::target) {
      refuse(hook, "extract has no target",
             "give it to load; SQL for the source is that of source:" +
                 std::string(word_of(hook.phase)));
    }
    if (hook.phase == HookPhase::after_schema || hook.phase == HookPhase::after_keys) {
      refuse(hook, "extract makes no tables and no keys",
             "use source:before_schema, before_data, after_data or end");
    }
  }
}

void refuse_hooks_of_load(const std::vector<SqlHook>& hooks) {
  for (const SqlHook& hook : hooks) {
    if (hook.side == Side::source) refuse(hook, "load has no source", "give it to extract");
  }
}

std::vector<std::string> planned_hooks(const std::vector<SqlHook>& hooks, HookPhase phase) {
  std::vector<std::string> statements;
  for (const SqlHook& hook : hooks) {
    if (hook.phase != phase) continue;
    if (hook.side == Side::target) {
      std::string sql = hook.sql;
      while (!sql.empty() && (sql.back() == ';' || sql.back() == '\n' || sql.back() == ' ')) {
        sql.pop_back();
      }
      statements.push_back("-- " + std::string(word_of(phase)) + "\n" + sql);
      continue;
    }
    std::string comment = "-- " + std::string(word_of(phase)) + ", on the source: ";
    for (const char c : hook.sql) {
      comment += c;
      if (c == '\n') comment += "--   ";
    }
    statements.push_back(std::move(comment));
  }
  return statements;
}

}  // namespace millrace
