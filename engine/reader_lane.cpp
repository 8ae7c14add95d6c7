#include "engine/reader_lane.h"

#include <exception>
#include <optional>
#include <utility>

#include "engine/retry.h"
#include "engine/wait_clock.h"
#include "io/fault_point.h"
#include "io/mysql/row_stream.h"
#include "operators/tuple_digester.h"

namespace millrace {

namespace {

/// What the row callback of one table fills and counts.
class BlockFiller {
 public:
  BlockFiller(const TableWork& table, TableMeter& progress, BlockPool& pool, ChunkChannel& channel,
              std::size_t part, bool digests, LaneMeter& meter, const ChunkReader::Emit& emit)
      : table_(table),
        progress_(progress),
        pool_(pool),
        channel_(channel),
        part_(part),
        meter_(meter),
        emit_(emit),
        clock_(meter, Stall::source) {
    if (digests) digester_.emplace(table.encoder.encodings());
    clock_.start();
  }
  BlockFiller(const BlockFiller&) = delete;
  BlockFiller& operator=(const BlockFiller&) = delete;
  ~BlockFiller() {
    if (block_.valid()) pool_.release(std::move(block_));
  }

  /// The callback: C code stands below it, so nothing may be thrown.
  static bool on_row(void* context, const BinaryRowView& row) noexcept {
    auto& filler = *static_cast<BlockFiller*>(context);
    try {
      filler.add(row);
      return true;
    } catch (...) {
      filler.error_ = std::current_exception();
      return false;
    }
  }

  /// Send what is left; throws what the callback could not.
  ChunkChannel::Announced finish() {
    if (error_) std::rethrow_exception(error_);
    if (block_.valid() && !block_.empty()) seal();
    if (block_.valid()) give_back();  // the last one was spilled
    if (digester_) announced_.digest = digester_->digest();
    return announced_;
  }

 private:
  void add(const BinaryRowView& row) {
    std::size_t room = 0;  // asked for by the encoder
    for (;;) {
      if (!block_.valid()) open(room);
      const RowOutcome outcome = table_.encoder.encode(row, block_.free_space());
      switch (outcome.status) {
        case RowStatus::encoded:
          // While the tuple is still in the cache.
          if (digester_) digester_->add(block_.free_space().first(outcome.bytes));
          block_.commit(outcome.bytes);
          return;
        case RowStatus::no_space:
          // The row lies untouched in the network buffer: it is encoded again into a new block.
          room = std::max(outcome.bytes, block_.empty() ? block_.capacity_bytes() * 2 : 0);
          if (block_.empty()) {
            give_back();
          } else {
            seal();
          }
          break;
        case RowStatus::fault: throw fault_error(row, outcome);
        case RowStatus::malformed:
          throw Error(ErrorKind::connection_lost,
                      "cannot read the table: the source sent a row that ends too early",
                      {.side = Side::source});
      }
    }
  }

  void open(std::size_t room) {
    clock_.book();
    {
      const StallScope stall(meter_, Stall::buffer);
      channel_.acquire_credit();
      block_ = pool_.acquire(room);
    }
    clock_.start();
  }

  void give_back() {
    pool_.release(std::exchange(block_, CopyBlock()));
    channel_.return_credit();
  }

  void seal() {
    fault_point("reader.mid_table");
    clock_.book();
    progress_.rows_read.fetch_add(block_.rows(), std::memory_order_relaxed);
    progress_.bytes_read.fetch_add(block_.size_bytes(), std::memory_order_relaxed);
    announced_.rows += block_.rows();
    if (channel_.try_spill(part_, block_)) {
      // The block stays ours, empty; one that was made for a huge row is given to the next such.
      if (block_.capacity_bytes() > pool_.block_bytes()) {
        give_back();
      } else {
        block_.clear();
      }
      clock_.start();
      return;
    }
    ++announced_.blocks;
    emit_(channel_, part_, std::exchange(block_, CopyBlock()));
  }

  Error fault_error(const BinaryRowView& row, const RowOutcome& outcome) const {
    const SourceTable& source = *table_.source;
    const auto name = [&](std::size_t position) -> const std::string& {
      return source.columns[table_.translated->columns[position].source].name;
    };
    std::string key;
    for (const std::size_t position : table_.key_columns) {
      key += (key.empty() ? "" : ",") + name(position) + "=" +
             table_.encoder.describe_value(row, position);
    }
    const std::size_t at = outcome.column;
    const std::string value = table_.encoder.describe_value(row, at);
    const SourceColumn& column = source.columns[table_.translated->columns[at].source];
    return Error(ErrorKind::bad_data,
                 "cannot store value: " + std::string(describe(outcome.fault)) + " for " +
                     table_.translated->target.columns[table_.translated->columns[at].target].type +
                     " (source type " + column.column_type + ")",
                 {.side = Side::source,
                  .table = source.full_name(),
                  .column = column.name,
                  .key = key.empty() ? "(table without a key)" : key,
                  .value = value.empty() ? "(empty)" : value},
                 std::string(remedy(outcome.fault)));
  }

  const TableWork& table_;
  TableMeter& progress_;
  BlockPool& pool_;
  ChunkChannel& channel_;
  std::size_t part_;
  LaneMeter& meter_;
  const ChunkReader::Emit& emit_;
  WaitClock clock_;
  CopyBlock block_;
  ChunkChannel::Announced announced_;
  std::optional<TupleDigester> digester_;
  std::exception_ptr error_;
};

}  // namespace

ReaderLane::ReaderLane(mysql::Connection& session, const WorkPlan& plan, BlockPool& pool,
                       Progress& progress, LaneMeter& meter,
                       std::function<mysql::Connection()> reopen)
    : session_(session),
      plan_(plan),
      pool_(pool),
      progress_(progress),
      meter_(meter),
      reopen_(std::move(reopen)) {}

bool ReaderLane::recovers_from(const Error& error) const noexcept {
  return reopen_ != nullptr && may_go_well_again(error);
}

void ReaderLane::recover() {
  mysql::Connection session = reopen_();
  const std::lock_guard lock(mutex_);
  session_ = std::move(session);
}

void ReaderLane::interrupt() noexcept {
  const std::lock_guard lock(mutex_);
  session_.cut();
}

void ReaderLane::read(ChunkChannel& channel, const Emit& emit) {
  for (std::size_t part = 0; part < channel.chunk().tables.size(); ++part) {
    const TableWork& table = plan_.tables[channel.chunk().tables[part]];
    try {
      fault_point("reader.before_table");
      read_table(channel, part, emit);
    } catch (Error& error) {
      const SourceTable& source = *table.source;
      error.add({.side = Side::source,
                 .table = source.consolidated()
                              ? source.members[channel.chunk().member(part)].full_name()
                              : source.full_name(),
                 .chunk = channel.chunk().id});
      throw;
    }
  }
}

void ReaderLane::read_table(ChunkChannel& channel, std::size_t part, const Emit& emit) {
  const std::size_t index = channel.chunk().tables[part];
  const TableWork& table = plan_.tables[index];
  TableMeter& progress = progress_.table(index);
  progress.started.store(true, std::memory_order_relaxed);
  BlockFiller filler(table, progress, pool_, channel, part, plan_.digests, meter_, emit);
  bool stopped = false;
  mysql::stream_rows(session_, select_rows(table, channel.chunk(), part), table.encoder.columns(),
                     &BlockFiller::on_row, &filler, stopped);
  channel.announce(part, filler.finish());
}

}  // namespace millrace
