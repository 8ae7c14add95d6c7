#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "io/endpoint.h"
#include "io/error.h"
#include "tools/farmgen/farm_loader.h"
#include "tools/farmgen/profiles.h"

namespace millrace {
namespace {

struct Request {
  std::string source;
  std::string profile;
  std::string database;
  FarmOptions farm;
  FillOptions fill;
};

std::string profile_list() {
  std::string list = "Profiles, and the options that each takes:\n";
  for (const FarmProfile& profile : farm_profiles()) {
    list += fmt::format("  {:<8} {}\n          ", profile.name, profile.purpose);
    for (const std::string_view option : profile.options) list += fmt::format(" {}", option);
    list += '\n';
  }
  return list +
         "\nExample: farmgen --source mysql://root@localhost:3306/ --profile qube --jobs 1000\n";
}

void add_options(CLI::App& app, Request& request) {
  FillOptions& fill = request.fill;
  FarmOptions& farm = request.farm;
  app.add_option("--source", request.source, "the server to fill, with its password or MYSQL_PWD")
      ->option_text("mysql://user@host:port/ REQUIRED")
      ->required();
  app.add_option("--profile", request.profile, "what to make, see below")
      ->option_text("NAME REQUIRED")
      ->required();
  app.add_option("--seed", farm.seed, "same seed, same data")
      ->option_text("N")
      ->capture_default_str();
  app.add_option("--connections", fill.connections, "sessions that load at the same time")
      ->check(CLI::Range(1, 64))
      ->option_text("N");
  app.add_flag(
      "--drop", fill.drop,
      "replace databases of the same names; profile qube removes every <number>qube first");
  app.add_flag("--binlog", fill.keep_binlog, "write the rows to the binary log as well");
  app.add_option("--engine", farm.engine, "InnoDB (default) or MyISAM")
      ->transform(CLI::IsMember({"InnoDB", "MyISAM"}, CLI::ignore_case))
      ->option_text("ENGINE");
}

void add_profile_options(CLI::App& app, Request& request) {
  FarmOptions& farm = request.farm;
  constexpr std::uint64_t most = 100'000'000;
  const auto count = [&](const std::string& name, std::uint64_t& value, const std::string& text) {
    return app.add_option(name, value, text)
        ->check(CLI::Range(std::uint64_t{1}, most))
        ->option_text("N")
        ->group("What the profiles take");
  };
  count("--jobs", farm.jobs, "jobs of the farm, or of each cluster (1000)");
  count("--frames", farm.frames, "frames of each job (100)");
  count("--skew", farm.skew, "this many jobs have --skew-frames instead (0)");
  count("--skew-frames", farm.skew_frames, "frames of a skewed job (100000)");
  count("--jobs-per-db", farm.jobs_per_database, "jobs of each <n>qube database (256)");
  app.add_option_function<std::string>(
         "--layout",
         [&farm](const std::string& name) {
           farm.layout = name == "per-job" ? FarmLayout::per_job : FarmLayout::shared;
         },
         "tables that jobs share (default), or tables for each job")
      ->check(CLI::IsMember({"shared", "per-job"}))
      ->option_text("shared|per-job")
      ->group("What the profiles take");
  count("--hosts", farm.hosts, "hosts of the farm (one for each four jobs)");
  count("--facts", farm.facts, "warehouse rows (ten for each job)");
  count("--clusters", farm.clusters, "clusters of an accounting database (2)");
  count("--steps", farm.steps, "steps of each of its jobs (3)");
  app.add_flag("--beyond", farm.beyond, "unsigned values past the target's narrower types")
      ->group("What the profiles take");
  app.add_option("--database", request.database, "the database's name (the profile's own)")
      ->option_text("NAME")
      ->group("What the profiles take");
  count("--rows", farm.rows, "rows of each table (as the profile says)");
  count("--row-bytes", farm.row_bytes, "bytes of a row, about (1024)");
  count("--tables", farm.tables, "number of tables (2000)");
  app.add_option("--scale", farm.scale, "size, as TPC-H counts it (1)")
      ->check(CLI::Range(0.001, 300.0))
      ->option_text("X")
      ->group("What the profiles take");
}

const FarmProfile& find_profile(const std::string& name) {
  const auto profiles = farm_profiles();
  const auto found = std::ranges::find(profiles, name, &FarmProfile::name);
  if (found == profiles.end()) {
    throw Error(ErrorKind::bad_request, fmt::format("no profile is called {}", name), {},
                "farmgen --help lists the profiles");
  }
  return *found;
}

/// Refuse an option that the profile would not read.
void check_options(const CLI::App& app, const FarmProfile& profile) {
  for (const FarmProfile& other : farm_profiles()) {
    for (const std::string_view option : other.options) {
      const bool is_known = std::ranges::find(profile.options, option) != profile.options.end();
      if (is_known || app.count(std::string(option)) == 0) continue;
      throw Error(ErrorKind::bad_request,
                  fmt::format("profile {} does not take {}", profile.name, option), {},
                  "farmgen --help lists the options of each profile");
    }
  }
}

/// Give the one database of a plan another name.
void rename_database(FarmPlan& plan, const std::string& name) {
  plan.databases = {name};
  for (PlannedTable& table : plan.tables) table.database = name;
}

Endpoint source_of(const Request& request) {
  Endpoint endpoint = parse_endpoint(request.source, Side::source);
  const char* const password = std::getenv("MYSQL_PWD");
  if (!endpoint.has_password && password) {
    endpoint.password = password;
    endpoint.has_password = true;
  }
  return endpoint;
}

void print_report(const FarmProfile& profile, const FarmPlan& plan, const FillReport& report) {
  constexpr std::size_t listed = 8;
  for (std::size_t i = 0; i < std::min(listed, plan.databases.size()); ++i) {
    std::size_t tables = 0;
    std::uint64_t rows = 0;
    for (const PlannedTable& table : plan.tables) {
      if (table.database != plan.databases[i]) continue;
      ++tables;
      rows += table.rows;
    }
    fmt::print("  {:<16} {:>8} tables {:>12} rows\n", plan.databases[i], tables, rows);
  }
  if (plan.databases.size() > listed) {
    fmt::print("  and {} more databases\n", plan.databases.size() - listed);
  }
  const double seconds = report.seconds.count();
  fmt::print(
      "farmgen: {} on {}: {} databases, {} tables, {} rows, {:.1f} MB in {:.2f} s "
      "({:.0f} rows/s, {:.1f} MB/s)\n",
      profile.name, report.server_version, report.databases, report.tables, report.rows,
      static_cast<double>(report.bytes) / 1e6, seconds, static_cast<double>(report.rows) / seconds,
      static_cast<double>(report.bytes) / 1e6 / seconds);
}

int make_farm(int argc, char** argv) {
  Request request;
  CLI::App app("Fill a MySQL or MariaDB server with made-up data, the same for the same seed.");
  app.footer(profile_list());
  app.set_help_flag("--help,-h", "show this");
  add_options(app, request);
  add_profile_options(app, request);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorKind::bad_request, error.what(), {}, "farmgen --help");
  }

  const FarmProfile& profile = find_profile(request.profile);
  check_options(app, profile);
  const Endpoint endpoint = source_of(request);
  FarmPlan plan = profile.plan(request.farm);
  if (!request.database.empty()) rename_database(plan, request.database);
  print_report(profile, plan, fill_farm(plan, endpoint, request.fill));
  return 0;
}

}  // namespace
}  // namespace millrace

int main(int argc, char** argv) {
  try {
    return millrace::make_farm(argc, argv);
  } catch (const millrace::Error& error) {
    fmt::print(stderr, "farmgen: {}\n", error.what());
    if (!error.hint().empty()) fmt::print(stderr, "  hint: {}\n", error.hint());
    return millrace::exit_code(error.kind());
  } catch (const std::exception& error) {
    fmt::print(stderr, "farmgen: {}\n", error.what());
    return millrace::exit_code(millrace::ErrorKind::internal);
  }
}
