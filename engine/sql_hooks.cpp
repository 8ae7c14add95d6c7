#include "engine/sql_hooks.h"

#include "engine/job.h"
#include "io/mysql/connection.h"
#include "io/postgres/connection.h"

namespace millrace {

namespace {

std::string_view word_of(HookPhase phase) noexcept {
  return hook_phase_words.at(static_cast<std::size_t>(phase));
}

}  // namespace

void run_hooks(const Job& job, HookPhase phase, postgres::Connection& target) {
  for (const SqlHook& hook : job.hooks) {
    if (hook.phase != phase) continue;
    try {
      if (hook.side == Side::target) {
        target.execute(hook.sql);
      } else {
        mysql::Connection(job.source).query(hook.sql);
      }
    } catch (const Error& error) {
      Where where = error.where();
      where.side = hook.side;
      throw Error(
          error.kind(),
          "cannot run the SQL of " + std::string(word_of(phase)) + ": " + error.message(), where,
          error.hint().empty() ? "mend it under [sql] of the job file, or in --sql" : error.hint());
    }
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
