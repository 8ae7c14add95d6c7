#include "engine/writer_lane.h"

#include <utility>

#include "engine/key_collisions.h"
#include "engine/table_build.h"
#include "engine/wait_clock.h"
#include "io/error.h"
#include "io/fault_point.h"
#include "io/postgres/ddl.h"

namespace millrace {

namespace {

/// Brings a block home, whether it could be sent or not: the run may go on without this lane.
class Homecoming {
 public:
  Homecoming(BlockPool& pool, ChunkChannel& channel, CopyBlock& block)
      : pool_(pool), channel_(channel), block_(block) {}
  Homecoming(const Homecoming&) = delete;
  Homecoming& operator=(const Homecoming&) = delete;
  ~Homecoming() {
    pool_.release(std::move(block_));
    channel_.return_credit();
  }

 private:
  BlockPool& pool_;
  ChunkChannel& channel_;
  CopyBlock& block_;
};

}  // namespace

WriterLane::WriterLane(postgres::Connection& session, const WorkPlan& plan, BlockPool& pool,
                       Progress& progress, LaneMeter& meter, BuildChoices choices, Ledger ledger,
                       std::function<postgres::Connection()> open, RetryPauses* pauses)
    : lane_(session, std::move(open), pauses),
      session_(session),
      plan_(plan),
      pool_(pool),
      progress_(progress),
      meter_(meter),
      choices_(choices),
      ledger_(ledger) {}

void WriterLane::begin() {
  lane_.join(ledger_);
  session_.execute("BEGIN");
}

void WriterLane::interrupt() noexcept { lane_.interrupt(); }

bool WriterLane::recovers_from(const Error& error) const noexcept {
  if (!lane_.reopens()) return false;
  if (may_go_well_again(error)) return true;
  if (!ledger_.kept()) return false;
  // A second receipt is refused where a session that was thought lost has stored the chunk.
  const bool stored_already =
      error.where().code == "23505" && error.where().table == "millrace.receipts";
  return error.kind() == ErrorKind::commit_in_doubt || stored_already;
}

std::optional<Receipt> WriterLane::recover(const Chunk& chunk, unsigned attempt) {
  for (;; ++attempt) {
    try {
      std::optional<Receipt> receipt = recover_once(chunk, attempt);
      if (receipt) {
        receipt->begin_s = receipt->end_s = progress_.elapsed_s();
        count(*receipt);
      }
      return receipt;
    } catch (const Error& error) {
      if (!may_go_well_again(error) || attempt > lane_.retries()) throw;
      fit_ = false;
    }
  }
}

std::optional<Receipt> WriterLane::recover_once(const Chunk& chunk, unsigned attempt) {
  if (fit_ && !session_.lost()) {
    lane_.pause(attempt + 1);
  } else {
    lane_.reopen();
    ledger_.require_owner(session_);  // a predecessor might be the new owner's
    // Where only the way to it was lost, the server may still be about to commit.
    ledger_.end_predecessor(session_);
  }
  return ledger_.find_receipt(session_, chunk);
}

std::optional<ChunkHalves> WriterLane::split(const Chunk& chunk, const Error& error,
                                             std::uint64_t spare_id) {
  const bool grouped = plan_.tables[chunk.tables.front()].grouped;
  if (!is_out_of_locks(error) || !grouped || chunk.tables.size() < 2) return std::nullopt;
  const auto middle = chunk.tables.begin() + static_cast<std::ptrdiff_t>(chunk.tables.size() / 2);
  ChunkHalves halves{.first = chunk, .second = chunk};
  halves.first.tables.assign(chunk.tables.begin(), middle);
  halves.second.tables.assign(middle, chunk.tables.end());
  halves.first.bytes_estimate = chunk.bytes_estimate / 2;
  halves.second.bytes_estimate -= halves.first.bytes_estimate;
  halves.second.id = spare_id;
  ledger_.note_split(session_, halves);
  return halves;
}

Receipt WriterLane::store(ChunkChannel& channel) {
  const Chunk& chunk = channel.chunk();
  Receipt receipt{.chunk = &chunk, .parts = {}, .begin_s = progress_.elapsed_s()};
  WaitClock clock(meter_, Stall::target);
  clock.start();
  try {
    fault_point("writer.before_begin");
    begin();
    const bool grouped = plan_.tables[chunk.tables.front()].grouped;
    if (grouped) session_.start_copy_script(group_script(chunk));
    for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
      if (grouped) {
        session_.next_copy();
      } else {
        session_.begin_copy(plan_.tables[chunk.tables[part]].copy_sql);
      }
      clock.book();
      receipt.parts.push_back(copy_table(channel, part));
      clock.start();
    }
    if (grouped) session_.next_copy();  // keys and the rest of the script
    channel.sync_rejects();
    fault_point("writer.before_commit");
    session_.commit(ledger_.receipt_statement(receipt, channel.attempt()));
    clock.book();
    fault_point("writer.after_commit");
  } catch (Error& error) {
    if (error.kind() == ErrorKind::commit_in_doubt) channel.keep_rejects();
    fit_ = error.kind() != ErrorKind::connection_lost && error.kind() != ErrorKind::commit_in_doubt;
    if (channel.given_up()) fit_ = true;
    session_.abort_copy(error.message());
    session_.rollback();
    ledger_.refuse_if_not_owner(session_, error);
    error.add({.side = Side::target, .chunk = chunk.id});
    if (is_collision(error)) error.add_hint(collision_hint());
    // Of a group's script the message quotes the statement; in doubt are all of its tables.
    if (chunk.tables.size() == 1 || error.kind() == ErrorKind::commit_in_doubt) {
      error.add({.table = names_of(chunk)});
    }
    throw;
  }
  channel.join_rejects();
  count(receipt);
  receipt.end_s = progress_.elapsed_s();
  return receipt;
}

