// What the servers alone need: N sessions drain every chunk of the source to nothing while, at the
// same time, M sessions send the very same chunks' COPY blocks, made ready in memory beforehand.
// No encoding, no hand-over, no waiting for each other. Prints one JSON object.
//
//   bench_floor SOURCE TARGET --databases frames --readers 2 --writers 2
//
// Before the clock runs, the rows are read and encoded once (the memory holds them all) and the
// tables are made; after it, they are dropped. Row counts are checked on both sides.

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <latch>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/failure.h"
#include "engine/open_sessions.h"
#include "engine/preparation.h"
#include "engine/reader_lane.h"
#include "io/mysql/row_stream.h"

namespace {

using millrace::ChunkChannel;
using millrace::CopyBlock;
using millrace::Error;
using millrace::ErrorKind;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Run `body(lane, item)` over all items on `lanes` threads, each taking the next one.
template <class Body>
void share_out(std::size_t lanes, std::size_t items, std::latch& start, Body body,
               std::vector<std::jthread>& threads, millrace::Failure& failure,
               std::atomic<std::size_t>& next) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    threads.emplace_back([&, lane, items, body] {
      start.arrive_and_wait();
      try {
        for (std::size_t at = next++; at < items && !failure.failed(); at = next++) body(lane, at);
      } catch (...) {
        failure.set(std::current_exception());
      }
    });
  }
}

/// All blocks of one chunk, made ready.
struct ReadyChunk {
  std::vector<std::vector<CopyBlock>> parts;  // per table of the chunk
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

class Floor {
 public:
  explicit Floor(millrace::Job job) : job_(std::move(job)) {
    job_.skip_keys = true;
    millrace::mysql::Connection control(job_.source);
    target_.emplace(job_.target, "bench floor control");
    millrace::prepare(job_, control, *target_, preparation_);
    millrace::refuse_if_in_the_way(preparation_);
    readers_ = millrace::open_sessions<millrace::mysql::Connection>(
        preparation_.sizing.readers,
        [&](std::size_t) { return millrace::mysql::Connection(job_.source); });
    writers_ = millrace::open_sessions<millrace::postgres::Connection>(
        preparation_.sizing.writers,
        [&](std::size_t) { return millrace::postgres::Connection(job_.target, "bench floor"); });
  }

  /// Read and encode every chunk once, on one lane.
  void make_ready() {
    const auto& chunks = preparation_.work.chunks;
    millrace::BlockPool pool(preparation_.sizing.block_bytes, std::size_t{1} << 24);
    millrace::Progress progress;
    std::vector<millrace::Progress::TableSpec> specs(preparation_.work.tables.size());
    progress.start(std::move(specs), 1, 0, 0);
    millrace::RejectFiles rejects({}, preparation_.work);
    ready_.resize(chunks.size());
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      ReadyChunk& ready = ready_[i];
      ready.parts.resize(chunks[i].tables.size());
      ChunkChannel channel(chunks[i], std::size_t{1} << 30);
      millrace::ReaderLane lane(readers_[0], preparation_.work, pool, progress,
                                progress.lane(millrace::LaneKind::reader, 0), rejects);
      lane.read(channel, [&](ChunkChannel&, std::size_t part, CopyBlock block) {
        ready.rows += block.rows();
        ready.bytes += block.size_bytes();
        ready.parts[part].push_back(std::move(block));
      });
    }
    for (const auto& [sql, locks] : millrace::ddl_before_rows(preparation_, true)) {
      target_->execute(sql);
    }
    target_->execute("CHECKPOINT");
  }

