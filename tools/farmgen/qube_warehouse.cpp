#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "tools/farmgen/qube_farm.h"
#include "tools/farmgen/random.h"

// The data warehouse: job_fact, its dimensions, time_dim and jobstatus_dim, by their published DDL.

namespace millrace {
namespace {

constexpr std::int64_t time_step = 300;  // seconds between the rows of time_dim
constexpr std::uint64_t facts_per_job = 10;

// The last key of a dimension whose key fits a signed 16-bit integer, and an unsigned one.
constexpr std::uint64_t smallint_max = std::numeric_limits<std::int16_t>::max();
constexpr std::uint64_t smallint_unsigned_max = std::numeric_limits<std::uint16_t>::max();

struct Dimension {
  std::string_view name;
  std::uint64_t members;
  bool always_set;  // else now and then NULL
};
constexpr std::array<Dimension, 15> dimensions = {{{"user", 60, true},
                                                   {"cluster", 12, true},
                                                   {"account", 20, true},
                                                   {"kind", 15, true},
                                                   {"prototype", 10, true},
                                                   {"prod_show", 30, false},
                                                   {"prod_shot", 2000, false},
                                                   {"prod_seq", 200, false},
                                                   {"prod_client", 8, false},
                                                   {"prod_dept", 12, false},
                                                   {"prod_custom1", 5, false},
                                                   {"prod_custom2", 5, false},
                                                   {"prod_custom3", 5, false},
                                                   {"prod_custom4", 5, false},
                                                   {"prod_custom5", 5, false}}};

struct StatusRow {
  std::uint64_t key;
  QubeStatus status;
};
constexpr std::array<StatusRow, 13> status_rows = {{{1, {"complete", 16}},
                                                    {2, {"failed", 32}},
                                                    {3, {"killed", 48}},
                                                    {4, {"dying", 261}},
                                                    {5, {"exiting", 262}},
                                                    {6, {"registering", 265}},
                                                    {7, {"blocked", 272}},
                                                    {8, {"waiting", 288}},
                                                    {9, {"suspended", 304}},
                                                    {10, {"pending", 320}},
                                                    {11, {"waiting", 323}},
                                                    {12, {"badlogin", 325}},
                                                    {13, {"running", 336}}}};

constexpr std::array<std::string_view, 12> months = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

std::uint64_t status_key(const QubeStatus& status) {
  const auto* row = std::ranges::find_if(
      status_rows, [&](const StatusRow& r) { return r.status.number == status.number; });
  return row->key;
}

PlannedTable warehouse_table(std::string name, std::string columns, std::vector<std::string> keys,
                             std::uint64_t rows, std::uint64_t bytes_per_row) {
  auto shape = std::make_shared<TableShape>();
  shape->columns = std::move(columns);
  shape->keys = std::move(keys);
  PlannedTable table;
  table.database = "pfx_dw";
  table.name = std::move(name);
  table.shape = std::move(shape);
  table.units = table.rows = rows;
  table.bytes_per_unit = bytes_per_row;
  return table;
}

/// The key of the edge row that every dimension ends with.
std::uint64_t edge_key(const QubeFarm& farm) {
  return farm.options().beyond ? smallint_unsigned_max : smallint_max;
}

void add_dimensions(const std::shared_ptr<const QubeFarm>& farm, FarmPlan& plan) {
  for (const Dimension& dimension : dimensions) {
    PlannedTable table = warehouse_table(
        fmt::format("{}_dim", dimension.name),
        fmt::format("{0}_sk smallint(5) unsigned NOT NULL AUTO_INCREMENT, name varchar(255) NOT "
                    "NULL, PRIMARY KEY ({0}_sk)",
                    dimension.name),
        {"UNIQUE KEY name (name)"}, dimension.members + 1, 24);
    table.write_unit = [farm, dimension](std::uint64_t unit, LoadText& out) {
      const bool is_edge = unit == dimension.members;
      out.natural(is_edge ? edge_key(*farm) : unit + 1);
      out.plain(unit == 0 ? std::string() : fmt::format("{} {}", dimension.name, unit)).end_row();
    };
    plan.tables.push_back(std::move(table));
  }
}

void add_status_dimension(FarmPlan& plan) {
  PlannedTable table =
      warehouse_table("jobstatus_dim",
                      R"(jobstatus_sk int(11) NOT NULL, status_int int(11) NOT NULL,
        status_char varchar(16) NOT NULL, effective_date date NOT NULL,
        expiry_date date NOT NULL, PRIMARY KEY (jobstatus_sk))",
                      {}, status_rows.size(), 48);
  table.write_unit = [](std::uint64_t unit, LoadText& out) {
    const StatusRow& row = status_rows[unit];
    out.natural(row.key).integer(row.status.number).plain(row.status.word);
    out.plain("1999-12-31").plain("9999-12-31").end_row();
  };
  plan.tables.push_back(std::move(table));
}

void add_time_dimension(std::uint64_t facts, FarmPlan& plan) {
  const std::int64_t end = QubeFarm::first_submit +
                           static_cast<std::int64_t>(facts + 1) * QubeFarm::seconds_between_jobs;
  const auto rows = static_cast<std::uint64_t>((end - QubeFarm::first_submit) / time_step + 1);
  PlannedTable table = warehouse_table("time_dim",
                                       R"(time_sk int(11) NOT NULL, date_time datetime NOT NULL,
        hour tinyint(4) NOT NULL, date date NOT NULL, dow tinyint(4) NOT NULL,
        month_name varchar(9) NOT NULL, month tinyint(4) NOT NULL, year year(4) NOT NULL,
        PRIMARY KEY (time_sk))",
                                       {"KEY date_time (date_time)"}, rows, 64);
  table.write_unit = [](std::uint64_t unit, LoadText& out) {
    using namespace std::chrono;
    const std::int64_t time = QubeFarm::first_submit + static_cast<std::int64_t>(unit) * time_step;
    const sys_days day = floor<days>(sys_seconds{seconds{time}});
    const year_month_day date{day};
    const auto month = static_cast<unsigned>(date.month());
    out.integer(time).datetime(time).integer(time / 3600 % 24);
    out.date(day.time_since_epoch().count()).natural(weekday{day}.c_encoding());
    out.plain(months[month - 1]).natural(month).integer(static_cast<int>(date.year())).end_row();
  };
  plan.tables.push_back(std::move(table));
}

