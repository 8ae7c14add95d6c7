#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "engine/job.h"
#include "engine/progress.h"
#include "engine/report.h"

namespace millrace {

/// A flag that anyone may raise (a signal handler's thread, a dashboard) and the engine heeds at
/// once.
class StopRequest;

/// Run `job` to its end. Blocks; the engine's threads live inside.
///
/// Ensures: the report is filled whatever happens, also when it throws.
/// Errors:  Error; its kind says what to do next. The first error of any lane wins.
/// Threads: one call at a time per Progress; `stop` may be raised from any thread.
void migrate(const Job& job, Progress& progress, StopRequest& stop, RunReport& report);

/// What migrate() would do, without writing anything.
struct PlannedTable {
  std::string source;
  std::string target;
  std::string engine;
  std::uint64_t rows_estimate = 0;
  std::uint64_t data_bytes = 0;
  std::uint64_t chunks = 0;
  std::string chunked_by;  // "id (integer)", "partitions", "one stream", "group of small tables"
  std::vector<std::string> columns;  // "qty int(11) -> integer"
};

struct Plan {
  std::string source_version;
  std::string target_version;
  unsigned readers = 0, writers = 0, builders = 0;
  std::uint64_t chunk_bytes = 0, memory_bytes = 0;
  std::string snapshot;              // the method that would be used
  std::uint64_t archive_bytes = 0;   // room that extract would ask for
  std::vector<PlannedTable> tables;  // in the order of the work
  std::vector<std::string> ddl;      // statements in the order they would run
  std::vector<NoteReport> notes;
  std::vector<std::string> in_the_way;
};

Plan plan(const Job& job, StopRequest& stop);

std::string plan_json(const Plan& plan);
std::string plan_text(const Plan& plan, unsigned width);

}  // namespace millrace
