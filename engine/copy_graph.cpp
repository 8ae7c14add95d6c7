#include "engine/copy_graph.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <optional>
#include <semaphore>
#include <thread>
#include <utility>

#include <tbb/flow_graph.h>

#include "engine/chunk_channel.h"
#include "engine/lane_queue.h"
#include "engine/parcel.h"
#include "io/error.h"

namespace millrace {

namespace {

using ChannelPointer = std::shared_ptr<ChunkChannel>;

/// A block on its way, with the channel that takes it to its writer.
struct SentBlock {
  ChunkChannel* channel = nullptr;  // kept alive by the writer's queue until the chunk is settled
  std::size_t part = 0;
  CopyBlock block;
};

/// A chunk that is yet to be read, for the nth time.
struct ChunkToRead {
  const Chunk* chunk = nullptr;
  unsigned attempt = 1;
};

/// `error` of a chunk whose rows cannot be had again in this run, with what to do about it.
std::exception_ptr read_at_another_instant(Error error) {
  error.add_hint(
      "its table has no transactions and its lock was given back when it had been read, so that "
      "this run cannot read it again: --resume goes on if the table has not changed; --spill keeps "
      "what was read");
  return std::make_exception_ptr(std::move(error));
}

/// A builder's word that a task is done.
struct Built {
  BuildQueue::Task task;
  double seconds = 0;
};

}  // namespace

struct CopyGraph::State {
  using Sent = Parcel<SentBlock>;
  using ReaderNode = tbb::flow::async_node<unsigned, Sent>;
  using WriterNode = tbb::flow::async_node<Sent, Receipt, tbb::flow::queueing_lightweight>;
  using BuilderNode = tbb::flow::async_node<unsigned, Built>;

  explicit State(CopyRun given)
      : run(std::move(given)),
        build_queue(run.plan, run.choices),
        failure([this] { stop_everything(); }),
        open_chunks(static_cast<std::ptrdiff_t>(run.sizing.open_chunks)),
        spare_id(run.plan.chunks.size()) {
    for (const Chunk& chunk : run.plan.chunks) {
      if (chunk.under_lock) ++lock_chunks_left;
      to_read.push({&chunk, 1});
    }
    chunks_left_of.resize(run.plan.tables.size());
    for (std::size_t i = 0; i < chunks_left_of.size(); ++i) {
      chunks_left_of[i] = run.plan.chunks_to_do(i);
    }
    chunks_to_store = run.plan.chunks.size();
    chunks_to_read = run.plan.chunks.size();
    for (unsigned lane = 0; lane < run.builders.size(); ++lane) {
      std::function<postgres::Connection()> open;
      if (run.open_builder) open = [this, lane] { return run.open_builder(lane); };
      build_lanes.push_back(
          std::make_unique<LaneSession>(run.builders[lane], std::move(open), run.pauses));
    }
  }

  /// The one place where an error of a lane is caught: keep the first, stop the rest.
  template <class Body>
  void guard(Body&& body) noexcept {
    try {
      body();
    } catch (...) {
      failure.set(std::current_exception());
    }
  }

  void stop_everything() noexcept {
    stopping.store(true);
    if (run.pauses != nullptr) run.pauses->stop();
    run.pool.close();
    begun.discard();
    to_read.discard();
    build_queue.discard();
    open_chunks.release(static_cast<std::ptrdiff_t>(run.readers.size()));
    {
      const std::lock_guard lock(channels_mutex);
      for (const auto& weak : channels) {
        if (const ChannelPointer channel = weak.lock()) channel->close();
      }
    }
    for (const auto& reader : run.readers) reader->interrupt();
    for (const auto& writer : run.writers) writer->interrupt();
    for (const auto& lane : build_lanes) lane->interrupt();
  }

  ChannelPointer open_channel(const ChunkToRead& work) {
    auto channel = std::make_shared<ChunkChannel>(*work.chunk, run.sizing.credits, work.attempt);
    const std::lock_guard lock(channels_mutex);
    if (stopping.load()) channel->close();
    std::erase_if(channels, [](const auto& weak) { return weak.expired(); });
    channels.push_back(channel);
    return channel;
  }

