#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/verify/side_by_side.h"
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

/// SELECT count(*) of a slice.
std::string count_sql(const TargetSlice& slice);

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
  /// concurrently for different slices.
  template <class OnTuple>
  void read(std::span<const TargetSlice> slices, std::span<const TargetTable* const> tables,
            bool with_place, const OnTuple& on_tuple) {
    side_by_side(
        sessions_.size(), slices.size(), [this] { cancel(); },
        [&](std::size_t lane, std::size_t index) {
          const TargetSlice& slice = slices[index];
          const TargetTable& table = *tables[slice.table];
          struct Context {
            const OnTuple& on_tuple;
            std::size_t index;
            TupleStream stream;
          } context{on_tuple, index, {}};
          try {
            sessions_[lane].read_copy(
                copy_out_sql(slice, table, with_place),
                [](void* data, std::span<const std::byte> bytes) {
                  auto& in = *static_cast<Context*>(data);
                  in.stream.feed(bytes, [&](std::span<const std::byte> tuple) {
                    in.on_tuple(in.index, tuple);
                  });
                },
                &context);
            if (!context.stream.complete()) {
              throw Error(ErrorKind::internal, "the target sent a COPY that has no end",
                          {.side = Side::target});
            }
          } catch (Error& error) {
            error.add({.side = Side::target, .table = table.full_name()});
            throw;
          }
        });
  }

 private:
  std::vector<postgres::Connection>& sessions_;
  std::string snapshot_;
};

}  // namespace millrace
