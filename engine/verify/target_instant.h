#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/retry.h"
#include "engine/side_by_side.h"
#include "io/error.h"
#include "io/postgres/connection.h"
#include "io/target_schema.h"
#include "operators/tuple_stream.h"

namespace millrace {

/// Some pages of a table in the target, [first_page, end_page): every table is cut evenly like
/// this, whatever its key, and its slices hold each row once.
struct TargetSlice {
  std::size_t table = 0;  // as numbered in the call
  std::string relation;   // quoted; a partition, where the table has those
  std::uint64_t first_page = 0;
  std::optional<std::uint64_t> end_page;  // none: to the end
  std::uint64_t bytes = 0;
};

/// The statement that sends the rows of a slice; `columns` as the COPY that loads them has them.
/// `with_place`: the row's ctid comes first, as another column.
std::string copy_out_sql(const TargetSlice& slice, const TargetTable& table,
                         bool with_place = false);

/// Slices that are read by one message, [begin, end).
struct SliceBatch {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Put slices, largest first, into batches: a large one is alone, small ones share one as far as
/// `most_locks` reaches.
std::vector<SliceBatch> batch_slices(std::span<const TargetSlice> slices,
                                     std::span<const TargetTable* const> tables,
                                     std::size_t most_locks);

/// The target as it was at one instant, seen by many sessions.
/// Legal order: any number of find() and read(). Threads: one; lanes run inside read().
class TargetInstant {
 public:
  /// Begins a transaction in each session; all see what the first one exported.
  /// Requires: sessions is not empty, and no transaction is open in any.
  explicit TargetInstant(std::vector<postgres::Connection>& sessions);
  /// Ends the transactions; they have only read.
  ~TargetInstant();
  TargetInstant(const TargetInstant&) = delete;
  TargetInstant& operator=(const TargetInstant&) = delete;

  /// What stands in the target of `tables`.
  struct Found {
    std::vector<bool> present;        // per table
    std::vector<TargetSlice> slices;  // largest first; none of tables that are empty
  };
  /// A null table is passed over. Cost: one query for all tables.
  Found find(std::span<const TargetTable* const> tables);

  /// For SET TRANSACTION SNAPSHOT in a session that is to see the same; valid while this lives.
  const std::string& snapshot() const noexcept { return snapshot_; }
  std::vector<postgres::Connection>& sessions() noexcept { return sessions_; }
  /// Wake every session that blocks; its owner's call throws Error{cancelled}. Threads: any.
  void cancel() noexcept;

  /// Read slices side by side: `on_tuple(slice_index, std::span<const std::byte>)` for each row,
  /// concurrently for different slices. Small ones share a message to the server. `on_end`, if any:
  /// called behind the last row of each slice, by the thread that had its rows.
  template <class OnTuple>
  void read(std::span<const TargetSlice> slices, std::span<const TargetTable* const> tables,
            bool with_place, const OnTuple& on_tuple,
            const std::function<void(std::size_t)>& on_end = {}) {
    struct Reading {  // of one batch: which slice comes now
      const OnTuple& on_tuple;
      const std::function<void(std::size_t)>& on_end;
      std::size_t index;
      TupleStream stream;
    };
    batch_by_batch(slices, tables, [&](std::size_t lane, SliceBatch batch) {
      std::string script;
      for (std::size_t i = batch.begin; i < batch.end; ++i) {
        script += copy_out_sql(slices[i], *tables[slices[i].table], with_place) + ";\n";
      }
      Reading reading{on_tuple, on_end, batch.begin, {}};
      const auto take = [](void* data, std::span<const std::byte> bytes) {
        auto& now = *static_cast<Reading*>(data);
        now.stream.feed(bytes,
                        [&](std::span<const std::byte> tuple) { now.on_tuple(now.index, tuple); });
        if (!now.stream.complete()) return;
        if (now.on_end) now.on_end(now.index);
        ++now.index;
        now.stream = {};
      };
      try {
        sessions_[lane].read_copy(script + release_locks, take, &reading);
        if (reading.index != batch.end) {
          throw Error(ErrorKind::internal, "the target sent a COPY that has no end",
                      {.side = Side::target});
        }
        return batch.end;
      } catch (Error& error) {
        // What is whole is counted already; the rest asks for fewer locks at once.
        const bool between = reading.index < batch.end && !reading.stream.begun();
        if (between && batch.end - batch.begin > 1 && is_out_of_locks(error)) return reading.index;
        const std::size_t at = std::min(reading.index, batch.end - 1);
        error.add({.side = Side::target, .table = tables[slices[at].table]->full_name()});
        throw;
      }
    });
  }

  /// Count the rows of slices side by side.
  std::vector<std::uint64_t> count(std::span<const TargetSlice> slices,
                                   std::span<const TargetTable* const> tables);

 private:
  /// What reading took goes back to the table of locks that all sessions share: thousands of tables
  /// are read at one instant. Source: PostgreSQL manual, "Explicit Locking", on savepoints.
  static constexpr const char* release_locks = "ROLLBACK TO SAVEPOINT before_reading";

  /// Reads a batch; returns where it came to: before the batch's end where the target ran out of
  /// locks.
  using BatchBody = std::function<std::size_t(std::size_t lane, SliceBatch batch)>;
  void batch_by_batch(std::span<const TargetSlice> slices,
                      std::span<const TargetTable* const> tables, const BatchBody& body);

  std::vector<postgres::Connection>& sessions_;
  std::string snapshot_;
  std::size_t most_locks_ = 0;  // that a session may hold
};

}  // namespace millrace
