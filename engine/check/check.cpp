#include "engine/check/check.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <memory>

#include <fmt/format.h>

#include "engine/check/connection_checks.h"
#include "engine/check/gates.h"
#include "engine/check/key_scan.h"
#include "engine/check/moved_tables.h"
#include "engine/check/privilege_checks.h"
#include "engine/check/source_checks.h"
#include "engine/check/source_grants.h"
#include "engine/check/table_probe.h"
#include "engine/check/target_checks.h"
#include "engine/check/target_privileges.h"
#include "engine/check/value_scan.h"
#include "engine/ledger_schema.h"
#include "engine/name_list.h"
#include "engine/open_sessions.h"
#include "engine/source_state.h"
#include "engine/target_requirements.h"
#include "io/error.h"
#include "io/mysql/server_facts.h"
#include "io/postgres/load_facts.h"
#include "io/postgres/unique_keys.h"

namespace millrace {
namespace {

using Clock = std::chrono::steady_clock;

/// The median of a few.
template <class Ask>
double round_trip_ms(Ask ask) {
  std::array<double, 7> times{};
  for (double& time : times) {
    const auto begin = Clock::now();
    ask();
    time = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  }
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  return times[times.size() / 2];
}

/// The server's clock less ours, in seconds: its answer against the middle of the round trip.
template <class Ask>
double clock_against_ours(Ask ask) {
  const auto now = [] {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  const double before = now();
  const double theirs = std::stod(ask());
  return theirs - (before + now()) / 2;
}

LinkFacts read_link(mysql::Connection& source, const mysql::ServerFacts& facts,
                    const Endpoint& endpoint) {
  LinkFacts link;
  const mysql::ServerVersion& version = source.version();
  link.server = (version.mariadb ? "MariaDB " : "MySQL ") + version.text;
  link.round_trip_ms = round_trip_ms([&] { source.query("SELECT 1"); });
  if (!facts.tls_cipher.empty()) link.tls = facts.tls_version + ", " + facts.tls_cipher;
  link.on_this_machine = is_on_this_machine(endpoint);
  link.clock_s = clock_against_ours(
      [&] { return source.query("SELECT UNIX_TIMESTAMP(NOW(6))").at(0).at(0).text; });
  return link;
}

LinkFacts read_link(postgres::Connection& target, const postgres::LoadFacts& facts,
                    const std::string& version, const Endpoint& endpoint) {
  LinkFacts link;
  link.server = "PostgreSQL " + version;
  link.round_trip_ms = round_trip_ms([&] { target.query("SELECT 1"); });
  if (!facts.tls_version.empty()) link.tls = facts.tls_version + ", " + facts.tls_cipher;
  link.on_this_machine = is_on_this_machine(endpoint);
  link.clock_s = clock_against_ours([&] {
    return target.query("SELECT extract(epoch FROM clock_timestamp())").at(0).at(0).text;
  });
  return link;
}

bool builds_keys(const Job& job) { return !job.skip_keys && job.scope != Scope::data_only; }

/// `moved`: the runs that moved all of the plan's tables from this source, if they did.
Findings check_standing(const Preparation& preparation, const std::optional<MovedTables>& moved) {
  constexpr std::string_view family = "target";
  if (preparation.in_the_way.empty()) {
    return {{Verdict::ok, family, "in the way", "nothing is in the way", {}}};
  }
  if (moved) {
    return {{Verdict::warn, family, "in the way",
             fmt::format("the tables were moved already: run {} ended complete at {}", moved->run,
                         moved->ended_at),
             "to move them again --if-exists drop, truncate or append; to compare them millrace "
             "verify"}};
  }
  return {{Verdict::fail, family, "in the way",
           "what would be made stands there already: " + name_list(preparation.in_the_way, 20),
           "--if-exists drop, truncate or append; or --schema-map, or --exclude"}};
}

/// Why the load may take less of the disk than its tables do; empty where it takes all of that.
std::string_view disk_spared(const Preparation& preparation) {
  if (preparation.resumed) return "less will do, since some of it is stored already";
  if (!preparation.to_drop.empty() || !preparation.to_truncate.empty()) {
    return "less will do, since what is dropped or truncated makes room first";
  }
  if (tables_filtered(preparation) != 0) {
    return "less will do, since the job's filters keep rows back";
  }
  return {};
}

/// What the target is, and what the load meets there.
Findings check_target(const Job& job, const Preparation& preparation,
                      const postgres::LoadFacts& facts, const Footprint& print) {
  Findings findings = check_load_settings(facts, print, disk_spared(preparation));
  append(findings,
         check_extensions(preparation.target.has_postgis,
                          job.types.geometry == GeometryChoice::bytea, preparation.catalog));
  const postgres::ServerFacts& target = preparation.target;
  const int spare = target.max_connections - target.reserved_connections - target.used_connections;
  append(findings, check_connections(preparation.sizing.writers + preparation.sizing.builders,
                                     static_cast<unsigned>(std::max(spare, 0)),
                                     static_cast<unsigned>(std::max(target.max_connections, 0))));
  return findings;
}

std::vector<mysql::Connection> open_readers(const Job& job, const Preparation& preparation) {
  return open_sessions<mysql::Connection>(
      preparation.sizing.readers, [&](std::size_t) { return mysql::Connection(job.source); });
}

Findings scan_keys(const Job& job, const Preparation& preparation, postgres::Connection& target,
                   std::vector<mysql::Connection>& readers, StopRequest& stop) {
  std::vector<KeyQuestion> questions;
  if (builds_keys(job)) {
    questions = orphan_questions(preparation.work, job.scan);
    std::ranges::move(folded_key_questions(preparation.work, job.scan),
                      std::back_inserter(questions));
  }
  const auto keys = postgres::read_unique_keys(target, preparation.translation.schemas);
  for (KeyQuestion& question : duplicate_questions(preparation.work, keys, job.scan)) {
    questions.push_back(std::move(question));
  }
  std::ranges::move(equal_value_questions(preparation.work, job.scan),
                    std::back_inserter(questions));
  return ask_keys(readers, questions, stop);
}

/// Where a step that could not be made is told.
std::string_view family_of(std::string_view step) noexcept {
  if (step == "plan" || step == "rates") return "target";
  if (step == "tables" || step == "ledger") return "privileges";
  if (step == "readers") return "source";
  if (step == "values" || step == "gates") return step;
  return "connection";
}

/// One call of `millrace check`: every step that can be made is made, whatever failed before.
class Inspection {
 public:
  Inspection(const Job& job, StopRequest& stop) : job_(job), stop_(stop) {
    report_.source = job.source.masked();
    report_.target = job.target.masked();
  }

  CheckReport run() {
    try_to("source", [&] { source_ = std::make_unique<mysql::Connection>(job_.source); });
    try_to("target", [&] {
      target_ = std::make_unique<postgres::Connection>(job_.target, "millrace check");
    });
    const StopRequest::Waker waker(stop_, [this] {
      if (source_) source_->cut();
      if (target_) target_->cancel();
    });
    if (source_) try_to("source", [&] { look_at_source(); });
    if (target_) try_to("target", [&] { look_at_target(); });
    if (source_link_ && target_link_) add(check_clocks(*source_link_, *target_link_));
    bool planned = false;
    std::optional<bool> gates_pass;
    if (source_link_ || target_link_) {
      try_to("gates", [&] { gates_pass = look_at_gates(); });
    }
    if (source_link_ && target_link_) {
      planned = try_to("plan", [&] { prepare(job_, *source_, *target_, preparation_); });
      if (planned) look_at_plan();
    }
    try_to("steps", [&] {
      report_.steps = look_at_steps(job_.steps, {.source = source_link_ ? source_.get() : nullptr,
                                                 .target = target_link_ ? target_.get() : nullptr,
                                                 .gates_pass = gates_pass,
                                                 .work = planned ? &preparation_.work : nullptr});
    });
    return std::move(report_);
  }

 private:
  void add(Findings findings) { append(report_.findings, std::move(findings)); }

  void add(std::string_view subject, const Error& error) {
    for (const Finding& finding : report_.findings) {
      if (finding.verdict == Verdict::fail && finding.message == error.message()) return;
    }
    report_.findings.push_back(
        {Verdict::fail, family_of(subject), subject, error.message(), error.hint()});
  }

  /// Take a step; what stops it is a finding, and the next step is taken all the same.
  template <class Body>
  bool try_to(std::string_view subject, Body&& body) {
    stop_.check();
    try {
      body();
      return true;
    } catch (const Error& error) {
      stop_.check();  // a session that was cut says that it was lost
      if (error.kind() == ErrorKind::cancelled || error.kind() == ErrorKind::internal) throw;
      add(subject, error);
      return false;
    }
  }

  void look_at_source() {
    source_facts_ = mysql::read_server_facts(*source_);
    source_link_ = read_link(*source_, source_facts_, job_.source);
    add(check_link(Side::source, *source_link_));
  }

  void look_at_target() {
    require_supported_version(target_->server_version());
    const postgres::ServerFacts facts = postgres::read_server_facts(*target_);
    load_facts_ = postgres::read_load_facts(*target_, is_on_this_machine(job_.target));
    target_link_ = read_link(*target_, load_facts_, facts.version_text, job_.target);
    add(check_link(Side::target, *target_link_));
    for (const Error& unmet : unmet_requirements(facts)) add("plan", unmet);
  }

  /// Whether they pass, if that can be told: one that fails does, the rest must all be asked.
  std::optional<bool> look_at_gates() {
    Findings gates = check_gates(job_, source_link_ ? source_.get() : nullptr,
                                 target_link_ ? target_.get() : nullptr);
    const bool fails = worst_of(gates) == Verdict::fail;
    const bool all_asked = gates.size() == job_.gates.size();
    add(std::move(gates));
    if (fails) return false;
    return all_asked ? std::optional(true) : std::nullopt;
  }

  void look_at_plan() {
    const SourceGrants grants(source_facts_.grants);
    add(check_source_privileges(job_, source_->version(), grants, preparation_.catalog,
                                {.on = source_facts_.binlog,
                                 .has_replicated_writes = source_facts_.logs_what_it_replicates,
                                 .has_statements = source_facts_.binlog_format != "ROW"}));
    bool readable = false;
    try_to("tables", [&] {
      Findings probed = probe_tables(*source_, preparation_.work, grants, Probe::every_table);
      readable = worst_of(probed) != Verdict::fail;
      add(std::move(probed));
    });
    try_to("tables", [&] {
      add(check_target_privileges(
          job_, preparation_,
          postgres::read_table_privileges(*target_, preparation_.translation.schemas)));
    });
    if (job_.scope != Scope::schema_only) {
      try_to("tables", [&] { add(check_guards(*target_, preparation_)); });
    }
    if (job_.ledger && job_.scope != Scope::schema_only) {
      try_to("ledger", [&] {
        require_ledger_place(*target_, preparation_.target, preparation_.translation.schemas);
        add({{Verdict::ok,
              "privileges",
              "ledger",
              "the run's ledger can be kept in the target",
              {}}});
      });
    }
    add(check_source(source_facts_, preparation_.work, preparation_.sizing.chunk_bytes));
    if (builds_keys(job_)) add({check_loosened_keys(preparation_.work)});
    try_to("ledger", [&] { add(check_standing(preparation_, moved_from_here())); });

    std::vector<mysql::Connection> readers;
    std::optional<ScanResult> scan;
    if (readable && job_.scope != Scope::schema_only) {
      try_to("readers", [&] { readers = open_readers(job_, preparation_); });
    }
    if (!readers.empty() && job_.scan != ScanDepth::none) {
      try_to("values", [&] {
        scan = scan_values(readers, preparation_.work, job_.scan, stop_);
        add(check_values(*scan, preparation_.work, job_.scan));
        add(scan_keys(job_, preparation_, *target_, readers, stop_));
      });
    }
    const Footprint print = footprint_of(
        preparation_.work, scan ? scan->tables : std::vector<SampledRows>(), builds_keys(job_));
    add(check_target(job_, preparation_, load_facts_, print));
    std::optional<RateSample> rates;
    if (!readers.empty() && print.source_bytes > 0) {
      try_to("rates", [&] { rates = measure_rates(job_, preparation_, readers, stop_); });
    }
    report_.estimate = estimate_run(preparation_.work, print, rates, preparation_.sizing,
                                    source_link_->round_trip_ms, load_facts_.max_wal_size_bytes);
  }

  /// The move that the ledger knows of, where it was from this very source.
  std::optional<MovedTables> moved_from_here() {
    if (preparation_.in_the_way.empty()) return std::nullopt;
    std::optional<MovedTables> moved = find_moved_tables(*target_, preparation_.work);
    if (moved && moved->source_identity != read_source_identity(*source_)) moved.reset();
    return moved;
  }

  const Job& job_;
  StopRequest& stop_;
  CheckReport report_;
  std::unique_ptr<mysql::Connection> source_;
  std::unique_ptr<postgres::Connection> target_;
  mysql::ServerFacts source_facts_;
  postgres::LoadFacts load_facts_;
  std::optional<LinkFacts> source_link_, target_link_;
  Preparation preparation_;
};

ErrorKind kind_of(const Finding& finding) {
  if (finding.family == "values") return ErrorKind::bad_data;
  if (finding.subject == "disk") return ErrorKind::exhausted;
  return ErrorKind::bad_request;
}

void refuse_if_failing(const Findings& findings) {
  const Finding* first = nullptr;
  std::string all;
  for (const Finding& finding : findings) {
    if (finding.verdict != Verdict::fail) continue;
    if (first == nullptr) first = &finding;
    all += (all.empty() ? "" : "; ") + finding.message;
  }
  if (first == nullptr) return;
  throw Error(kind_of(*first), "cannot begin the run: " + all, {},
              first->advice + (first->advice.empty() ? "" : "; ") +
                  "millrace check tells more, --skip-check goes on in spite of it");
}

}  // namespace

CheckReport check(const Job& job, StopRequest& stop) { return Inspection(job, stop).run(); }

Findings check_before_run(const Job& job, mysql::Connection& source, postgres::Connection& target,
                          const Preparation& preparation, StopRequest& stop) {
  const mysql::ServerFacts source_facts = mysql::read_server_facts(source);
  const SourceGrants grants(source_facts.grants);
  const postgres::LoadFacts load_facts =
      postgres::read_load_facts(target, is_on_this_machine(job.target));
  Findings findings = check_gates(job, &source, &target);
  append(findings, check_hidden_extras(job, source.version(), grants, preparation.catalog));
  append(findings, probe_tables(source, preparation.work, grants, Probe::doubtful_tables));
  append(findings, check_source(source_facts, preparation.work, preparation.sizing.chunk_bytes));
  std::optional<ScanResult> scan;
  if (job.scan != ScanDepth::none && job.scope != Scope::schema_only &&
      worst_of(findings) != Verdict::fail) {
    std::vector<mysql::Connection> readers = open_readers(job, preparation);
    scan = scan_values(readers, preparation.work, job.scan, stop);
    append(findings, check_values(*scan, preparation.work, job.scan));
    append(findings, scan_keys(job, preparation, target, readers, stop));
  }
  const Footprint print = footprint_of(
      preparation.work, scan ? scan->tables : std::vector<SampledRows>(), builds_keys(job));
  append(findings, check_target(job, preparation, load_facts, print));
  refuse_if_failing(findings);
  std::erase_if(findings, [](const Finding& finding) { return finding.verdict == Verdict::ok; });
  return findings;
}

}  // namespace millrace
