#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "tools/farmgen/profiles.h"
#include "tools/farmgen/qube_farm.h"

namespace millrace {
namespace {

using SharedFarm = std::shared_ptr<const QubeFarm>;
using SharedShape = std::shared_ptr<const TableShape>;

/// A table of which every job has some rows.
struct JobTable {
  std::string_view name;
  SharedShape shape;
  std::uint64_t bytes_per_row;
  std::uint64_t (*rows_of)(const QubeFarm& farm, std::uint64_t id);
  void (*write)(const QubeFarm& farm, std::uint64_t id, std::uint64_t ordinal, std::uint64_t key,
                LoadText& out);
};

SharedShape share(TableShape shape) { return std::make_shared<const TableShape>(std::move(shape)); }

std::array<JobTable, 4> job_tables() {
  using Farm = const QubeFarm&;
  using Number = std::uint64_t;
  return {{
      {"subjob", share(qube_subjob_shape()), 110,
       [](Farm farm, Number id) { return farm.subjobs_of(id); },
       [](Farm farm, Number id, Number ordinal, Number, LoadText& out) {
         farm.write_subjob(id, ordinal, out);
       }},
      {"work", share(qube_work_shape()), 190,
       [](Farm farm, Number id) { return farm.frames_of(id); },
       [](Farm farm, Number id, Number ordinal, Number, LoadText& out) {
         farm.write_work(id, ordinal, out);
       }},
      {"callback", share(qube_callback_shape()), 100,
       [](Farm farm, Number id) { return farm.callbacks_of(id); },
       [](Farm farm, Number id, Number ordinal, Number key, LoadText& out) {
         farm.write_callback(id, ordinal, key, out);
       }},
      {"event", share(qube_event_shape()), 50,
       [](Farm farm, Number id) { return farm.events_of(id); },
       [](Farm farm, Number id, Number ordinal, Number key, LoadText& out) {
         farm.write_event(id, ordinal, key, out);
       }},
  }};
}

/// Where each job's rows begin in a table that jobs [first, first + begins.size() - 1) share.
struct RowMap {
  std::uint64_t first_id = 0;
  std::vector<std::uint64_t> begins;  // one more than jobs; the last is the number of rows
};

RowMap map_rows(const QubeFarm& farm, const JobTable& kind, std::uint64_t first_id,
                std::uint64_t end_id) {
  RowMap map{first_id, {0}};
  for (std::uint64_t id = first_id; id < end_id; ++id) {
    map.begins.push_back(map.begins.back() + kind.rows_of(farm, id));
  }
  return map;
}

PlannedTable shared_table(const SharedFarm& farm, const JobTable& kind, std::string database,
                          std::uint64_t first_id, std::uint64_t end_id) {
  auto map = std::make_shared<const RowMap>(map_rows(*farm, kind, first_id, end_id));
  PlannedTable table;
  table.database = std::move(database);
  table.name = kind.name;
  table.shape = kind.shape;
  table.units = table.rows = map->begins.back();
  table.bytes_per_unit = kind.bytes_per_row;
  table.write_unit = [farm, map, write = kind.write](std::uint64_t unit, LoadText& out) {
    const auto job = static_cast<std::uint64_t>(std::ranges::upper_bound(map->begins, unit) -
                                                map->begins.begin() - 1);
    write(*farm, map->first_id + job, unit - map->begins[job], unit + 1, out);
  };
  return table;
}

PlannedTable own_table(const SharedFarm& farm, const JobTable& kind, std::string database,
                       std::uint64_t id) {
  PlannedTable table;
  table.database = std::move(database);
  table.name = fmt::format("{}{}", id, kind.name);
  table.shape = kind.shape;
  table.units = table.rows = kind.rows_of(*farm, id);
  table.bytes_per_unit = kind.bytes_per_row;
  table.write_unit = [farm, id, write = kind.write](std::uint64_t unit, LoadText& out) {
    write(*farm, id, unit, unit + 1, out);
  };
  return table;
}

PlannedTable job_table(const SharedFarm& farm, std::string database, std::uint64_t first_id,
                       std::uint64_t end_id) {
  static const SharedShape shape = share(qube_job_shape());
  PlannedTable table;
  table.database = std::move(database);
  table.name = "job";
  table.shape = shape;
  table.units = table.rows = end_id - first_id;
  table.bytes_per_unit = 1100;
  table.write_unit = [farm, first_id](std::uint64_t unit, LoadText& out) {
    farm->write_job(first_id + unit, out);
  };
  return table;
}

/// Add the <n>qube databases, each with the jobs [first, end) of its own.
void add_numbered_databases(const SharedFarm& farm, FarmPlan& plan) {
  const FarmOptions& options = farm->options();
  const std::array<JobTable, 4> kinds = job_tables();
  std::uint64_t number = 1;
  for (std::uint64_t first = 1; first <= options.jobs; first += options.jobs_per_database) {
    const std::uint64_t end = std::min(first + options.jobs_per_database, options.jobs + 1);
    const std::string database = fmt::format("{}qube", number++);
    plan.databases.push_back(database);
    plan.tables.push_back(job_table(farm, database, first, end));
    for (const JobTable& kind : kinds) {
      if (options.layout == FarmLayout::shared) {
        plan.tables.push_back(shared_table(farm, kind, database, first, end));
        continue;
      }
      for (std::uint64_t id = first; id < end; ++id) {
        plan.tables.push_back(own_table(farm, kind, database, id));
      }
    }
  }
}

PlannedTable farm_table(std::string name, TableShape shape, std::uint64_t rows,
                        std::uint64_t bytes_per_row) {
  PlannedTable table;
  table.database = "qube";
  table.name = std::move(name);
  table.shape = share(std::move(shape));
  table.units = table.rows = rows;
  table.bytes_per_unit = bytes_per_row;
  return table;
}

/// Add the `qube` database: the schema's version, the hosts, and where each job is.
void add_farm_database(const SharedFarm& farm, FarmPlan& plan) {
  plan.databases.push_back("qube");

  PlannedTable version = farm_table("tableversion", {"version int NOT NULL", {}, {}}, 1, 4);
  version.write_unit = [](std::uint64_t, LoadText& out) { out.natural(37).end_row(); };
  plan.tables.push_back(std::move(version));

  PlannedTable hosts = farm_table("host", qube_host_shape(), farm->hosts(), 180);
  hosts.write_unit = [farm](std::uint64_t unit, LoadText& out) { farm->write_host(unit, out); };
  plan.tables.push_back(std::move(hosts));

  PlannedTable places = farm_table("jobid",
                                   {R"(id int NOT NULL, pgrp int NOT NULL, db int NOT NULL,
        timesubmit int NOT NULL DEFAULT 946702800, PRIMARY KEY (id))",
                                    {"KEY pgrp (pgrp)"},
                                    {}},
                                   farm->jobs(), 24);
  places.write_unit = [farm](std::uint64_t unit, LoadText& out) {
    const std::uint64_t id = unit + 1;
    out.natural(id).natural(id).natural(unit / farm->options().jobs_per_database + 1);
    out.integer(farm->job(id).submitted).end_row();
  };
  plan.tables.push_back(std::move(places));

  // The farm's own callbacks and history: those of no job.
  PlannedTable callbacks = farm_table("callback", qube_callback_shape(), 3, 100);
  callbacks.write_unit = [farm](std::uint64_t unit, LoadText& out) {
    farm->write_callback(0, unit, unit + 1, out);
  };
  plan.tables.push_back(std::move(callbacks));

  PlannedTable events = farm_table("event", qube_event_shape(), farm->hosts(), 50);
  events.write_unit = [](std::uint64_t unit, LoadText& out) {
    out.natural(unit + 1).integer(QubeFarm::first_submit + static_cast<std::int64_t>(unit));
    out.integer(-1).integer(-1).integer(-1).plain("worker registered").end_row();
  };
  plan.tables.push_back(std::move(events));
}

}  // namespace

FarmPlan plan_qube(const FarmOptions& options) {
  const auto farm = std::make_shared<const QubeFarm>(options);
  FarmPlan plan;
  plan.engine = options.engine;
  plan.leftovers = "^[0-9]+qube$";
  add_farm_database(farm, plan);
  add_numbered_databases(farm, plan);
  add_qube_warehouse(farm, plan);
  return plan;
}

}  // namespace millrace
