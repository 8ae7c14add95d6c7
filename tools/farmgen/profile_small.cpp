#include <array>

#include <fmt/format.h>

#include "tools/farmgen/profiles.h"
#include "tools/farmgen/prose.h"
#include "tools/farmgen/random.h"

namespace millrace {
namespace {

constexpr std::uint64_t default_rows = 100;
constexpr std::int64_t first_stamp = 1'704'067'200;  // 2024-01-01 00:00:00 UTC

TableShape small_shape() {
  TableShape shape;
  shape.columns = R"(
    id int NOT NULL,
    name varchar(60) NOT NULL,
    state smallint NOT NULL,
    amount decimal(10,2) DEFAULT NULL,
    stamp datetime NOT NULL,
    PRIMARY KEY (id))";
  shape.keys = {"KEY stamp (stamp)"};
  shape.options = "DEFAULT CHARSET=utf8mb4";
  return shape;
}

}  // namespace

FarmPlan plan_small(const FarmOptions& options) {
  const auto shape = std::make_shared<const TableShape>(small_shape());
  const auto prose = std::make_shared<const Prose>(options.seed);

  FarmPlan plan;
  plan.databases = {"small"};
  plan.engine = options.engine;
  for (std::uint64_t number = 1; number <= options.tables; ++number) {
    PlannedTable table;
    table.database = "small";
    table.name = fmt::format("t{:04}", number);
    table.shape = shape;
    table.units = table.rows = options.rows ? options.rows : default_rows;
    table.bytes_per_unit = 64;
    table.write_unit = [prose, seed = options.seed, number](std::uint64_t unit, LoadText& out) {
      Random random(seed, stream_of("small") + number, unit);
      out.natural(unit + 1).plain(prose->cut(random, 8, 40)).natural(random.below(8));
      if (random.one_in(10)) {
        out.null();
      } else {
        out.decimal(random.between(-10'000, 10'000'000), 2);
      }
      out.datetime(first_stamp + random.between(0, 31'000'000)).end_row();
    };
    plan.tables.push_back(std::move(table));
  }
  return plan;
}

}  // namespace millrace
