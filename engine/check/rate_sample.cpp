#include "engine/check/rate_sample.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "engine/open_sessions.h"
#include "io/error.h"
#include "io/mysql/row_stream.h"
#include "io/postgres/ddl.h"

namespace millrace {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds sample_time{1000};
constexpr std::size_t block_bytes = std::size_t{1} << 20;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Encodes rows over and over into the same memory until its time is up.
class Drain {
 public:
  Drain(const TableWork& table, Clock::time_point end) : table_(table), end_(end) {}

  static bool on_row(void* context, const BinaryRowView& row) noexcept {
    return static_cast<Drain*>(context)->add(row);
  }

  std::uint64_t bytes() const noexcept { return bytes_; }
  std::uint64_t rows_in_block() const noexcept { return rows_; }
  std::span<const std::byte> block() const noexcept { return std::span(block_).first(used_); }
  /// Stop as soon as the block is full.
  void fill_once() noexcept { once_ = true; }

 private:
  bool add(const BinaryRowView& row) noexcept {
    const RowOutcome outcome = table_.encoder.encode(row, std::span(block_).subspan(used_));
    if (outcome.status == RowStatus::encoded) {
      used_ += outcome.bytes;
      bytes_ += outcome.bytes;
      ++rows_;
      return true;
    }
    if (outcome.status != RowStatus::no_space) return true;  // rows with faults are not measured
    if (once_) return false;
    if (used_ == 0) return true;  // larger than the block
    used_ = 0;
    rows_ = 0;
    return Clock::now() < end_ && add(row);
  }

  const TableWork& table_;
  Clock::time_point end_;
  std::vector<std::byte> block_ = std::vector<std::byte>(block_bytes);
  std::size_t used_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t rows_ = 0;
  bool once_ = false;
};

/// A table for the sample: the columns' types, and nothing else that would hold up its rows.
TargetTable sample_table(const Preparation& preparation, const TableWork& work,
                         const std::string& schema) {
  TargetTable table;
  table.schema = schema;
  table.name = "sample";
  const TargetTable& whole = work.translated->target;
  const auto add = [&](const TargetColumn& target) {
    // Enum types may not be there yet; their labels travel as text does.
    const bool is_enum =
        std::any_of(preparation.translation.enums.begin(), preparation.translation.enums.end(),
                    [&](const TargetEnum& type) {
                      return target.type == postgres::quote_identifier(type.schema) + "." +
                                                postgres::quote_identifier(type.name);
                    });
    TargetColumn& plain = table.columns.emplace_back();
    plain.name = target.name;
    plain.type = is_enum ? "text" : target.type;
  };
  for (const TranslatedColumn& column : work.translated->columns) add(whole.columns[column.target]);
  // What is the same in every row comes behind them.
  const std::size_t first = whole.columns.size() - work.translated->constants.count;
  for (std::size_t i = first; i < whole.columns.size(); ++i) add(whole.columns[i]);
  return table;
}

struct Written {
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;
  double index_s = 0;
};

/// Fill a table of its own until the time is up, index it, and undo all of it.
Written write_sample(postgres::Connection& session, TargetTable table, const Drain& block,
                     Clock::time_point end, bool with_index) {
  Written written;
  table.schema += "_" + std::to_string(session.backend_pid());
  session.execute("BEGIN");
  session.execute(postgres::create_schema(table.schema));
  session.execute(postgres::create_table(table));
  session.begin_copy(postgres::copy_from_stdin(table));
  while (Clock::now() < end) {
    session.write_copy(block.block());
    written.bytes += block.block().size();
    written.rows += block.rows_in_block();
  }
  session.finish_copy();
  if (with_index) {
    const auto begin = Clock::now();
    session.execute("CREATE INDEX ON " + postgres::quote_qualified(table.schema, table.name) +
                    " (" + postgres::quote_identifier(table.columns.front().name) + ")");
    written.index_s = seconds_since(begin);
  }
  session.rollback();
  return written;
}

const TableWork& largest_table(const WorkPlan& work) {
  return *std::max_element(work.tables.begin(), work.tables.end(),
                           [](const TableWork& a, const TableWork& b) {
                             return a.source->data_bytes < b.source->data_bytes;
                           });
}

}  // namespace

