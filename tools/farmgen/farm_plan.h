#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/farmgen/load_text.h"

namespace millrace {

/// The columns and keys that a table, or thousands of tables, are created with.
struct TableShape {
  std::string columns;            // inside the parentheses of CREATE TABLE: columns, primary key
  std::vector<std::string> keys;  // every other key and foreign key, as a clause of CREATE TABLE
  std::string options;            // after the parentheses, without ENGINE
};

/// One table to be made and filled.
///
/// A unit is what a lane may write by itself: usually a row, sometimes a few that belong together
/// (the lines of an order). Units are written in key order within a slice.
struct PlannedTable {
  std::string database;
  std::string name;
  std::shared_ptr<const TableShape> shape;
  std::uint64_t units = 0;
  std::uint64_t rows = 0;            // that the units come to
  std::uint64_t bytes_per_unit = 0;  // a guess, to deal out the work
  /// Append unit `unit` of [0, units). Threads: lanes call it at the same time for different units.
  std::function<void(std::uint64_t unit, LoadText& out)> write_unit;
};

/// Everything that a profile makes.
struct FarmPlan {
  std::vector<std::string> databases;  // in the order in which they are made
  std::string leftovers;  // regular expression of database names that an earlier farm may have left
  std::string engine = "InnoDB";
  std::vector<PlannedTable> tables;
};

}  // namespace millrace
