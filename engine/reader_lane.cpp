#include "engine/reader_lane.h"

#include <utility>

#include "engine/block_filler.h"
#include "engine/retry.h"
#include "io/fault_point.h"
#include "io/mysql/row_stream.h"

namespace millrace {

ReaderLane::ReaderLane(mysql::Connection& session, const WorkPlan& plan, BlockPool& pool,
                       Progress& progress, LaneMeter& meter, RejectFiles& rejects,
                       std::function<mysql::Connection()> reopen)
    : session_(session),
      plan_(plan),
      pool_(pool),
      progress_(progress),
      meter_(meter),
      rejects_(rejects),
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
  // A transaction keeps a metadata lock of each table that it has read, and the server looks
  // through all of them whenever it opens the next: after thousands of tables it does little else.
  // Rolling back to a savepoint gives the locks back and keeps the snapshot; tables of which this
  // session may read more stay locked. Source: MySQL manual, "Metadata Locking"; mysqldump does the
  // same.
  const bool many = channel.chunk().tables.size() > 1;
  if (many) session_.execute("SAVEPOINT before_group");
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
  if (many) session_.execute("ROLLBACK TO SAVEPOINT before_group");
}

void ReaderLane::read_table(ChunkChannel& channel, std::size_t part, const Emit& emit) {
  const std::size_t index = channel.chunk().tables[part];
  const TableWork& table = plan_.tables[index];
  TableMeter& progress = progress_.table(index);
  progress.started.store(true, std::memory_order_relaxed);
  BlockFiller filler({pool_, meter_, rejects_, emit}, table, progress, channel, part,
                     plan_.digests);
  bool stopped = false;
  mysql::stream_rows(session_, select_rows(table, channel.chunk(), part),
                     table.encoder.wire_forms(), &BlockFiller::on_row, &filler, stopped);
  channel.announce(part, filler.finish());
}

}  // namespace millrace