  /// Whether what failed at this attempt is tried anew.
  bool tries_anew(unsigned attempt, bool recovers) const noexcept {
    return recovers && run.pauses != nullptr && attempt <= run.pauses->policy().retries &&
           !stopping.load();
  }

  void note_retry(const char* kind, unsigned lane, unsigned attempt, const Error& error) {
    if (!run.retried) return;
    run.retried({.at_s = run.progress.elapsed_s(),
                 .lane = std::string(kind) + ' ' + std::to_string(lane),
                 .attempt = attempt,
                 .error = error.what()});
  }

  /// The source's lock waits for one more chunk; false when it has been released already.
  bool hold_lock_again() noexcept {
    std::size_t left = lock_chunks_left.load();
    while (left != 0) {
      if (lock_chunks_left.compare_exchange_weak(left, left + 1)) return true;
    }
    return false;
  }

  void read_chunks(unsigned lane, ReaderNode::gateway_type& gateway) {
    LaneMeter& meter = run.progress.lane(LaneKind::reader, lane);
    const ChunkReader::Emit emit = [&](ChunkChannel& channel, std::size_t part, CopyBlock block) {
      gateway.try_put(Sent(SentBlock{&channel, part, std::move(block)}));
    };
    std::optional<archive::Packer> packer;
    if (run.spill != nullptr) packer.emplace(run.spill_level);
    for (;;) {
      meter.enter(Stall::target);
      open_chunks.acquire();
      if (stopping.load()) break;
      meter.enter(Stall::idle);  // no chunk is left, but one of those under way may come back
      const std::optional<ChunkToRead> work = to_read.pop();
      if (!work) break;
      meter.enter(Stall::working);
      const ChannelPointer channel = open_channel(*work);
      if (run.spill != nullptr) channel->allow_spill(*run.spill, *packer);
      begun.push(channel);
      if (!read_or_give_up(lane, *channel, emit)) continue;
      if (work->chunk->under_lock && lock_chunks_left.fetch_sub(1) == 1) run.lock_chunks_read();
      if (chunks_to_read.fetch_sub(1) == 1) run.all_read();
      if (run.spill != nullptr && channel->park(run.pool) && channel->give_back_place()) {
        open_chunks.release();
      }
    }
    open_chunks.release();  // the next reader finds no chunk either
    meter.enter(Stall::idle);
  }

  /// False where the read failed, and its writer is to queue the chunk anew.
  bool read_or_give_up(unsigned lane, ChunkChannel& channel, const ChunkReader::Emit& emit) {
    ChunkReader& reader = *run.readers[lane];
    try {
      reader.read(channel, emit);
      return true;
    } catch (const Error& error) {
      if (!tries_anew(channel.attempt(), reader.recovers_from(error))) throw;
      note_retry("reader", lane, channel.attempt(), error);
    }
    channel.give_up();
    const StallScope stall(run.progress.lane(LaneKind::reader, lane), Stall::source);
    reader.recover();
    return false;
  }

  /// The chunk's receipt; none where it has been queued anew: to be read again, in halves, or to be
  /// stored from the file that it is in.
  std::optional<Receipt> store_or_queue_anew(unsigned lane, const ChannelPointer& pointer) {
    ChunkChannel& channel = *pointer;
    ChunkWriter& writer = *run.writers[lane];
    const Chunk& chunk = channel.chunk();
    const unsigned attempt = channel.attempt();
    bool given_up = false;
    bool from_file = false;
    std::exception_ptr unless_stored;  // it would be read at another instant
    std::optional<Error> refusal;
    try {
      return writer.store(channel);
    } catch (const Error& error) {
      refusal = error;
      given_up = channel.given_up();
      if (!given_up) {
        if (!tries_anew(attempt, writer.recovers_from(error))) throw;
        from_file = chunk.tables.size() == 1 && channel.rewind();  // a group may have to be split
        if (!from_file && chunk.under_lock && !hold_lock_again()) {
          unless_stored = read_at_another_instant(error);
        }
        note_retry("writer", lane, attempt, error);
      }
    }
    if (!from_file) {
      for (CopyBlock& block : channel.abandon()) run.pool.release(std::move(block));
    }
    if (!given_up) {
      const StallScope stall(run.progress.lane(LaneKind::writer, lane), Stall::target);
      if (std::optional<Receipt> stored = writer.recover(chunk, attempt)) {
        const bool held = chunk.under_lock && !from_file && !unless_stored;
        if (held && lock_chunks_left.fetch_sub(1) == 1) run.lock_chunks_read();
        // The ledger counts them; the channel knows columns, examples and files too.
        for (std::size_t part = 0; part < stored->parts.size(); ++part) {
          if (auto faults = channel.faults(part)) stored->parts[part].faults = std::move(*faults);
        }
        channel.join_rejects();
        return stored;
      }
      if (unless_stored) std::rethrow_exception(unless_stored);
      channel.drop_rejects();
      if (from_file) {
        begun.push(pointer);
        return std::nullopt;
      }
      chunks_to_read.fetch_add(1);  // its reader counted it, or will
      if (auto halves = writer.split(chunk, *refusal, spare_id.fetch_add(1))) {
        queue_halves(std::move(*halves));
        return std::nullopt;
      }
    }
    to_read.push({&chunk, attempt + 1});
    return std::nullopt;
  }

