#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/error.h"
#include "io/postgres/connection.h"
#include "io/target_schema.h"

namespace millrace {

/// Keeps triggers and foreign keys out of the way while rows of some tables are put right, so that
/// the order of the rows is of no matter, and sees to it that the keys hold when they are.
///
/// Each foreign key is held off in the first of these ways that the role may use:
///   dropped  by its table's owner, and then made again as it was, which locks the tables and
///            checks all rows, also those that came meanwhile.
///   asleep   by session_replication_role, and then asked for rows without a parent; what another
///            session stores meanwhile is not seen.
///   standing it checks each statement; one that would change other rows along is refused.
///
/// Legal order: prepare(), BEGIN by the caller, hold_off(), the rows, restore(), COMMIT. What fails
/// on the way is rolled back by the caller, and nothing has changed. Threads: one.
class RepairGuards {
 public:
  /// `tables`: whose rows are to be changed.
  RepairGuards(postgres::Connection& session, std::span<const TargetTable* const> tables);

  /// Requires: no transaction is open.
  void prepare();
  /// Errors: bad_request naming the key that would change other rows along.
  void hold_off();
  /// Errors: bad_data naming the key that would be broken.
  void restore();

  /// `error`, with what to type where a foreign key is what stands in the way.
  Error explained(const Error& error) const;

  /// The tables in an order in which parents come before their children, as far as there is one;
  /// numbers as in the constructor.
  const std::vector<std::size_t>& parents_first() const noexcept { return parents_first_; }

 private:
  struct Key {
    std::string name;        // quoted
    std::string table;       // quoted
    std::string parent;      // quoted
    std::string definition;  // as ADD CONSTRAINT takes it
    std::optional<std::string> comment;
    std::string orphans;  // the query that counts rows without a parent
    bool valid = false;
    bool droppable = false;     // by this role
    bool changes_rows = false;  // CASCADE, SET NULL or SET DEFAULT
  };
  struct Trigger {
    std::string table;   // quoted
    std::string name;    // quoted
    std::string enable;  // "ENABLE", "ENABLE ALWAYS" or "ENABLE REPLICA"
  };

  void read_keys();
  void read_triggers();
  void sort_tables();

  postgres::Connection& session_;
  std::vector<std::string> names_;  // of the tables, quoted
  std::vector<Key> keys_;
  std::vector<Trigger> triggers_;
  std::vector<std::size_t> parents_first_;
  bool as_replica_ = false;
};

}  // namespace millrace
