#include "tools/farmgen/farm_loader.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/error.h"
#include "tools/farmgen/farm_server.h"
#include "tools/farmgen/load_source.h"

namespace millrace {
namespace {

// Tables up to this size are made and filled whole, several in one go.
constexpr std::uint64_t large_bytes = 16 << 20;
constexpr std::uint64_t slice_bytes = 32 << 20;
constexpr std::uint64_t batch_bytes = 4 << 20;
constexpr std::size_t batch_tables = 50;

std::uint64_t bytes_of(const PlannedTable& table) { return table.units * table.bytes_per_unit; }

std::string quoted_name(const PlannedTable& table) {
  return mysql::quote_identifier(table.database) + '.' + mysql::quote_identifier(table.name);
}

// Old servers want one, though every name says its database: foreign keys are looked up in it.
std::string use_statement(const PlannedTable& table) {
  return fmt::format("USE {};", mysql::quote_identifier(table.database));
}

std::string create_statement(const FarmPlan& plan, const PlannedTable& table, bool with_keys) {
  const TableShape& shape = *table.shape;
  std::string inside = shape.columns;
  if (with_keys) {
    for (const std::string& key : shape.keys) inside += ", " + key;
  }
  return fmt::format("{}CREATE TABLE {} ({}) ENGINE={} {};", use_statement(table),
                     quoted_name(table), inside, plan.engine, shape.options);
}

std::string add_keys_statement(const PlannedTable& table) {
  return fmt::format("{}ALTER TABLE {} ADD {};", use_statement(table), quoted_name(table),
                     fmt::join(table.shape->keys, ", ADD "));
}

std::string load_statement(const PlannedTable& table, std::size_t source) {
  // Taken as bytes: the text is in the columns' own character sets already.
  return fmt::format("LOAD DATA LOCAL INFILE '{}' INTO TABLE {} CHARACTER SET binary;", source,
                     quoted_name(table));
}

/// What one lane does in one go: a run of whole small tables, or some units of a large one.
struct Share {
  std::span<const PlannedTable> tables;
  std::uint64_t begin = 0;  // units of the large table
  std::uint64_t end = 0;
  std::atomic<std::size_t>* slices_left = nullptr;  // of the large table; null for small ones
};

/// The shares of a plan, large tables first. Hands each out once.
class ShareQueue {
 public:
  explicit ShareQueue(const FarmPlan& plan) : engine_(plan.engine) {
    std::vector<const PlannedTable*> large;
    for (const PlannedTable& table : plan.tables) {
      if (bytes_of(table) > large_bytes) large.push_back(&table);
    }
    std::ranges::sort(large, std::ranges::greater{}, [](auto* table) { return bytes_of(*table); });
    for (const PlannedTable* table : large) slice(*table);
    batch(plan.tables);
  }

  /// The next share, or null.
  const Share* next() {
    const std::size_t i = next_++;
    return i < shares_.size() ? &shares_[i] : nullptr;
  }

  const std::vector<Share>& shares() const { return shares_; }

 private:
  void slice(const PlannedTable& table) {
    // One session at a time writes to a MyISAM table, and builds its keys best from an empty one.
    const std::uint64_t slices =
        engine_ == "MyISAM"
            ? 1
            : std::min(table.units, (bytes_of(table) + slice_bytes - 1) / slice_bytes);
    left_.push_back(std::make_unique<std::atomic<std::size_t>>(slices));
    for (std::uint64_t i = 0; i < slices; ++i) {
      shares_.push_back({{&table, 1},
                         table.units * i / slices,
                         table.units * (i + 1) / slices,
                         left_.back().get()});
    }
  }

  void batch(std::span<const PlannedTable> tables) {
    while (!tables.empty()) {
      if (bytes_of(tables.front()) > large_bytes) {
        tables = tables.subspan(1);
        continue;
      }
      std::size_t n = 0;
      std::uint64_t bytes = 0;
      while (n < std::min(tables.size(), batch_tables) && bytes < batch_bytes &&
             bytes_of(tables[n]) <= large_bytes) {
        bytes += bytes_of(tables[n++]);
      }
      shares_.push_back({tables.first(n)});
      tables = tables.subspan(n);
    }
  }