  void queue_halves(ChunkHalves halves) {
    chunks_to_read.fetch_add(1);
    chunks_to_store.fetch_add(1);
    // The one that takes the chunk's place is not read yet, so that the lock is held still.
    if (halves.first.under_lock) hold_lock_again();
    const std::lock_guard lock(halves_mutex);
    to_read.push({&chunk_halves.emplace_back(std::move(halves.first)), 1});
    to_read.push({&chunk_halves.emplace_back(std::move(halves.second)), 1});
  }

  void store_chunks(unsigned lane, WriterNode::gateway_type& gateway) {
    LaneMeter& meter = run.progress.lane(LaneKind::writer, lane);
    for (;;) {
      meter.enter(Stall::source);
      const std::optional<ChannelPointer> channel = begun.pop();
      if (!channel) break;
      meter.enter(Stall::working);
      (*channel)->take();
      if (const std::optional<Receipt> receipt = store_or_queue_anew(lane, *channel)) {
        gateway.try_put(*receipt);
        if (chunks_to_store.fetch_sub(1) == 1) {
          begun.close();
          to_read.close();
        }
      }
      if ((*channel)->give_back_place()) open_chunks.release();
    }
    meter.enter(Stall::idle);
  }

  void build_tables(unsigned lane, BuilderNode::gateway_type& gateway) {
    LaneMeter& meter = run.progress.lane(LaneKind::builder, lane);
    BuilderLane builder(
        *build_lanes[lane], run.plan, run.progress, meter, run.choices, run.ledger,
        [&](const Error& error, unsigned attempt) { note_retry("builder", lane, attempt, error); });
    for (;;) {
      meter.enter(Stall::idle);
      const std::optional<BuildQueue::Task> task = build_queue.pop();
      if (!task) break;
      meter.enter(Stall::working);
      gateway.try_put(Built{*task, builder.build(*task)});
      build_queue.done(*task);
    }
    meter.enter(Stall::idle);
  }

  /// A lane's thread, counted by the graph for as long as it lives.
  template <class Gateway, class Body>
  void start_lane(Gateway& gateway, Body body) {
    gateway.reserve_wait();
    const std::lock_guard lock(lanes_mutex);
    lanes.emplace_back([this, &gateway, body = std::move(body)] {
      guard([&] { body(gateway); });
      gateway.release_wait();
    });
  }

  void join_lanes() {
    std::vector<std::jthread> ending;
    {
      // Nobody starts one any more; a sanitizer that does not see the graph's own order sees this.
      const std::lock_guard lock(lanes_mutex);
      ending.swap(lanes);
    }
  }

  void settle(const Receipt& receipt) {
    run.committed(receipt);
    for (const std::size_t table : receipt.chunk->tables) {
      if (--chunks_left_of[table] == 0) table_loaded(table);
    }
  }

  void table_loaded(std::size_t table) {
    const bool whole = run.plan.tables[table].grouped || run.builders.empty();
    if (whole) run.progress.table(table).done.store(true);
    build_queue.table_loaded(table);
  }

