#include <array>

#include "tools/farmgen/profiles.h"
#include "tools/farmgen/prose.h"
#include "tools/farmgen/random.h"

namespace millrace {
namespace {

constexpr std::uint64_t default_rows = 4'000'000;
constexpr std::uint64_t frames_per_job = 100;
constexpr std::int64_t first_submit = 1'672'531'200;  // 2023-01-01 00:00:00 UTC

constexpr std::array<std::string_view, 5> states = {"pending", "running", "complete", "failed",
                                                    "blocked"};

// 13 columns of mixed types, about 155 bytes a row as COPY binary.
TableShape frames_shape() {
  TableShape shape;
  shape.columns = R"(
    id bigint unsigned NOT NULL AUTO_INCREMENT,
    job_id int NOT NULL,
    frame int NOT NULL,
    host varchar(64) NOT NULL,
    state enum('pending','running','complete','failed','blocked') NOT NULL,
    cpu_seconds double NOT NULL,
    progress float NOT NULL,
    cost decimal(12,4) NOT NULL,
    submitted datetime NOT NULL,
    updated timestamp NOT NULL DEFAULT '2000-01-01 00:00:00',
    retries int NOT NULL,
    exit_code int DEFAULT NULL,
    log mediumtext,
    PRIMARY KEY (id))";
  shape.keys = {"KEY job_frame (job_id, frame)", "KEY updated (updated)"};
  shape.options = "DEFAULT CHARSET=utf8mb4";
  return shape;
}

std::string host_name(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return "render-" + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

}  // namespace

FarmPlan plan_frames(const FarmOptions& options) {
  constexpr std::size_t host_count = 2000;
  auto hosts = std::make_shared<std::vector<std::string>>();
  for (std::size_t i = 0; i < host_count; ++i) hosts->push_back(host_name(i));
  const auto prose = std::make_shared<const Prose>(options.seed);

  PlannedTable table;
  table.database = "frames";
  table.name = "frame";
  table.shape = std::make_shared<const TableShape>(frames_shape());
  table.units = table.rows = options.rows ? options.rows : default_rows;
  table.bytes_per_unit = 137;
  table.write_unit = [hosts, prose, seed = options.seed](std::uint64_t unit, LoadText& out) {
    Random random(seed, stream_of("frames.frame"), unit);
    const std::int64_t submitted =
        first_submit + static_cast<std::int64_t>(unit / frames_per_job * 45 + random.below(45));
    const bool is_over = !random.one_in(8);
    out.natural(unit + 1)
        .natural(1 + unit / frames_per_job)
        .natural(1001 + unit % frames_per_job)
        .plain(random.pick(*hosts))
        .plain(is_over ? states[2 + random.below(2)] : random.pick(states))
        .real(static_cast<double>(random.below(1 << 30)) / 4096.0 + random.fraction())
        .real(static_cast<float>(random.below(1001)) / 10.0F)
        .decimal(random.between(-9'999, 99'999'999), 4)
        .datetime(submitted)
        .datetime(submitted + random.between(1, 86'400))
        .natural(random.below(4));
    if (is_over) {
      out.integer(random.one_in(10) ? random.between(-1, 255) : 0);
    } else {
      out.null();
    }
    if (random.one_in(10)) {
      out.plain(prose->cut(random, 20, 370));
    } else {
      out.null();
    }
    out.end_row();
  };

  FarmPlan plan;
  plan.databases = {"frames"};
  plan.engine = options.engine;
  plan.tables.push_back(std::move(table));
  return plan;
}

}  // namespace millrace
