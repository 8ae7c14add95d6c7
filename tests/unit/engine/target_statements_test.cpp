#include "engine/target_statements.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

postgres::ServerFacts target(int locks, int connections, int prepared) {
  postgres::ServerFacts facts;
  facts.max_locks_per_transaction = locks;
  facts.max_connections = connections;
  facts.max_prepared_transactions = prepared;
  return facts;
}

TEST(TargetStatements, SharedLocksAreThoseOfAllSessionsAndPreparedTransactions) {
  EXPECT_EQ(shared_locks(target(64, 100, 0)), 6400u);
  EXPECT_EQ(shared_locks(target(64, 100, 20)), 7680u);
}

TEST(TargetStatements, OurSessionsTogetherTakeHalfOfTheLocks) {
  EXPECT_EQ(locks_per_transaction(target(64, 100, 0), 1), 3200u);
  EXPECT_EQ(locks_per_transaction(target(64, 100, 0), 4), 800u);
}

TEST(TargetStatements, OneTableFitsIntoATransactionWhateverTheServerSays) {
  TargetTable table;
  table.columns.emplace_back().identity = true;
  table.indexes.resize(5);
  EXPECT_EQ(locks_of(table), 9u);
  EXPECT_GE(locks_per_transaction(target(1, 1, 0), 32), locks_of(table));
}

}  // namespace
}  // namespace millrace