  /// `drain_only`: nothing is sent.
  nlohmann::json run(bool drain_only) {
    const auto& chunks = preparation_.work.chunks;
    std::atomic<std::uint64_t> drained{0}, stored{0};
    std::atomic<std::size_t> next_read{0}, next_write{drain_only ? chunks.size() : 0};
    millrace::Failure failure([] {});
    std::latch start(static_cast<std::ptrdiff_t>(readers_.size() + writers_.size() + 1));
    std::vector<std::jthread> threads;
    std::chrono::steady_clock::time_point drained_at, stored_at;
    share_out(
        readers_.size(), chunks.size(), start,
        [&](std::size_t lane, std::size_t at) { drained += drain(readers_[lane], chunks[at]); },
        threads, failure, next_read);
    share_out(
        writers_.size(), chunks.size(), start,
        [&](std::size_t lane, std::size_t at) { stored += send(writers_[lane], at); }, threads,
        failure, next_write);
    const double cpu = cpu_seconds();
    start.arrive_and_wait();
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < readers_.size(); ++i) threads[i].join();
    drained_at = std::chrono::steady_clock::now();
    for (std::size_t i = readers_.size(); i < threads.size(); ++i) threads[i].join();
    stored_at = std::chrono::steady_clock::now();
    failure.rethrow();
    std::uint64_t rows = 0, bytes = 0;
    for (const ReadyChunk& chunk : ready_) {
      rows += chunk.rows;
      bytes += chunk.bytes;
    }
    if (drained != rows || (!drain_only && stored != rows)) {
      throw Error(ErrorKind::internal, "floor: " + std::to_string(rows) + " rows expected, " +
                                           std::to_string(drained.load()) + " drained, " +
                                           std::to_string(stored.load()) + " stored");
    }
    const auto seconds = [&](auto end) {
      return std::chrono::duration<double>(end - begin).count();
    };
    return {{"wall_s", seconds(drain_only ? drained_at : std::max(drained_at, stored_at))},
            {"source_wall_s", seconds(drained_at)},
            {"cpu_s", cpu_seconds() - cpu},
            {"rows", rows},
            {"copy_bytes", bytes},
            {"chunks", chunks.size()},
            {"readers", readers_.size()},
            {"writers", writers_.size()}};
  }

  /// Leave the target as it was.
  void clean() {
    for (const std::string& schema : preparation_.schemas) {
      target_->execute("DROP SCHEMA " + millrace::postgres::quote_identifier(schema) + " CASCADE");
    }
  }

 private:
  std::uint64_t drain(millrace::mysql::Connection& session, const millrace::Chunk& chunk) {
    std::uint64_t rows = 0;
    for (const std::size_t index : chunk.tables) {
      const millrace::TableWork& table = preparation_.work.tables[index];
      bool stopped = false;
      rows += millrace::mysql::stream_rows(
          session, select_rows(table, chunk, 0), table.encoder.wire_forms(),
          [](void*, const millrace::BinaryRowView&) { return true; }, nullptr, stopped);
    }
    return rows;
  }

  std::uint64_t send(millrace::postgres::Connection& session, std::size_t at) {
    const millrace::Chunk& chunk = preparation_.work.chunks[at];
    std::uint64_t rows = 0;
    session.execute("BEGIN");
    for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
      session.begin_copy(preparation_.work.tables[chunk.tables[part]].copy_sql);
      for (const CopyBlock& block : ready_[at].parts[part]) session.write_copy(block.view());
      rows += session.finish_copy();
    }
    session.commit();
    return rows;
  }

  millrace::Job job_;
  millrace::Preparation preparation_;
  std::optional<millrace::postgres::Connection> target_;
  std::vector<millrace::mysql::Connection> readers_;
  std::vector<millrace::postgres::Connection> writers_;
  std::vector<ReadyChunk> ready_;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"The zero-engine floor: drain the source while sending ready-made blocks."};
  std::string source, target;
  millrace::Job job;
  app.add_option("source", source, "mysql://user@host:port/")->required();
  app.add_option("target", target, "postgresql://user@host:port/db")->required();
  app.add_option("--databases", job.databases, "databases, by glob")->delimiter(',');
  app.add_option("--readers", job.readers, "sessions that drain the source; default: as millrace");
  app.add_option("--writers", job.writers, "sessions that send blocks; default: as millrace");
  bool drain_only = false;
  app.add_flag("--drain-only", drain_only, "send nothing");
  CLI11_PARSE(app, argc, argv);
  try {
    job.source = millrace::parse_endpoint(source, millrace::Side::source);
    job.target = millrace::parse_endpoint(target, millrace::Side::target);
    Floor floor(std::move(job));
    floor.make_ready();
    const nlohmann::json result = floor.run(drain_only);
    floor.clean();
    std::cout << result.dump(2) << '\n';
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "bench_floor: %s\n", error.what());
    return millrace::exit_code(error.kind());
  }
}