void WriterLane::count(const Receipt& receipt) {
  const Chunk& chunk = *receipt.chunk;
  for (std::size_t part = 0; part < chunk.tables.size(); ++part) {
    TableMeter& table = progress_.table(chunk.tables[part]);
    table.rows_committed.fetch_add(receipt.parts[part].rows, std::memory_order_relaxed);
    table.bytes_committed.fetch_add(receipt.parts[part].copy_bytes, std::memory_order_relaxed);
    table.chunks_done.fetch_add(1, std::memory_order_relaxed);
  }
}

std::string WriterLane::names_of(const Chunk& chunk) const {
  std::string names;
  for (const std::size_t index : chunk.tables) {
    names += (names.empty() ? "" : ", ") + plan_.tables[index].translated->target.full_name();
  }
  return names;
}

Receipt::Part WriterLane::copy_table(ChunkChannel& channel, std::size_t part) {
  const TableWork& table = plan_.tables[channel.chunk().tables[part]];
  Receipt::Part stored;
  WaitClock clock(meter_, Stall::target);
  const auto next = [&] {
    const StallScope stall(meter_, Stall::source);
    return channel.pop(part);
  };
  try {
    std::uint64_t sent = 0;
    while (std::optional<CopyBlock> block = next()) {
      const Homecoming homecoming(pool_, channel, *block);
      clock.start();
      session_.write_copy(block->view());
      fault_point("writer.mid_copy");
      clock.book();
      sent += block->rows();
      stored.copy_bytes += block->size_bytes();
    }
    while (const auto spilled = channel.next_spilled(part)) {
      clock.start();
      session_.write_copy(spilled->tuples);
      clock.book();
      sent += spilled->rows;
      stored.copy_bytes += spilled->tuples.size();
    }
    clock.start();
    stored.rows = session_.finish_copy();
    clock.book();
    // Rows read, rows sent and rows that the server says it stored: three counts, one number.
    const ChunkChannel::Announced announced = channel.announced(part);
    if (sent != announced.rows || stored.rows != announced.rows) {
      throw Error(ErrorKind::internal, "rows went missing: " + std::to_string(announced.rows) +
                                           " read, " + std::to_string(sent) + " sent, " +
                                           std::to_string(stored.rows) + " stored");
    }
    stored.digest = announced.digest;
    stored.faults = announced.faults;
  } catch (Error& error) {
    error.add({.side = Side::target, .table = table.translated->target.full_name()});
    throw;
  }
  return stored;
}

std::string WriterLane::group_script(const Chunk& chunk) const {
  std::string script;
  for (const std::size_t index : chunk.tables) {
    if (plan_.tables_first) break;
    append_statements(script, creation_statements(plan_.tables[index].translated->target));
  }
  for (const std::size_t index : chunk.tables) {
    append_statements(script, {plan_.tables[index].copy_sql});
  }
  // No rollback takes back the next value of a table that stood before this transaction; COPY has
  // locked it.
  if (plan_.tables_first && ledger_.kept()) append_statements(script, {ledger_.owner_statement()});
  for (const std::size_t index : chunk.tables) {
    const TableWork& work = plan_.tables[index];
    const TargetTable& table = work.translated->target;
    if (choices_.keys) append_statements(script, key_statements_in_place(table));
    append_statements(script, finishing_statements(work, gathers_statistics(work, choices_)));
  }
  return script;
}

}  // namespace millrace
