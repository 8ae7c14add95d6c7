#include "tools/farmgen/slurm_table.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "tools/farmgen/random.h"

namespace millrace {
namespace {

constexpr std::uint64_t unset32 = 0xfffffffe;  // Slurm's NO_VAL
constexpr std::uint64_t unset64 = 0xfffffffffffffffe;
constexpr std::int64_t first_hour = 1'672'531'200;  // 2023-01-01 00:00:00 UTC
constexpr std::int64_t year_seconds = 31'536'000;
constexpr std::int64_t batch_step = -5;  // the first of a job's steps in key order; then extern
constexpr std::int64_t special_steps = 2;

constexpr std::array<std::string_view, 6> accounts = {"physics", "bio-info", "root",
                                                      "météo",   "fx",       "guests"};
constexpr std::array<std::string_view, 4> partitions = {"batch", "gpu", "debug", "big,mem"};

using Digits = std::array<std::uint64_t, 3>;

struct Row {
  Random random;
  Digits digits;
  std::uint64_t cluster;
  const Prose& prose;
};

std::int64_t hour_of(std::uint64_t digit) {
  return first_hour + static_cast<std::int64_t>(digit) * 3600;
}

std::string tres_vector(Random& random) {
  return fmt::format("1={},2={},4={},5={}", 1 + random.below(128), 1024 * random.below(256),
                     1 + random.below(8), random.below(1 << 20));
}

std::string submit_line(Row& row) {
  std::string line = "sbatch --wrap=\"srun ./solve -n 4\"";
  if (row.random.one_in(50)) {
    while (line.size() < 20'000) line += row.prose.cut(row.random, 100, 400);
  }
  return line;
}

/// 12 bits of cluster, 42 of milliseconds, 10 of sequence. The first cluster's are above 2^63, so
/// that any farm has some; the next ones' are below.
std::uint64_t sluid_of(Row& row) {
  const std::uint64_t cluster_id = (2048 - row.cluster) & 0xfff;
  const auto milliseconds = static_cast<std::uint64_t>(hour_of(row.digits[0])) * 1000;
  return cluster_id << 52 | (milliseconds & ((std::uint64_t{1} << 42) - 1)) << 10 |
         row.random.below(1024);
}

void write_number(SlurmValue value, Row& row, LoadText& out) {
  Random& random = row.random;
  switch (value) {
    case SlurmValue::digit0: out.natural(row.digits[0] + 1); break;
    case SlurmValue::digit1: out.natural(row.digits[1] + 1); break;
    case SlurmValue::digit2: out.natural(row.digits[2] + 1); break;
    case SlurmValue::hour0: out.integer(hour_of(row.digits[0])); break;
    case SlurmValue::hour1: out.integer(hour_of(row.digits[1])); break;
    case SlurmValue::hour2: out.integer(hour_of(row.digits[2])); break;
    case SlurmValue::step1: {
      const auto step = static_cast<std::int64_t>(row.digits[1]);
      out.integer(step < special_steps ? batch_step + step : step - special_steps);
      break;
    }
    case SlurmValue::one: out.natural(1); break;
    case SlurmValue::deleted: out.natural(random.one_in(50) ? 1 : 0); break;
    case SlurmValue::epoch: out.integer(first_hour + random.between(0, year_seconds)); break;
    case SlurmValue::epoch_unset:
      out.integer(random.one_in(4) ? 0 : first_hour + random.between(0, year_seconds));
      break;
    case SlurmValue::stamp: out.datetime(first_hour + random.between(0, year_seconds)); break;
    case SlurmValue::small: out.natural(random.below(16)); break;
    case SlurmValue::count: out.natural(random.below(1'000'000)); break;
    case SlurmValue::big: out.natural(random.below(std::uint64_t{1} << 40)); break;
    case SlurmValue::largest64:
      out.natural(random.one_in(20) ? unset64 : random.below(std::uint64_t{1} << 40));
      break;
    case SlurmValue::unset32_null:
      if (random.one_in(3)) {
        out.null();
        break;
      }
      [[fallthrough]];
    case SlurmValue::unset32:
      out.natural(random.one_in(2) ? unset32 : random.below(1'000'000));
      break;
    case SlurmValue::unset32_always: out.natural(unset32); break;
    case SlurmValue::real: out.real(random.fraction() * 1e6); break;
    case SlurmValue::sluid: out.natural(sluid_of(row)); break;
    case SlurmValue::state: out.natural(1 + random.below(8)); break;
    default: out.natural(0); break;
  }
}

/// True if `value` was text, and is written.
bool write_text(SlurmValue value, Row& row, LoadText& out) {
  Random& random = row.random;
  switch (value) {
    case SlurmValue::null: out.null(); return true;
    case SlurmValue::empty: out.plain(""); return true;
    case SlurmValue::node0: out.plain(fmt::format("node{:05}", row.digits[0])); return true;
    case SlurmValue::name0: out.plain(fmt::format("name{}", row.digits[0])); return true;
    case SlurmValue::user: out.plain(fmt::format("u{:04}", random.below(400))); return true;
    case SlurmValue::account: out.plain(random.pick(accounts)); return true;
    case SlurmValue::partition: out.plain(random.pick(partitions)); return true;
    case SlurmValue::word: out.plain(fmt::format("w{}", random.below(5'000))); return true;
    case SlurmValue::text: out.plain(row.prose.cut(random, 0, 60)); return true;
    case SlurmValue::path:
      out.plain(fmt::format("/scratch/u{:04}/run {}", random.below(400), random.below(9'000)));
      return true;
    case SlurmValue::nodes: {
      const std::uint64_t first = random.below(900);
      out.plain(fmt::format("node[{:05}-{:05},{:05}]", first, first + random.below(64), 990));
      return true;
    }
    case SlurmValue::tres: out.plain(tres_vector(random)); return true;
    case SlurmValue::command: out.plain(submit_line(row)); return true;
    case SlurmValue::script:
      out.text(fmt::format("#!/bin/bash\n#SBATCH -n 4\n{}\n", row.prose.cut(random, 500, 8'000)));
      return true;
    case SlurmValue::bitmap: {
      const std::array<char, 4> bytes = {static_cast<char>(random.below(256)), '\0',
                                         static_cast<char>(random.below(256)), '\\'};
      out.text(std::string_view(bytes.data(), bytes.size()));
      return true;
    }
    default: return false;
  }
}

TableShape shape_of(const SlurmTable& table) {
  TableShape shape;
  shape.options = table.options;
  for (const SlurmColumn& column : table.columns) {
    if (!shape.columns.empty()) shape.columns += ", ";
    shape.columns += '`' + column.name + "` " + column.definition;
  }
  for (const std::string& key : table.keys) {
    if (key.starts_with("PRIMARY KEY")) {
      shape.columns += ", " + key;
    } else {
      shape.keys.push_back(key);
    }
  }
  return shape;
}

}  // namespace

PlannedTable plan_slurm_table(SlurmTable table, std::uint64_t cluster, const FarmOptions& options,
                              const std::shared_ptr<const Prose>& prose) {
  PlannedTable planned;
  planned.database = "slurm_acct_db";
  planned.name = table.name;
  planned.shape = std::make_shared<const TableShape>(shape_of(table));
  planned.units = planned.rows = table.axes[0] * table.axes[1] * table.axes[2];
  planned.bytes_per_unit = table.columns.size() * 9;
  planned.write_unit = [table = std::make_shared<const SlurmTable>(std::move(table)), cluster,
                        prose, seed = options.seed,
                        stream = stream_of(planned.name)](std::uint64_t unit, LoadText& out) {
    const auto& axes = table->axes;
    Row row{Random(seed, stream, unit),
            {unit / (axes[1] * axes[2]), unit / axes[2] % axes[1], unit % axes[2]},
            cluster,
            *prose};
    for (const SlurmColumn& column : table->columns) {
      if (!write_text(column.value, row, out)) write_number(column.value, row, out);
    }
    out.end_row();
  };
  return planned;
}

}  // namespace millrace
