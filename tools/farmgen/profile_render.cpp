#include <array>
#include <utility>

#include <fmt/format.h>

#include "tools/farmgen/job_frames.h"
#include "tools/farmgen/profiles.h"
#include "tools/farmgen/prose.h"
#include "tools/farmgen/random.h"

// A small render manager's boards: jobs, tasks, nodes. Every table and column has a comment,
// numbers have display widths, times are datetimes.

namespace millrace {
namespace {

constexpr std::int64_t first_creation = 1'451'606'400;  // 2016-01-01 00:00:00 UTC
constexpr std::array<std::string_view, 6> executables = {"maya",    "nuke",     "arnold",
                                                         "houdini", "redshift", "ffmpeg"};
constexpr std::array<std::string_view, 5> states = {"F", "R", "S", "K", "E"};

PlannedTable board(std::string name, std::string columns, std::vector<std::string> keys,
                   std::string comment, std::uint64_t rows, std::uint64_t bytes_per_row) {
  auto shape = std::make_shared<TableShape>();
  shape->columns = std::move(columns);
  shape->keys = std::move(keys);
  shape->options = "DEFAULT CHARSET=utf8 COMMENT='" + std::move(comment) + "'";
  PlannedTable table;
  table.database = "render";
  table.name = std::move(name);
  table.shape = std::move(shape);
  table.units = table.rows = rows;
  table.bytes_per_unit = bytes_per_row;
  return table;
}

std::int64_t created(std::uint64_t job) {
  return first_creation + static_cast<std::int64_t>(job) * 600;
}

PlannedTable executable_board() {
  PlannedTable table = board("executable",
                             R"(name varchar(20) NOT NULL COMMENT 'Name of the program',
        path varchar(255) DEFAULT NULL COMMENT 'Where nodes find it',
        PRIMARY KEY (name))",
                             {}, "What a node can run", executables.size(), 40);
  table.write_unit = [](std::uint64_t unit, LoadText& out) {
    out.plain(executables[unit]).text(fmt::format("C:\\Program Files\\{}", executables[unit]));
    out.end_row();
  };
  return table;
}

PlannedTable node_board(const FarmOptions& options, std::uint64_t hosts) {
  PlannedTable table =
      board("rendernode",
            R"(host varchar(80) NOT NULL COMMENT 'The node''s name',
        status char(1) NOT NULL DEFAULT 'O' COMMENT 'I idle, S started, O offline',
        task_id int(6) DEFAULT NULL COMMENT 'What it works on, if it does',
        capabilities varchar(255) NOT NULL DEFAULT '' COMMENT 'Programs, by comma',
        min_priority int(6) NOT NULL DEFAULT '0' COMMENT 'No job below is taken',
        pulse datetime DEFAULT NULL COMMENT 'Last sign of life',
        PRIMARY KEY (host))",
            {"KEY pulse (pulse)"}, "Nodes; one row each, \"alive\" or not", hosts, 70);
  table.write_unit = [seed = options.seed](std::uint64_t unit, LoadText& out) {
    Random random(seed, stream_of("render.rendernode"), unit);
    out.plain(fmt::format("node-{:05}", unit)).plain(random.one_in(3) ? "O" : "I");
    if (random.one_in(2)) {
      out.null();
    } else {
      out.natural(1 + random.below(1'000));
    }
    out.plain(fmt::format("{},{}", random.pick(executables), random.pick(executables)));
    out.natural(random.below(100));
    if (random.one_in(10)) {
      out.null();
    } else {
      out.datetime(first_creation + random.between(0, 10'000'000));
    }
    out.end_row();
  };
  return table;
}

PlannedTable job_board(const FarmOptions& options, const std::shared_ptr<const Prose>& prose) {
  PlannedTable table = board("jobboard",
                             R"(id int(11) NOT NULL AUTO_INCREMENT COMMENT 'The job''s number',
        exec_name varchar(20) NOT NULL COMMENT 'One of executable',
        base_cmd varchar(500) DEFAULT NULL COMMENT 'Command; frames follow',
        start_frame int(6) NOT NULL COMMENT 'First frame',
        end_frame int(6) NOT NULL COMMENT 'Last frame, included',
        by_frame int(4) NOT NULL DEFAULT '1' COMMENT 'Step between frames',
        task_file varchar(255) NOT NULL DEFAULT '' COMMENT 'Scene; "quotes" and 100% allowed',
        priority tinyint(3) unsigned NOT NULL DEFAULT '50' COMMENT '0 to 255',
        status char(1) NOT NULL DEFAULT 'R' COMMENT 'F finished, R ready, S started, K killed',
        archived tinyint(1) NOT NULL DEFAULT '0' COMMENT 'Hidden from the list',
        max_nodes int(5) unsigned zerofill NOT NULL DEFAULT '00000' COMMENT '0: no limit',
        mp_time decimal(8,2) DEFAULT NULL COMMENT 'Minutes for a frame',
        creation_time datetime NOT NULL COMMENT 'When it was sent',
        owner varchar(45) DEFAULT NULL COMMENT 'Who sent it; ö and é allowed',
        notes text COMMENT 'Whatever the owner wrote',
        PRIMARY KEY (id))",
                             {"KEY owner_time (owner, creation_time)", "KEY status (status)"},
                             "Jobs - the board''s left side", options.jobs, 190);
  table.write_unit = [prose, seed = options.seed, frames = JobFrames(options)](std::uint64_t unit,
                                                                               LoadText& out) {
    constexpr std::array<std::string_view, 4> owners = {"jörg", "amélie", "sam", "oyuki"};
    Random random(seed, stream_of("render.jobboard"), unit);
    const std::string_view executable = random.pick(executables);
    out.natural(unit + 1).plain(executable).text(fmt::format("-x 1920 -proj \"P:\\{}\"", unit));
    out.natural(1)
        .natural(frames.of(unit))
        .natural(1)
        .plain(fmt::format("shot_{:05}.{}", unit, executable));
    out.natural(random.below(256)).plain(random.pick(states)).natural(random.below(2));
    out.natural(random.one_in(3) ? random.below(500) : 0);
    if (random.one_in(5)) {
      out.null();
    } else {
      out.decimal(random.between(0, 99'999), 2);
    }
    out.datetime(created(unit)).plain(random.pick(owners));
    if (random.one_in(4)) {
      out.text(fmt::format("{}\r\n{}", prose->cut(random, 5, 80), prose->cut(random, 5, 80)));
    } else {
      out.null();
    }
    out.end_row();
  };
  return table;
}

PlannedTable task_board(const FarmOptions& options, std::uint64_t hosts) {
  const JobFrames frames(options);
  PlannedTable table = board("taskboard",
                             R"(id bigint(20) NOT NULL AUTO_INCREMENT COMMENT 'The task''s number',
        job_id int(11) NOT NULL COMMENT 'Its job',
        frame int(6) NOT NULL COMMENT 'Which frame',
        status char(1) NOT NULL DEFAULT 'R' COMMENT 'As in jobboard',
        start_time datetime DEFAULT NULL COMMENT 'NULL: not begun',
        end_time datetime DEFAULT NULL COMMENT 'NULL: not ended',
        host varchar(80) DEFAULT NULL COMMENT 'Where',
        exit_code int(4) DEFAULT NULL COMMENT 'Negative on Windows',
        attempts tinyint(2) NOT NULL DEFAULT '0' COMMENT 'Tries so far',
        log_file varchar(255) DEFAULT NULL COMMENT 'On the farm''s share',
        PRIMARY KEY (id))",
                             {"UNIQUE KEY job_frame (job_id, frame)", "KEY host (host)"},
                             "Tasks, one for each frame", frames.before(options.jobs), 110);
  table.write_unit = [seed = options.seed, frames, hosts](std::uint64_t unit, LoadText& out) {
    Random random(seed, stream_of("render.taskboard"), unit);
    const std::uint64_t job = frames.job_of(unit);
    const std::int64_t start = created(job) + random.between(0, 86'400);
    const bool was_started = !random.one_in(10);
    const bool is_over = was_started && !random.one_in(10);
    out.natural(unit + 1)
        .natural(job + 1)
        .natural(1 + unit - frames.before(job))
        .plain(random.pick(states));
    if (was_started) {
      out.datetime(start);
    } else {
      out.null();
    }
    if (is_over) {
      out.datetime(start + random.between(1, 20'000));
    } else {
      out.null();
    }
    if (was_started) {
      out.plain(fmt::format("node-{:05}", random.below(hosts)));
    } else {
      out.null();
    }
    if (is_over) {
      out.integer(random.one_in(20) ? -1'073'741'819 : 0);
    } else {
      out.null();
    }
    out.natural(random.below(4)).text(fmt::format("\\\\share\\logs\\{}_{}.log", job, unit));
    out.end_row();
  };
  return table;
}

}  // namespace

FarmPlan plan_render(const FarmOptions& options) {
  const auto prose = std::make_shared<const Prose>(options.seed);
  const std::uint64_t hosts = options.hosts ? options.hosts : 4 + options.jobs / 4;
  FarmPlan plan;
  plan.databases = {"render"};
  plan.engine = options.engine;
  plan.tables.push_back(executable_board());
  plan.tables.push_back(node_board(options, hosts));
  plan.tables.push_back(job_board(options, prose));
  plan.tables.push_back(task_board(options, hosts));
  return plan;
}

}  // namespace millrace