  CopyRun run;
  BuildQueue build_queue;
  Failure failure;
  std::atomic<bool> stopping{false};
  LaneQueue<ChunkToRead> to_read;  // in the order of work; those that come back, last
  std::atomic<std::size_t> lock_chunks_left{0};
  std::atomic<std::size_t> chunks_to_store{0};
  std::atomic<std::size_t> chunks_to_read{0};
  std::counting_semaphore<> open_chunks;
  LaneQueue<ChannelPointer> begun;  // chunks being read, in the order in which they began
  std::mutex channels_mutex;
  std::vector<std::weak_ptr<ChunkChannel>> channels;
  std::mutex halves_mutex;         // guards chunk_halves
  std::deque<Chunk> chunk_halves;  // chunks that are not in the plan, since one was split
  std::atomic<std::uint64_t> spare_id;
  std::vector<std::uint64_t> chunks_left_of;  // per table; touched by the serial settle node only
  std::vector<std::unique_ptr<LaneSession>> build_lanes;
  std::mutex lanes_mutex;  // the graph's workers start lanes side by side
  std::vector<std::jthread> lanes;
};

CopyGraph::CopyGraph(CopyRun run) : state_(std::make_unique<State>(std::move(run))) {}
CopyGraph::~CopyGraph() = default;

void CopyGraph::interrupt(std::exception_ptr error) noexcept {
  state_->failure.set(std::move(error));
}

void CopyGraph::run() {
  State& state = *state_;
  tbb::flow::graph graph;
  State::ReaderNode readers(
      graph, tbb::flow::unlimited, [&](unsigned lane, State::ReaderNode::gateway_type& gateway) {
        state.start_lane(gateway, [&state, lane](auto& to) { state.read_chunks(lane, to); });
      });
  // Delivery is the writers' async body: it hands the block to the lane that has its chunk. It and
  // the settling are lightweight: they run on the lane that sends, since waking a worker for each
  // block costs more than they do. Measured: bench/run --only frames, 40 % of the engine's CPU time
  // went into workers that spun between two blocks.
  State::WriterNode writers(
      graph, tbb::flow::unlimited,
      [&state](const State::Sent& sent, State::WriterNode::gateway_type&) noexcept {
        SentBlock block = sent.take();
        if (auto back = block.channel->push(block.part, std::move(block.block))) {
          state.run.pool.release(std::move(*back));
        }
      });
  State::BuilderNode builders(
      graph, tbb::flow::unlimited, [&](unsigned lane, State::BuilderNode::gateway_type& gateway) {
        state.start_lane(gateway, [&state, lane](auto& to) { state.build_tables(lane, to); });
      });
  using Lightweight = tbb::flow::queueing_lightweight;
  tbb::flow::function_node<Receipt, tbb::flow::continue_msg, Lightweight> settle(
      graph, tbb::flow::serial, [&](const Receipt& receipt) noexcept {
        state.guard([&] { state.settle(receipt); });
        return tbb::flow::continue_msg();
      });
  tbb::flow::function_node<Built, tbb::flow::continue_msg, Lightweight> settle_build(
      graph, tbb::flow::serial, [&](const Built& built) noexcept {
        state.guard([&] { state.run.built(built.task.table, built.seconds, built.task.finish); });
        return tbb::flow::continue_msg();
      });
  tbb::flow::make_edge(readers, writers);
  tbb::flow::make_edge(writers, settle);
  tbb::flow::make_edge(builders, settle_build);

  if (state.run.plan.chunks.empty()) {
    state.begun.close();
    state.to_read.close();
  }
  // Of a resumed run some tables are loaded already.
  for (std::size_t table = 0; table < state.chunks_left_of.size(); ++table) {
    if (state.chunks_left_of[table] == 0) state.table_loaded(table);
  }
  for (unsigned lane = 0; lane < state.run.writers.size(); ++lane) {
    state.start_lane(writers.gateway(), [&state, lane](auto& to) { state.store_chunks(lane, to); });
  }
  for (unsigned lane = 0; lane < state.run.builders.size(); ++lane) builders.try_put(lane);
  for (unsigned lane = 0; lane < state.run.readers.size(); ++lane) readers.try_put(lane);
  graph.wait_for_all();
  state.join_lanes();
  state.failure.rethrow();
  if (state.run.pool.bytes_out() != 0) {
    throw Error(ErrorKind::internal, "blocks were lost on the way: " +
                                         std::to_string(state.run.pool.bytes_out()) + " bytes");
  }
}

}  // namespace millrace