RateSample measure_rates(const Job& job, const Preparation& preparation,
                         std::vector<mysql::Connection>& readers, StopRequest& stop) {
  RateSample sample;
  const TableWork& table = largest_table(preparation.work);
  std::vector<const Chunk*> chunks;
  for (const Chunk& chunk : preparation.work.chunks) {
    if (&preparation.work.tables[chunk.tables.front()] == &table) chunks.push_back(&chunk);
  }
  if (chunks.empty()) chunks.push_back(&preparation.work.chunks.front());
  const auto select_of = [&](std::size_t lane) {
    const Chunk& chunk = *chunks[lane % chunks.size()];
    // A group's chunk has no tail: its tables are read whole.
    const bool own = &preparation.work.tables[chunk.tables.front()] == &table;
    return table.select_of(own ? chunk.member(0) : 0) +
           (chunk.tail.empty() ? table.filter : chunk.tail);
  };

  Drain block(table, Clock::time_point::max());
  block.fill_once();
  {
    mysql::Connection session(job.source);
    bool stopped = false;
    mysql::stream_rows(session, select_of(0), table.encoder.wire_forms(), &Drain::on_row, &block,
                       stopped);
  }
  if (block.block().empty()) return sample;

  std::vector<postgres::Connection> writers;
  if (!preparation.target.may_create_schema) {
    sample.why_not_written = "the role may not create a schema to try it in";
  } else {
    writers = open_sessions<postgres::Connection>(preparation.sizing.writers, [&](std::size_t) {
      return postgres::Connection(job.target, "millrace check");
    });
  }
  const TargetTable target = sample_table(preparation, table, "millrace_check");
  const auto stop_all = [&] {
    for (mysql::Connection& reader : readers) reader.cut();
    for (postgres::Connection& writer : writers) writer.cancel();
  };
  const StopRequest::Waker waker(stop, stop_all);

  Failure failure(stop_all);
  std::atomic<std::uint64_t> read{0};
  std::atomic<std::uint64_t> sent{0};
  double read_s = 0;
  const auto begin = Clock::now();
  const auto end = begin + sample_time;
  Written indexed;
  {
    std::vector<std::jthread> threads;
    for (std::size_t lane = 0; lane < readers.size(); ++lane) {
      threads.emplace_back([&, lane] {
        try {
          Drain drain(table, end);
          bool stopped = false;
          mysql::stream_rows(readers[lane], select_of(lane), table.encoder.wire_forms(),
                             &Drain::on_row, &drain, stopped);
          read += drain.bytes();
        } catch (...) {
          failure.set(std::current_exception());
        }
      });
    }
    std::vector<std::jthread> writing;
    for (std::size_t lane = 0; lane < writers.size(); ++lane) {
      writing.emplace_back([&, lane] {
        try {
          const Written written = write_sample(writers[lane], target, block, end, lane == 0);
          sent += written.bytes;
          if (lane == 0) indexed = written;
        } catch (...) {
          failure.set(std::current_exception());
        }
      });
    }
    threads.clear();  // joins
    read_s = seconds_since(begin);
  }
  failure.rethrow();
  stop.check();
  sample.read_bytes_per_s = static_cast<double>(read.load()) / read_s;
  sample.write_bytes_per_s =
      static_cast<double>(sent.load()) / std::chrono::duration<double>(sample_time).count();
  if (indexed.index_s > 0) {
    sample.index_rows_per_s = static_cast<double>(indexed.rows) / indexed.index_s;
  }
  return sample;
}

}  // namespace millrace
