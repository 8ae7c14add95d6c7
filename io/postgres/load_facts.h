#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/postgres/connection.h"

namespace millrace::postgres {

struct ReplicationSlot {
  std::string name;
  bool active = false;
  std::uint64_t retained_bytes = 0;  // WAL that it keeps from being removed
};

/// What of the target decides how fast a load is, and what it burdens.
struct LoadFacts {
  std::string tls_version;  // of this session; empty: not encrypted
  std::string tls_cipher;
  std::string collation;  // of the database: "cs_CZ.UTF-8 (libc)"
  bool collation_changed =
      false;  // the library's version is not the one that indexes were built by
  std::string wal_level;
  std::uint64_t max_wal_size_bytes = 0;
  std::uint64_t maintenance_work_mem_bytes = 0;
  std::uint64_t checkpoint_timeout_seconds = 0;
  std::string synchronous_standbys;  // synchronous_standby_names
  unsigned standbys = 0;             // that stream from it now
  std::vector<ReplicationSlot> slots;
  std::string data_directory;  // of this database; empty where the role may not see it
  std::optional<std::uint64_t> free_disk_bytes;  // only where the server runs on this machine
};

/// Read them in a few queries. `on_this_machine`: the server's folders are ours too.
LoadFacts read_load_facts(Connection& connection, bool on_this_machine);

}  // namespace millrace::postgres
