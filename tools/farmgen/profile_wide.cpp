#include <algorithm>

#include "tools/farmgen/profiles.h"
#include "tools/farmgen/prose.h"
#include "tools/farmgen/random.h"

namespace millrace {
namespace {

constexpr std::uint64_t default_rows = 1'000'000;
constexpr std::int64_t first_stamp = 1'704'067'200;  // 2024-01-01 00:00:00 UTC
constexpr std::size_t longest_cut = 65'536;          // what Prose gives at once
constexpr std::uint64_t narrow_bytes = 20;           // the other two columns in a row

}  // namespace

// Rows of a given size, whatever the size: memory is measured with them.
FarmPlan plan_wide(const FarmOptions& options) {
  auto shape = std::make_shared<TableShape>();
  shape->columns = R"(
    id bigint unsigned NOT NULL,
    stamp datetime NOT NULL,
    payload longtext NOT NULL,
    PRIMARY KEY (id))";
  shape->options = "DEFAULT CHARSET=utf8mb4";
  const auto prose = std::make_shared<const Prose>(options.seed);

  PlannedTable table;
  table.database = "wide";
  table.name = "wide";
  table.shape = shape;
  table.units = table.rows = options.rows ? options.rows : default_rows;
  table.bytes_per_unit = options.row_bytes;
  const std::uint64_t payload =
      options.row_bytes > narrow_bytes ? options.row_bytes - narrow_bytes : 1;
  table.write_unit = [prose, payload, seed = options.seed](std::uint64_t unit, LoadText& out) {
    Random random(seed, stream_of("wide.wide"), unit);
    out.natural(unit + 1).datetime(first_stamp + static_cast<std::int64_t>(unit % 31'536'000));
    if (payload <= longest_cut) {
      out.plain(prose->cut(random, payload, payload));
    } else {
      std::string value;
      value.reserve(payload);
      while (value.size() < payload) {
        const std::size_t n = std::min<std::size_t>(longest_cut, payload - value.size());
        value += prose->cut(random, n, n);
      }
      out.plain(value);
    }
    out.end_row();
  };

  FarmPlan plan;
  plan.databases = {"wide"};
  plan.engine = options.engine;
  plan.tables.push_back(std::move(table));
  return plan;
}

}  // namespace millrace
