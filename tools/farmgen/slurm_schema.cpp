#include <algorithm>
#include <utility>

#include "tools/farmgen/slurm_table.h"

// The tables of Slurm's accounting database as sites have them: unsigned everywhere, text columns
// with prefix keys, reserved words as names, no character set named.
// Source: the schema's public description; column names and types only.

namespace millrace {
namespace {

using enum SlurmValue;
using Columns = std::vector<SlurmColumn>;

constexpr std::uint64_t tres_kinds = 4;
constexpr std::uint64_t node_count = 64;

const char* const big_key = "bigint unsigned NOT NULL";
const char* const big_zero = "bigint unsigned NOT NULL DEFAULT 0";
const char* const int_key = "int unsigned NOT NULL";
const char* const int_zero = "int unsigned NOT NULL DEFAULT 0";
const char* const int_unset = "int unsigned NOT NULL DEFAULT 4294967294";
const char* const text_null = "text";
const char* const text_empty = "text NOT NULL DEFAULT ''";
const char* const name_null = "tinytext";
const char* const name_empty = "tinytext NOT NULL DEFAULT ''";

Columns created(Columns more) {
  Columns columns = {{"creation_time", big_key, epoch},
                     {"mod_time", big_zero, epoch},
                     {"deleted", "tinyint DEFAULT 0", deleted}};
  std::ranges::move(more, std::back_inserter(columns));
  return columns;
}

SlurmTable job_table(const FarmOptions& options) {
  Columns columns = {{"job_db_inx", "bigint unsigned NOT NULL AUTO_INCREMENT", digit0},
                     {"mod_time", big_zero, epoch},
                     {"deleted", "tinyint NOT NULL DEFAULT 0", deleted},
                     {"account", name_null, account},
                     {"admin_comment", text_null, null},
                     {"array_task_str", text_null, null},
                     {"array_max_tasks", int_zero, zero},
                     {"array_task_pending", int_zero, zero},
                     {"constraints", "text DEFAULT ''", empty},
                     {"container", text_null, null},
                     {"cpus_req", int_key, small},
                     {"derived_ec", int_zero, zero},
                     {"derived_es", text_null, null},
                     {"env_hash_inx", big_zero, small},
                     {"exclusive", name_null, null},
                     {"exit_code", int_zero, zero},
                     {"extra", text_null, null},
                     {"flags", int_zero, unset32},
                     {"failed_node", name_null, null},
                     {"job_name", "tinytext NOT NULL", text},
                     {"id_assoc", int_key, small},
                     {"id_array_job", int_zero, zero},
                     {"id_array_task", int_unset, unset32},
                     {"id_block", name_null, null},
                     {"id_job", int_key, digit0},
                     {"id_qos", int_zero, small},
                     {"id_resv", int_key, zero},
                     {"id_wckey", int_key, zero},
                     {"id_user", int_key, count},
                     {"id_group", int_key, count},
                     {"het_job_id", int_key, zero},
                     {"het_job_offset", int_key, unset32},
                     {"kill_requid", "int unsigned DEFAULT NULL", unset32_null},
                     {"state_reason_prev", int_key, small},
                     {"licenses", text_null, null},
                     {"mcs_label", "tinytext DEFAULT ''", empty},
                     {"mem_req", big_zero, largest64},
                     {"nodelist", text_null, nodes},
                     {"nodes_alloc", int_key, small},
                     {"node_inx", text_null, text},
                     {"oversubscribe", name_null, null},
                     {"partition", "tinytext NOT NULL", partition},
                     {"priority", int_key, unset32},
                     {"qos_req", text_null, null},
                     {"restart_cnt", "smallint unsigned DEFAULT 0", small},
                     {"resv_req", text_null, null},
                     {"script_hash_inx", big_zero, small},
                     {"sluid", big_zero, sluid},
                     {"state", int_key, state},
                     {"timelimit", int_zero, unset32},
                     {"time_submit", big_zero, hour0},
                     {"time_eligible", big_zero, epoch_unset},
                     {"time_start", big_zero, epoch_unset},
                     {"time_end", big_zero, epoch_unset},
                     {"time_suspended", big_zero, zero},
                     {"gres_used", text_empty, empty},
                     {"wckey", name_empty, empty},
                     {"work_dir", text_empty, path},
                     {"segment_size", "smallint unsigned NOT NULL DEFAULT 0", zero},
                     {"std_err", text_empty, path},
                     {"std_in", text_empty, empty},
                     {"std_out", text_empty, path},
                     {"submit_line", "longtext", command},
                     {"system_comment", text_null, null},
                     {"tres_alloc", text_empty, tres},
                     {"tres_req", text_empty, tres}};
  return {"job_table",
          std::move(columns),
          {"PRIMARY KEY (job_db_inx)", "UNIQUE KEY id_job (id_job, time_submit)",
           "KEY rollup (time_eligible, time_end)", "KEY rollup2 (time_end, time_eligible)",
           "KEY nodes_alloc (nodes_alloc)", "KEY wckey (id_wckey)", "KEY qos (id_qos)",
           "KEY association (id_assoc)", "KEY array_job (id_array_job)", "KEY het_job (het_job_id)",
           "KEY reserv (id_resv)", "KEY sacct_def (id_user, time_start, time_end)",
           "KEY sacct_def2 (id_user, time_end, time_eligible)", "KEY sluid (sluid)",
           "KEY archive_delete (deleted)", "KEY archive_purge (time_end)"},
          {options.jobs, 1, 1}};
}

SlurmTable step_table(const FarmOptions& options) {
  Columns columns = {{"job_db_inx", big_key, digit0},
                     {"deleted", "tinyint NOT NULL DEFAULT 0", deleted},
                     {"exit_code", "int NOT NULL DEFAULT 0", zero},
                     {"id_step", "int NOT NULL", step1},
                     {"step_het_comp", int_unset, unset32_always},
                     {"kill_requid", "int unsigned DEFAULT NULL", unset32_null},
                     {"nodelist", "text NOT NULL", nodes},
                     {"nodes_alloc", int_key, small},
                     {"node_inx", text_null, null},
                     {"state", "smallint unsigned NOT NULL", state},
                     {"step_name", "text NOT NULL", word},
                     {"task_cnt", int_key, small},
                     {"task_dist", "int NOT NULL DEFAULT 0", zero},
                     {"time_start", big_zero, epoch},
                     {"time_end", big_zero, epoch_unset},
                     {"time_suspended", big_zero, zero},
                     {"timelimit", int_zero, unset32},
                     {"user_sec", big_zero, count},
                     {"user_usec", int_zero, count},
                     {"sys_sec", big_zero, count},
                     {"sys_usec", int_zero, count},
                     {"act_cpufreq", "double unsigned NOT NULL DEFAULT 0.0", real},
                     {"consumed_energy", big_zero, largest64},
                     {"container", text_null, null},
                     {"req_cpufreq_min", int_zero, zero},
                     {"req_cpufreq", int_zero, unset32},
                     {"req_cpufreq_gov", int_zero, zero},
                     {"cwd", text_null, path},
                     {"std_err", text_null, null},
                     {"std_in", text_null, null},
                     {"std_out", text_null, null},
                     {"submit_line", "longtext", command},
                     {"tres_alloc", text_empty, tres}};
  for (const char* way : {"in", "out"}) {
    for (const char* what :
         {"ave", "max", "max_taskid", "max_nodeid", "min", "min_taskid", "min_nodeid", "tot"}) {
      columns.push_back({std::string("tres_usage_") + way + '_' + what, text_empty, tres});
    }
  }
  return {
      "step_table",
      std::move(columns),
      {"PRIMARY KEY (job_db_inx, id_step, step_het_comp)", "KEY no_step_comp (job_db_inx, id_step)",
       "KEY time_start (time_start)", "KEY archive_delete (deleted)"},
      {options.jobs, options.steps, 1}};
}

/// The same usage, added up by the hour, the day and the month.
void add_usage_tables(const std::string& name, const std::string& id, std::uint64_t ids,
                      std::vector<SlurmTable>& tables) {
  constexpr std::array<std::pair<const char*, std::uint64_t>, 3> periods = {
      {{"hour", 48}, {"day", 14}, {"month", 3}}};
  for (const auto& [period, times] : periods) {
    Columns columns = created({{id, int_key, digit0},
                               {"id_tres", "int NOT NULL DEFAULT 1", digit1},
                               {"time_start", big_key, hour2},
                               {"alloc_secs", big_zero, largest64}});
    tables.push_back({name + "_usage_" + period + "_table",
                      std::move(columns),
                      {"PRIMARY KEY (" + id + ", id_tres, time_start)"},
                      {ids, tres_kinds, times}});
  }
}

void add_cluster_usage_tables(std::vector<SlurmTable>& tables) {
  for (const char* period : {"hour", "day", "month"}) {
    Columns columns =
        created({{"id_tres", "int NOT NULL", digit0}, {"time_start", big_key, hour1}});
    for (const char* what : {"count", "alloc_secs", "down_secs", "pdown_secs", "idle_secs",
                             "plan_secs", "over_secs"}) {
      columns.push_back({what, big_zero, big});
    }
    tables.push_back({std::string("usage_") + period + "_table",
                      std::move(columns),
                      {"PRIMARY KEY (id_tres, time_start)"},
                      {tres_kinds, 48, 1}});
  }
}

SlurmTable assoc_table() {
  Columns columns = created({{"comment", text_null, null},
                             {"flags", int_zero, zero},
                             {"is_def", "tinyint NOT NULL DEFAULT 0", zero},
                             {"id_assoc", "int unsigned NOT NULL AUTO_INCREMENT", digit0},
                             {"user", name_empty, name0},
                             {"acct", "tinytext NOT NULL", account},
                             {"partition", name_empty, empty},
                             {"parent_acct", name_empty, account},
                             {"id_parent", int_key, small},
                             {"lineage", text_null, path},
                             {"shares", "int NOT NULL DEFAULT 1", one},
                             {"max_jobs", "int DEFAULT NULL", null},
                             {"max_submit_jobs", "int DEFAULT NULL", small},
                             {"grp_wall", "int DEFAULT NULL", null},
                             {"max_tres_pj", text_empty, tres},
                             {"max_tres_pn", text_empty, empty},
                             {"priority", "int unsigned DEFAULT NULL", unset32_null},
                             {"def_qos_id", "int DEFAULT NULL", small},
                             {"qos", "blob NOT NULL DEFAULT ''", bitmap},
                             {"delta_qos", "blob NOT NULL DEFAULT ''", empty}});
  return {"assoc_table",
          std::move(columns),
          {"PRIMARY KEY (id_assoc)", "UNIQUE KEY udex (user(42), acct(42), `partition`(42))",
           "KEY account (acct(42))"},
          {50, 1, 1}};
}

SlurmTable event_table() {
  return {"event_table",
          {{"deleted", "tinyint NOT NULL DEFAULT 0", deleted},
           {"time_start", big_key, hour1},
           {"time_end", big_zero, epoch_unset},
           {"node_name", name_empty, node0},
           {"extra", text_null, null},
           {"cluster_nodes", text_empty, empty},
           {"instance_id", text_null, null},
           {"reason", "tinytext NOT NULL", text},
           {"reason_uid", int_unset, unset32},
           {"state", int_zero, state},
           {"tres", text_empty, tres}},
          {"PRIMARY KEY (node_name(42), time_start)", "KEY rollup (time_start, time_end, state)"},
          {node_count, 8, 1}};
}

/// A job's environment or script, kept once for all jobs that share it.
SlurmTable hashed_table(const std::string& what, const std::string& column, std::uint64_t rows) {
  return {"job_" + what + "_table",
          {{"hash_inx", "bigint unsigned NOT NULL AUTO_INCREMENT", digit0},
           {"last_used", "timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP", stamp},
           {what + "_hash", "text NOT NULL", name0},
           {column, "longtext", script}},
          {"PRIMARY KEY (hash_inx)", "UNIQUE KEY " + what + "_hash_inx (" + what + "_hash(66))"},
          {rows, 1, 1}};
}

SlurmTable resv_table() {
  return {"resv_table",
          {{"id_resv", int_zero, digit0},
           {"deleted", "tinyint NOT NULL DEFAULT 0", deleted},
           {"assoclist", text_empty, text},
           {"comment", text_null, null},
           {"flags", big_zero, largest64},
           {"nodelist", text_empty, nodes},
           {"node_inx", text_empty, empty},
           {"resv_name", "text NOT NULL", word},
           {"time_start", big_zero, hour1},
           {"time_end", big_zero, epoch_unset},
           {"tres", text_empty, tres},
           {"unused_wall", "double unsigned NOT NULL DEFAULT 0.0", real}},
          {"PRIMARY KEY (id_resv, time_start)", "KEY time_start (time_start)"},
          {10, 2, 1}};
}

}  // namespace

std::vector<SlurmTable> slurm_cluster_tables(const FarmOptions& options) {
  std::vector<SlurmTable> tables;
  tables.push_back(assoc_table());
  add_usage_tables("assoc", "id", 50, tables);
  add_cluster_usage_tables(tables);
  tables.push_back(event_table());
  tables.push_back(job_table(options));
  tables.push_back(hashed_table("env", "env_vars", std::max<std::uint64_t>(1, options.jobs / 20)));
  tables.push_back(
      hashed_table("script", "batch_script", std::max<std::uint64_t>(1, options.jobs / 20)));
  tables.push_back({"last_ran_table",
                    {{"hourly_rollup", big_zero, hour1},
                     {"daily_rollup", big_zero, hour1},
                     {"monthly_rollup", big_zero, hour1}},
                    {"PRIMARY KEY (hourly_rollup, daily_rollup, monthly_rollup)"}});
  add_usage_tables("qos", "id", 6, tables);
  tables.push_back(resv_table());
  tables.push_back(step_table(options));
  tables.push_back({"suspend_table",
                    {{"job_db_inx", big_key, digit0},
                     {"id_assoc", int_key, small},
                     {"time_start", big_zero, hour1},
                     {"time_end", big_zero, epoch_unset}},
                    {"PRIMARY KEY (job_db_inx, time_start)"},
                    {std::max<std::uint64_t>(1, options.jobs / 100), 2, 1}});
  tables.push_back({"wckey_table",
                    created({{"is_def", "tinyint NOT NULL DEFAULT 0", zero},
                             {"id_wckey", "int unsigned NOT NULL AUTO_INCREMENT", digit0},
                             {"wckey_name", name_empty, name0},
                             {"user", "tinytext NOT NULL", user}}),
                    {"PRIMARY KEY (id_wckey)", "UNIQUE KEY udex (wckey_name(42), user(42))"},
                    {10, 1, 1}});
  add_usage_tables("wckey", "id", 10, tables);
  return tables;
}

std::vector<SlurmTable> slurm_shared_tables(const FarmOptions& options) {
  const std::string by_name = "PRIMARY KEY (name(42))";
  Columns qos = created({{"id", "int NOT NULL AUTO_INCREMENT", digit0},
                         {"name", "tinytext NOT NULL", name0},
                         {"description", text_null, text},
                         {"flags", int_zero, zero},
                         {"grace_time", "int unsigned DEFAULT NULL", unset32_null},
                         {"priority", "int unsigned DEFAULT 0", small},
                         {"preempt", "text NOT NULL DEFAULT ''", empty},
                         {"usage_factor", "double NOT NULL DEFAULT 1.0", real},
                         {"usage_thres", "double DEFAULT NULL", null},
                         {"limit_factor", "double DEFAULT NULL", real}});
  for (const char* what : {"max_tres_pa", "max_tres_pj", "max_tres_pn", "max_tres_pu",
                           "max_tres_mins_pj", "max_tres_run_mins_pa", "max_tres_run_mins_pu",
                           "min_tres_pj", "grp_tres", "grp_tres_mins", "grp_tres_run_mins"}) {
    qos.push_back({what, text_empty, tres});
  }
  for (const char* what :
       {"max_jobs_pa", "max_jobs_per_user", "max_jobs_accrue_pa", "max_jobs_accrue_pu",
        "min_prio_thresh", "max_submit_jobs_pa", "max_submit_jobs_per_user",
        "max_wall_duration_per_job", "grp_jobs", "grp_jobs_accrue", "grp_submit_jobs", "grp_wall",
        "preempt_mode", "preempt_exempt_time"}) {
    qos.push_back({what, "int DEFAULT NULL", null});
  }

  return {
      {"acct_coord_table",
       created({{"acct", "tinytext NOT NULL", account}, {"user", "tinytext NOT NULL", name0}}),
       {"PRIMARY KEY (acct(42), user(42))", "KEY user (user(42))"},
       {20, 1, 1}},
      {"acct_table",
       created({{"name", "tinytext NOT NULL", name0},
                {"description", "text NOT NULL", text},
                {"organization", "text NOT NULL", word}}),
       {by_name},
       {20, 1, 1}},
      {"tres_table",
       {{"creation_time", big_key, epoch},
        {"deleted", "tinyint NOT NULL DEFAULT 0", zero},
        {"id", "int NOT NULL AUTO_INCREMENT", digit0},
        {"type", "tinytext NOT NULL", name0},
        {"name", name_empty, word}},
       {"PRIMARY KEY (id)", "UNIQUE KEY udex (type(42), name(42))"},
       {tres_kinds, 1, 1},
       "AUTO_INCREMENT=1001"},
      {"cluster_table",
       created({{"name", "tinytext NOT NULL", name0},
                {"id", "smallint unsigned DEFAULT NULL", digit0},
                {"control_host", name_empty, word},
                {"control_port", int_zero, zero},
                {"rpc_version", "smallint unsigned NOT NULL DEFAULT 0", small},
                {"flags", "int unsigned DEFAULT 0", unset32},
                {"federation", "tinytext NOT NULL", empty},
                {"features", text_empty, empty}}),
       {by_name},
       {options.clusters, 1, 1}},
      {"clus_res_table",
       created({{"cluster", "tinytext NOT NULL", name0},
                {"res_id", "int NOT NULL", digit0},
                {"allowed", "int unsigned DEFAULT 0", unset32}}),
       {"PRIMARY KEY (res_id, cluster(42))"},
       {options.clusters, 1, 1}},
      {"convert_version_table",
       {{"mod_time", big_zero, epoch}, {"version", "int DEFAULT 0", small}},
       {"PRIMARY KEY (version)"},
       {1, 1, 1}},
      {"federation_table",
       created({{"name", "tinytext NOT NULL", name0}, {"flags", "int unsigned DEFAULT 0", zero}}),
       {by_name},
       {2, 1, 1}},
      {"qos_table", std::move(qos), {"PRIMARY KEY (id)", "UNIQUE KEY udex (name(42))"}, {6, 1, 1}},
      {"res_table",
       created({{"id", "int NOT NULL AUTO_INCREMENT", digit0},
                {"name", "tinytext NOT NULL", name0},
                {"description", text_null, null},
                {"manager", "tinytext NOT NULL", word},
                {"server", "tinytext NOT NULL", word},
                {"count", "int unsigned DEFAULT 0", count},
                {"type", "int unsigned DEFAULT 0", one},
                {"flags", "int unsigned DEFAULT 0", zero}}),
       {"PRIMARY KEY (id)", "UNIQUE KEY udex (name(42), server(42), type)"},
       {5, 1, 1}},
      {"txn_table",
       {{"id", "int NOT NULL AUTO_INCREMENT", digit0},
        {"timestamp", big_zero, epoch},
        {"action", "smallint NOT NULL", small},
        {"name", "text NOT NULL", text},
        {"actor", "tinytext NOT NULL", user},
        {"cluster", name_empty, empty},
        {"info", "blob", bitmap}},
       {"PRIMARY KEY (id)", "KEY archive_purge (timestamp, cluster(42))"},
       {std::max<std::uint64_t>(1, options.jobs / 10), 1, 1}},
      {"user_table",
       created({{"name", "tinytext NOT NULL", name0},
                {"admin_level", "smallint NOT NULL DEFAULT 1", one}}),
       {by_name},
       {40, 1, 1}},
      {"table_defs_table",
       {{"creation_time", big_key, epoch},
        {"mod_time", big_zero, epoch},
        {"table_name", "text NOT NULL", name0},
        {"definition", "text NOT NULL", text}},
       {"PRIMARY KEY (table_name(50))"},
       {30, 1, 1}},
  };
}

}  // namespace millrace
