#include "engine/target_statements.h"

#include <algorithm>
#include <utility>

#include "engine/retry.h"
#include "io/error.h"
#include "io/fault_point.h"

namespace millrace {

namespace {

constexpr std::size_t least_locks = 16;  // one table with all that belongs to it, in any case

/// How many statements from `begin` on fit into one transaction: at least one.
std::size_t batch_end(const std::vector<TargetStatement>& statements, std::size_t begin,
                      std::size_t most_locks) {
  std::size_t locks = statements[begin].locks;
  std::size_t end = begin + 1;
  while (end < statements.size() && locks + statements[end].locks <= most_locks) {
    locks += statements[end++].locks;
  }
  return end;
}

}  // namespace

std::size_t shared_locks(const postgres::ServerFacts& target) {
  const int sessions = target.max_connections + target.max_prepared_transactions;
  return static_cast<std::size_t>(std::max(target.max_locks_per_transaction, 1)) *
         static_cast<std::size_t>(std::max(sessions, 1));
}

std::size_t locks_per_transaction(const postgres::ServerFacts& target, unsigned sessions) {
  return std::max(least_locks, shared_locks(target) / 2 / std::max(sessions, 1U));
}

std::size_t locks_of(const TargetTable& table) {
  constexpr std::size_t itself_and_toast = 3;
  const bool identity = std::ranges::any_of(table.columns, &TargetColumn::identity);
  const std::size_t each = itself_and_toast + table.indexes.size();
  return each * (1 + table.partitions.size()) + (identity ? 1 : 0);
}

void execute_in_batches(postgres::Connection& session,
                        const std::vector<TargetStatement>& statements, std::size_t most_locks,
                        const BatchCommits& commits) {
  bool first = true;
  const auto finish = [&](bool last) {
    if (first) commits.before_first();
    if (last) commits.before_last();
    try {
      session.commit(commits.guard);
    } catch (const Error&) {
      session.rollback();
      throw;
    }
    if (std::exchange(first, false)) commits.after_first();
    if (!last) fault_point("target_statements.between_commits");
  };
  std::size_t begin = 0;
  while (begin < statements.size()) {
    const std::size_t end = batch_end(statements, begin, most_locks);
    std::vector<std::string> batch{"BEGIN", commits.guard};
    for (std::size_t i = begin; i < end; ++i) batch.push_back(statements[i].sql);
    try {
      session.execute(batch);
    } catch (const Error& error) {
      session.rollback();
      if (!is_out_of_locks(error) || end - begin < 2) throw;
      most_locks = std::max<std::size_t>(1, most_locks / 2);
      continue;
    }
    finish(end == statements.size());
    begin = end;
  }
  if (first) {
    session.execute("BEGIN");
    finish(true);
  }
}

}  // namespace millrace
