#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "operators/value_fault.h"

namespace millrace {

/// What became of the values of one column that did not fit for one reason.
struct ColumnFaults {
  std::size_t column = 0;  // position in the SELECT list
  ValueFault fault = ValueFault::none;
  std::uint64_t nulled = 0;
  std::uint64_t rejected = 0;
  std::string example_key;  // of the first of them, as in messages
  std::string example_value;
};

/// The rows of one table that did not fit as they were.
struct RowFaults {
  std::uint64_t rows_rejected = 0;  // counted once, however many of its values did not fit
  std::uint64_t values_nulled = 0;
  std::string reject_file;            // empty: no row was rejected
  std::vector<ColumnFaults> columns;  // few: columns times reasons

  bool any() const noexcept { return rows_rejected + values_nulled != 0; }

  /// Count one value more; `example` is asked for key and value of the first.
  template <class Example>
  void add(std::size_t column, ValueFault fault, bool rejected, Example example);
  /// Count what another chunk of the table had.
  void add(const RowFaults& more);
};

inline void RowFaults::add(const RowFaults& more) {
  rows_rejected += more.rows_rejected;
  values_nulled += more.values_nulled;
  if (reject_file.empty()) reject_file = more.reject_file;
  for (const ColumnFaults& fault : more.columns) {
    const auto known = std::find_if(columns.begin(), columns.end(), [&](const ColumnFaults& other) {
      return other.column == fault.column && other.fault == fault.fault;
    });
    if (known == columns.end()) {
      columns.push_back(fault);
    } else {
      known->nulled += fault.nulled;
      known->rejected += fault.rejected;
    }
  }
}

template <class Example>
void RowFaults::add(std::size_t column, ValueFault fault, bool rejected, Example example) {
  for (ColumnFaults& known : columns) {
    if (known.column != column || known.fault != fault) continue;
    ++(rejected ? known.rejected : known.nulled);
    return;
  }
  ColumnFaults& first = columns.emplace_back();
  first.column = column;
  first.fault = fault;
  ++(rejected ? first.rejected : first.nulled);
  example(first);
}

}  // namespace millrace