  std::string_view engine_;
  std::vector<Share> shares_;
  std::vector<std::unique_ptr<std::atomic<std::size_t>>> left_;
  std::atomic<std::size_t> next_ = 0;
};

Loaded load_small_tables(FarmServer& server, const FarmPlan& plan, const Share& share) {
  std::string statements;
  std::vector<LoadSource> loads;
  for (const PlannedTable& table : share.tables) {
    statements += create_statement(plan, table, true);
    loads.emplace_back(table, 0, table.units);
  }
  for (std::size_t i = 0; i < loads.size(); ++i) {
    if (share.tables[i].units != 0) statements += load_statement(share.tables[i], i);
  }
  return server.run(statements + "COMMIT", loads);
}

Loaded load_slice(FarmServer& server, const Share& share) {
  const PlannedTable& table = share.tables.front();
  std::vector<LoadSource> load{{table, share.begin, share.end}};
  // With the checks off MariaDB takes the first load of an empty table in bulk, which shuts the
  // other lanes out; the keys that unique_checks is about come later anyway.
  const Loaded loaded = server.run("SET SESSION unique_checks = 1;" + load_statement(table, 0) +
                                       "COMMIT; SET SESSION unique_checks = 0",
                                   load);
  const bool last = share.slices_left->fetch_sub(1) == 1;
  if (last && !table.shape->keys.empty()) server.run(add_keys_statement(table));
  return loaded;
}

std::vector<std::string> databases_in_the_way(FarmServer& server, const FarmPlan& plan) {
  std::vector<std::string> found =
      server.first_column("SELECT schema_name FROM information_schema.schemata");
  const std::vector<std::string> leftovers =
      plan.leftovers.empty()
          ? std::vector<std::string>{}
          : server.first_column(fmt::format(
                "SELECT schema_name FROM information_schema.schemata WHERE schema_name REGEXP '{}'",
                plan.leftovers));
  std::erase_if(found, [&](const std::string& name) {
    return std::ranges::find(plan.databases, name) == plan.databases.end() &&
           std::ranges::find(leftovers, name) == leftovers.end();
  });
  std::ranges::sort(found);
  return found;
}

void make_databases(FarmServer& server, const FarmPlan& plan, bool drop) {
  const std::vector<std::string> in_the_way = databases_in_the_way(server, plan);
  if (!in_the_way.empty() && !drop) {
    throw Error(
        ErrorKind::bad_request,
        fmt::format("cannot make the databases: there already: {}", fmt::join(in_the_way, ", ")),
        Where{.side = Side::source}, "--drop replaces them");
  }
  for (const std::string& name : in_the_way) {
    server.run("DROP DATABASE IF EXISTS " + mysql::quote_identifier(name));
  }
  for (const std::string& name : plan.databases) {
    server.run("CREATE DATABASE " + mysql::quote_identifier(name) + " DEFAULT CHARACTER SET utf8");
  }
}

[[noreturn]] void rethrow_with_hint(const std::exception_ptr& first_error) {
  try {
    std::rethrow_exception(first_error);
  } catch (Error& error) {
    error.add_hint("what was made so far is left there; run again with --drop");
    throw;
  }
}

}  // namespace

FillReport fill_farm(const FarmPlan& plan, const Endpoint& endpoint, const FillOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  FillReport report;
  ShareQueue queue(plan);
  {
    FarmServer server(endpoint, options.keep_binlog);
    report.server_version = server.version();
    make_databases(server, plan, options.drop);
    for (const Share& share : queue.shares()) {
      if (share.slices_left && share.begin == 0) {
        server.run(create_statement(plan, share.tables.front(), false));
      }
    }
  }

  std::mutex mutex;
  std::exception_ptr first_error;
  std::atomic<bool> stop = false;
  const auto lane = [&] {
    try {
      FarmServer server(endpoint, options.keep_binlog);
      Loaded loaded;
      while (const Share* share = stop ? nullptr : queue.next()) {
        const Loaded more = share->slices_left ? load_slice(server, *share)
                                               : load_small_tables(server, plan, *share);
        loaded.rows += more.rows;
        loaded.bytes += more.bytes;
      }
      const std::scoped_lock lock(mutex);
      report.rows += loaded.rows;
      report.bytes += loaded.bytes;
    } catch (...) {
      stop = true;
      const std::scoped_lock lock(mutex);
      if (!first_error) first_error = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> lanes;
    lanes.reserve(options.connections);
    for (unsigned i = 0; i < options.connections; ++i) lanes.emplace_back(lane);
  }
  if (first_error) rethrow_with_hint(first_error);

  report.databases = plan.databases.size();
  report.tables = plan.tables.size();
  report.seconds = std::chrono::steady_clock::now() - begin;
  return report;
}

}  // namespace millrace
