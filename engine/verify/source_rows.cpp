#include "engine/verify/source_rows.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/copy_graph.h"
#include "io/block_pool.h"

namespace millrace {

void SourceRows::open() {
  if (opened_) return;
  {
    const StopRequest::Waker waker(stop_, [&] { pauses_.stop(); });
    source_.open_readers(preparation_, pauses_, [](unsigned, const Error&, unsigned) {});
  }
  stop_.check();
  const StopRequest::Waker waker(stop_, [&] { source_.interrupt(); });
  source_.take_snapshot();
  opened_ = true;
}

void SourceRows::read(const WorkPlan& plan, Progress& progress,
                      const ObservingWriter::OnRow& on_row,
                      const std::function<void(const Receipt&)>& seen) {
  const Sizing& sizing = preparation_.sizing;
  BlockPool pool(sizing.block_bytes, sizing.blocks);
  std::vector<std::unique_ptr<ChunkWriter>> writers;
  for (unsigned i = 0; i < sizing.readers; ++i) {
    writers.push_back(std::make_unique<ObservingWriter>(plan, pool, on_row));
  }
  std::vector<postgres::Connection> no_builders;
  CopyGraph graph({.plan = plan,
                   .sizing = sizing,
                   .progress = progress,
                   .choices = {.keys = false, .analyze = false},
                   .pool = pool,
                   .readers = source_.readers(plan, pool, progress, pauses_),
                   .writers = std::move(writers),
                   .builders = no_builders,
                   .lock_chunks_read = [&] { source_.release_lock(); },
                   .committed = seen,
                   .built = [](std::size_t, double, bool) {}});
  const StopRequest::Waker waker(stop_, [&] {
    graph.interrupt(
        std::make_exception_ptr(Error(ErrorKind::cancelled, "the run was stopped on request")));
  });
  graph.run();
}

void SourceRows::read(const WorkPlan& plan, const ObservingWriter::OnRow& on_row,
                      const std::function<void(const Receipt&)>& seen) {
  Progress unseen;
  std::vector<Progress::TableSpec> specs;
  for (const TableWork& table : plan.tables) {
    specs.push_back({.name = table.translated->target.full_name()});
  }
  const unsigned lanes = preparation_.sizing.readers;
  unseen.start(std::move(specs), lanes, lanes, 0);
  read(plan, unseen, on_row, seen);
}

WorkPlan plan_of_chunks(const WorkPlan& whole, std::vector<Chunk> chunks) {
  WorkPlan plan;
  plan.tables = whole.tables;
  plan.chunked_by = whole.chunked_by;
  plan.chunks_of.resize(whole.tables.size());
  for (Chunk& chunk : chunks) {
    chunk.id = plan.chunks.size();
    for (const std::size_t table : chunk.tables) ++plan.chunks_of[table];
    plan.chunks.push_back(std::move(chunk));
  }
  return plan;
}

std::vector<Chunk> chunks_of_tables(const WorkPlan& whole, std::span<const std::size_t> which) {
  std::vector<Chunk> chunks;
  for (const Chunk& chunk : whole.chunks) {
    Chunk part = chunk;
    part.tables.clear();
    part.members.clear();
    for (std::size_t at = 0; at < chunk.tables.size(); ++at) {
      if (std::find(which.begin(), which.end(), chunk.tables[at]) == which.end()) continue;
      part.tables.push_back(chunk.tables[at]);
      part.members.push_back(chunk.member(at));
    }
    if (!part.tables.empty()) chunks.push_back(std::move(part));
  }
  return chunks;
}

}  // namespace millrace
