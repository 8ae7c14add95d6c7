#include "io/postgres/load_facts.h"

#include <sys/statvfs.h>

#include <charconv>

namespace millrace::postgres {
namespace {

std::uint64_t number_of(const Cell& cell) {
  std::uint64_t number = 0;
  std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), number);
  return number;
}

/// The database's collation, and whether its library has changed since.
std::string collation_sql(int version) {
  std::string provider = "'libc'";
  std::string locale = "d.datcollate";
  std::string changed = "false";
  if (version >= 150000) {
    const std::string icu = version >= 170000 ? "d.datlocale" : "d.daticulocale";
    provider = "CASE d.datlocprovider WHEN 'i' THEN 'ICU' WHEN 'b' THEN 'builtin' ELSE 'libc' END";
    locale = "CASE d.datlocprovider WHEN 'c' THEN d.datcollate ELSE " + icu + " END";
    changed = "coalesce(d.datcollversion <> pg_database_collation_actual_version(d.oid), false)";
  }
  return "SELECT " + locale + " || ' (' || " + provider + " || ')', " + changed +
         ", coalesce((SELECT nullif(pg_tablespace_location(d.dattablespace), '')), CASE WHEN "
         "r.rolsuper OR pg_has_role(r.oid, 'pg_read_all_settings', 'MEMBER') THEN "
         "current_setting('data_directory') END) FROM pg_database d, pg_roles r WHERE d.datname = "
         "current_database() AND r.rolname = current_user";
}

std::optional<std::uint64_t> free_bytes(const std::string& folder) {
  struct statvfs found {};
  if (folder.empty() || ::statvfs(folder.c_str(), &found) != 0) return std::nullopt;
  return std::uint64_t{found.f_bavail} * found.f_frsize;
}

}  // namespace

LoadFacts read_load_facts(Connection& connection, bool on_this_machine) {
  LoadFacts facts;
  const auto tls = connection.query(
      "SELECT version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl");
  if (!tls.empty()) {
    facts.tls_version = tls[0].at(0).text;
    facts.tls_cipher = tls[0].at(1).text;
  }
  const Row database = connection.query(collation_sql(connection.server_version())).at(0);
  facts.collation = database.at(0).text;
  facts.collation_changed = database.at(1).text == "t";
  facts.data_directory = database.at(2).text;
  const Row settings = connection
                           .query(R"(
SELECT current_setting('wal_level'),
       pg_size_bytes(current_setting('max_wal_size')),
       pg_size_bytes(current_setting('maintenance_work_mem')),
       extract(epoch FROM current_setting('checkpoint_timeout')::interval)::bigint,
       current_setting('synchronous_standby_names'),
       (SELECT count(*) FROM pg_stat_replication))")
                           .at(0);
  facts.wal_level = settings.at(0).text;
  facts.max_wal_size_bytes = number_of(settings.at(1));
  facts.maintenance_work_mem_bytes = number_of(settings.at(2));
  facts.checkpoint_timeout_seconds = number_of(settings.at(3));
  facts.synchronous_standbys = settings.at(4).text;
  facts.standbys = static_cast<unsigned>(number_of(settings.at(5)));
  for (const Row& row : connection.query(R"(
SELECT slot_name, active,
       CASE WHEN pg_is_in_recovery() THEN 0
            ELSE coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint END
  FROM pg_replication_slots ORDER BY slot_name)")) {
    facts.slots.push_back({.name = row.at(0).text,
                           .active = row.at(1).text == "t",
                           .retained_bytes = number_of(row.at(2))});
  }
  if (on_this_machine) facts.free_disk_bytes = free_bytes(facts.data_directory);
  return facts;
}

}  // namespace millrace::postgres
