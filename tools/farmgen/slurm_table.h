#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/farmgen/farm_plan.h"
#include "tools/farmgen/profiles.h"
#include "tools/farmgen/prose.h"

namespace millrace {

/// What a column of the accounting database holds, told once instead of per table.
enum class SlurmValue : std::uint8_t {
  digit0,  // the row's place along the table's axes, as a number from 1
  digit1,
  digit2,
  hour0,  // the same as the beginning of an hour, in seconds since 1970
  hour1,
  hour2,
  node0,  // the same as a node's name
  name0,  // the same as a name
  step1,  // the same as a step: batch and extern are negative
  zero,
  one,
  null,
  empty,
  deleted,       // 0, now and then 1: the row is only marked as gone
  epoch,         // seconds since 1970
  epoch_unset,   // the same; often 0, which says unset
  stamp,         // a timestamp
  small,         // below 16
  count,         // below a million
  big,           // below 2^40
  unset32,       // 0xfffffffe, which says unset, or a count
  unset32_null,  // the same or NULL
  unset32_always,
  largest64,  // below 2^40, now and then 2^64 - 2
  real,
  sluid,  // cluster, milliseconds and sequence in 64 bits: above 2^63 for the first cluster
  state,
  user,
  account,
  partition,
  word,  // a name with no blank
  text,  // some words
  path,
  nodes,    // a compressed list of nodes
  tres,     // a vector as text: 1=4,2=8192
  command,  // a submit line, at times long
  script,   // some KiB
  bitmap,   // bytes
};

struct SlurmColumn {
  std::string name;
  std::string definition;  // type and whatever follows it
  SlurmValue value;
};

/// One table of Slurm's accounting, with one row for each point of its axes.
struct SlurmTable {
  std::string name;
  std::vector<SlurmColumn> columns;
  std::vector<std::string> keys;  // the first is the primary key, if there is one
  std::array<std::uint64_t, 3> axes{1, 1, 1};
  std::string options{};  // after the parentheses of CREATE TABLE
};

/// The table as farmgen makes it. `cluster` counts clusters from 0.
PlannedTable plan_slurm_table(SlurmTable table, std::uint64_t cluster, const FarmOptions& options,
                              const std::shared_ptr<const Prose>& prose);

/// The tables that all clusters share.
std::vector<SlurmTable> slurm_shared_tables(const FarmOptions& options);
/// The tables of one cluster, without its name before theirs.
std::vector<SlurmTable> slurm_cluster_tables(const FarmOptions& options);

}  // namespace millrace