void write_dimension_keys(const QubeFarm& farm, Random& random, LoadText& out) {
  for (const Dimension& dimension : dimensions) {
    if (!dimension.always_set && random.one_in(5)) {
      out.null();
    } else {
      out.natural(random.one_in(500) ? edge_key(farm) : 1 + random.below(dimension.members));
    }
  }
}

void write_fact(const QubeFarm& farm, std::uint64_t unit, LoadText& out) {
  const std::uint64_t id = unit + 1;
  const QubeJob job = farm.job(id);
  Random random(farm.options().seed, stream_of("pfx_dw.job_fact"), id);
  out.integer(job.submitted / time_step * time_step).natural(id).text(farm.job_name(id));
  out.natural(random.below(10'000));
  out.integer(job.submitted).integer(job.started).integer(job.completed);
  out.natural(status_key(job.status));
  write_dimension_keys(farm, random, out);

  const bool was_started = job.started != QubeFarm::unset_time;
  const std::int64_t most = farm.options().beyond ? std::numeric_limits<std::uint32_t>::max()
                                                  : std::numeric_limits<std::int32_t>::max();
  const std::int64_t seconds = was_started ? random.between(1, 40'000) : 0;
  out.natural(1 + random.below(32));
  out.integer(random.one_in(1'000) ? most : seconds * random.between(1, 32));
  out.natural(farm.frames_of(id));
  out.integer(seconds / 3).integer(seconds).integer(seconds / 2);
  if (was_started) {
    const std::uint64_t memory = random.below(std::uint64_t{1} << 36);
    const std::uint64_t edge = farm.options().beyond
                                   ? std::numeric_limits<std::uint64_t>::max()
                                   : std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    out.natural(random.one_in(1'000) ? edge : memory).natural(memory / 2).natural(memory / 10);
  } else {
    out.null().null().null();
  }
  out.end_row();
}

void add_facts(const std::shared_ptr<const QubeFarm>& farm, std::uint64_t facts, FarmPlan& plan) {
  std::string columns = R"(
    time_sk int(11) NOT NULL,
    job_id int(11) DEFAULT NULL,
    job_name varchar(255) DEFAULT NULL,
    job_priority int(11) DEFAULT NULL,
    job_timesubmit int(11) DEFAULT NULL,
    job_timestart int(11) DEFAULT NULL,
    job_timecomplete int(11) DEFAULT NULL,
    jobstatus_sk int(11) DEFAULT NULL,)";
  for (const Dimension& dimension : dimensions) {
    columns += fmt::format("\n    {}_sk smallint(5) unsigned DEFAULT NULL,", dimension.name);
  }
  columns += R"(
    cpu_count int(10) unsigned NOT NULL,
    cpu_seconds int(10) unsigned NOT NULL,
    work_count int(10) unsigned NOT NULL,
    worktime_min int(10) unsigned NOT NULL,
    worktime_max int(10) unsigned NOT NULL,
    worktime_avg int(10) unsigned NOT NULL,
    mem_max bigint(20) unsigned DEFAULT NULL,
    mem_avg bigint(20) unsigned DEFAULT NULL,
    mem_stddev bigint(20) unsigned DEFAULT NULL)";
  PlannedTable table =
      warehouse_table("job_fact", std::move(columns),
                      {"UNIQUE KEY job_id (job_id)", "KEY time_sk (time_sk)"}, facts, 190);
  table.write_unit = [farm](std::uint64_t unit, LoadText& out) { write_fact(*farm, unit, out); };
  plan.tables.push_back(std::move(table));
}

}  // namespace

void add_qube_warehouse(const std::shared_ptr<const QubeFarm>& farm, FarmPlan& plan) {
  const FarmOptions& options = farm->options();
  const std::uint64_t facts = options.facts ? options.facts : options.jobs * facts_per_job;
  plan.databases.push_back("pfx_dw");
  add_status_dimension(plan);
  add_dimensions(farm, plan);
  add_time_dimension(facts, plan);
  add_facts(farm, facts, plan);
}

}  // namespace millrace
