#include "engine/block_filler.h"

#include <algorithm>
#include <utility>

#include "io/fault_point.h"

namespace millrace {

BlockFiller::BlockFiller(const Lane& lane, const TableWork& table, TableMeter& progress,
                         ChunkChannel& channel, std::size_t part, bool digests)
    : lane_(lane),
      table_(table),
      progress_(progress),
      channel_(channel),
      part_(part),
      clock_(lane.meter, Stall::source) {
  if (digests) digester_.emplace(table.encoder.encodings());
  clock_.start();
}

BlockFiller::~BlockFiller() {
  if (block_.valid()) lane_.pool.release(std::move(block_));
}

bool BlockFiller::on_row(void* context, const BinaryRowView& row) noexcept {
  auto& filler = *static_cast<BlockFiller*>(context);
  try {
    filler.add(row);
    return true;
  } catch (...) {
    filler.error_ = std::current_exception();
    return false;
  }
}

ChunkChannel::Announced BlockFiller::finish() {
  if (error_) std::rethrow_exception(error_);
  if (block_.valid() && !block_.empty()) seal();
  if (block_.valid()) give_back();  // nothing is in it, or it was spilled
  if (digester_) announced_.digest = digester_->digest();
  return std::move(announced_);
}

void BlockFiller::add(const BinaryRowView& row) {
  const RowOutcome outcome = encode(row);
  if (outcome.status == RowStatus::encoded) {
    commit(outcome.bytes);
  } else {
    add_unfit(row, outcome);
  }
}

void BlockFiller::commit(std::size_t bytes) {
  // While the tuple is still in the cache.
  if (digester_) digester_->add(block_.free_space().first(bytes));
  block_.commit(bytes);
}

RowOutcome BlockFiller::encode(const BinaryRowView& row, std::span<const std::uint16_t> given_up) {
  std::size_t room = 0;  // asked for by the encoder
  for (;;) {
    if (!block_.valid()) open(room);
    const RowOutcome outcome = table_.encoder.encode(row, block_.free_space(), given_up);
    switch (outcome.status) {
      case RowStatus::encoded:
      case RowStatus::fault: return outcome;
      case RowStatus::no_space:
        // The row lies untouched where it was: it is encoded again into a new block.
        room = std::max(outcome.bytes, block_.empty() ? block_.capacity_bytes() * 2 : 0);
        if (block_.empty()) {
          give_back();
        } else {
          seal();
        }
        break;
      case RowStatus::malformed:
        throw Error(ErrorKind::connection_lost,
                    "cannot read the table: the source sent a row that ends too early",
                    {.side = Side::source});
    }
  }
}

void BlockFiller::add_unfit(const BinaryRowView& row, const RowOutcome& first) {
  // One value after the other is made NULL, until the rest of the row fits.
  std::vector<RejectedValue> faults;
  std::vector<std::uint16_t> unfit;
  std::vector<std::uint8_t> scratch;
  bool rejected = false;
  RowOutcome outcome = first;
  while (outcome.status == RowStatus::fault) {
    const RejectedValue fault{outcome.column, outcome.fault};
    const FaultPolicy policy = policy_of(fault.column);
    const TranslatedColumn& column = table_.translated->columns[fault.column];
    if (policy == FaultPolicy::stop ||
        (policy == FaultPolicy::null &&
         !table_.translated->target.columns[column.target].nullable)) {
      throw fault_error(row, fault);
    }
    rejected = rejected || policy == FaultPolicy::reject;
    faults.push_back(fault);
    unfit.push_back(fault.column);
    outcome = encode(table_.encoder.with_nulls(row, unfit, scratch), unfit);
  }
  RowFaults& counts = announced_.faults;
  for (const RejectedValue& fault : faults) {
    counts.add(fault.column, fault.fault, rejected, [&](ColumnFaults& example) {
      example.example_key = key_of(row);
      example.example_value = shown_value(table_, row, fault.column);
    });
  }
  if (!rejected) {
    counts.values_nulled += faults.size();
    commit(outcome.bytes);
    return;
  }
  ++counts.rows_rejected;
  counts.reject_file = lane_.rejects.path_of(channel_.chunk().tables[part_]);
  auto& file = announced_.rejects;
  const Chunk& chunk = channel_.chunk();
  if (!file)
    file = std::make_shared<ChunkRejects>(lane_.rejects, chunk.tables[part_], chunk.id, part_);
  const auto tuple = block_.free_space().first(outcome.bytes);  // the next row overwrites it
  file->add(reject_line(table_, chunk.id, row, faults,
                        {reinterpret_cast<const char*>(tuple.data()), tuple.size()}));
}

void BlockFiller::give_back() {
  lane_.pool.release(std::exchange(block_, CopyBlock()));
  channel_.return_credit();
}

void BlockFiller::open(std::size_t room) {
  clock_.book();
  {
    const StallScope stall(lane_.meter, Stall::buffer);
    channel_.acquire_credit();
    block_ = lane_.pool.acquire(room);
  }
  clock_.start();
}

void BlockFiller::seal() {
  fault_point("reader.mid_table");
  clock_.book();
  progress_.rows_read.fetch_add(block_.rows(), std::memory_order_relaxed);
  progress_.bytes_read.fetch_add(block_.size_bytes(), std::memory_order_relaxed);
  announced_.rows += block_.rows();
  if (channel_.try_spill(part_, block_)) {
    // The block stays ours, empty; one that was made for a huge row is given to the next such.
    if (block_.capacity_bytes() > lane_.pool.block_bytes()) {
      give_back();
    } else {
      block_.clear();
    }
    clock_.start();
    return;
  }
  ++announced_.blocks;
  lane_.emit(channel_, part_, std::exchange(block_, CopyBlock()));
}

FaultPolicy BlockFiller::policy_of(std::size_t column) const {
  return table_.on_fault.empty() ? FaultPolicy::stop : table_.on_fault[column];
}

std::string BlockFiller::key_of(const BinaryRowView& row) const {
  std::string key;
  for (const std::size_t position : table_.key_columns) {
    const std::size_t source = table_.translated->columns[position].source;
    key += (key.empty() ? "" : ",") + table_.source->columns[source].name + "=" +
           table_.encoder.describe_value(row, position);
  }
  return key.empty() ? "(table without a key)" : key;
}

Error BlockFiller::fault_error(const BinaryRowView& row, const RejectedValue& fault) const {
  const TranslatedColumn& translated = table_.translated->columns[fault.column];
  const SourceColumn& column = table_.source->columns[translated.source];
  const TargetColumn& target = table_.translated->target.columns[translated.target];
  const std::string value = shown_value(table_, row, fault.column);
  const bool asks_for_null = policy_of(fault.column) == FaultPolicy::null;
  std::string remedies(remedy(fault.fault));
  if (!remedies.empty()) remedies += ", or ";
  remedies += asks_for_null     ? "--on-fault reject: the row is set aside, the rest is loaded"
              : target.nullable ? "--on-fault null or reject: NULL instead, or the row is set aside"
                                : "--on-fault reject: the row is set aside, the rest is loaded";
  return {ErrorKind::bad_data,
          "cannot store value: " + reason_of(table_, fault) + " for " + target.type +
              (asks_for_null ? " NOT NULL, which cannot become NULL" : "") + " (source type " +
              column.column_type + ")",
          {.side = Side::source,
           .table = table_.source->full_name(),
           .column = column.name,
           .key = key_of(row),
           .value = value.empty() ? "(empty)" : value},
          remedies};
}

}  // namespace millrace
