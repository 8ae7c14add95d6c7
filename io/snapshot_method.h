#pragma once

#include <cstdint>

namespace millrace {

/// How all reader sessions come to see one instant of the source.
enum class SnapshotMethod : std::uint8_t {
  automatic,     // the first of the following that the account may use
  flush_lock,    // FLUSH TABLES WITH READ LOCK
  backup_stage,  // MariaDB BACKUP STAGE
  lock_tables,   // LOCK TABLES ... READ
  position,      // no lock: equal binlog positions prove one instant
  none,          // fuzzy copy, accepted by name
};

}  // namespace millrace
