#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/farmgen/farm_plan.h"
#include "tools/farmgen/load_text.h"
#include "tools/farmgen/profiles.h"
#include "tools/farmgen/prose.h"

namespace millrace {

// What a render farm of the Qube 6 era stores. The operational tables' DDL was never published: the
// columns are those of the object model, the values those of published job dumps, traps included:
// unset times are 946702800, unset numbers -1, unset strings empty, blobs are s-expressions.
// The warehouse's DDL was published.

/// The status words, and the numbers by which tables hold them.
struct QubeStatus {
  std::string_view word;
  int number;
};

/// A job's outcome and times, on which all its rows agree.
struct QubeJob {
  std::uint64_t id = 0;
  QubeStatus status{};
  std::int64_t submitted = 0;  // seconds since 1970
  std::int64_t started = 0;    // QubeFarm::unset_time if it never was
  std::int64_t completed = 0;  // QubeFarm::unset_time if it is not
};

/// The rows of the farm's operational tables. The same whichever layout holds them.
///
/// Threads: any.
class QubeFarm {
 public:
  static constexpr std::int64_t unset_time = 946'702'800;      // midnight of 2000-01-01, UTC-5
  static constexpr std::int64_t first_submit = 1'420'070'400;  // 2015-01-01 00:00:00 UTC
  static constexpr std::int64_t seconds_between_jobs = 300;

  explicit QubeFarm(const FarmOptions& options);

  /// Job ids are [1, jobs].
  std::uint64_t jobs() const noexcept { return options_.jobs; }
  std::uint64_t hosts() const noexcept { return hosts_; }
  std::uint64_t frames_of(std::uint64_t id) const noexcept;
  std::uint64_t subjobs_of(std::uint64_t id) const noexcept;
  std::uint64_t callbacks_of(std::uint64_t id) const noexcept { return 1 + id % 3; }
  std::uint64_t events_of(std::uint64_t id) const noexcept { return 3 + 2 * subjobs_of(id); }

  QubeJob job(std::uint64_t id) const;
  std::string job_name(std::uint64_t id) const;

  // Each of these writes one row; `ordinal` counts a job's rows of that table from 0, and `key` is
  // the row's number in its table from 1.
  void write_job(std::uint64_t id, LoadText& out) const;
  void write_subjob(std::uint64_t id, std::uint64_t ordinal, LoadText& out) const;
  void write_work(std::uint64_t id, std::uint64_t ordinal, LoadText& out) const;
  void write_callback(std::uint64_t id, std::uint64_t ordinal, std::uint64_t key,
                      LoadText& out) const;
  void write_event(std::uint64_t id, std::uint64_t ordinal, std::uint64_t key, LoadText& out) const;
  void write_host(std::uint64_t number, LoadText& out) const;

  const FarmOptions& options() const noexcept { return options_; }

 private:
  std::string host_name(std::uint64_t number) const;
  std::string host_address(std::uint64_t number) const;

  FarmOptions options_;
  std::uint64_t hosts_;
  Prose prose_;
};

TableShape qube_job_shape();
/// The other tables' keys begin with the job's id, unless the table is one job's own.
TableShape qube_subjob_shape();
TableShape qube_work_shape();
TableShape qube_callback_shape();
TableShape qube_event_shape();
TableShape qube_host_shape();

/// Add the star schema that keeps what became of jobs.
void add_qube_warehouse(const std::shared_ptr<const QubeFarm>& farm, FarmPlan& plan);

}  // namespace millrace
