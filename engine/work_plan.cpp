#include "engine/work_plan.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <unordered_map>

#include "engine/target_statements.h"
#include "io/mysql/key_range_text.h"
#include "io/mysql/key_splitter.h"
#include "io/postgres/ddl.h"
#include "operators/consolidation.h"

namespace millrace {

namespace {

// A table up to this size is created, filled and keyed in one transaction with others.
// Measured: bench/run --only small; a commit costs about as much as loading 1 MiB.
constexpr std::uint64_t small_table_bytes = std::uint64_t{1} << 20;
constexpr std::size_t most_tables_per_group = 100;
constexpr std::uint64_t smallest_chunk_bytes = std::uint64_t{4} << 20;
// Chunks that the largest table is cut into at least, per reader: the last one to end leaves the
// other lanes idle for at most this part of their work.
constexpr std::uint64_t chunks_per_reader = 8;

/// The verb of a SELECT. MySQL lets readers of MyISAM wait behind writers that wait for our own
/// LOCK TABLES: for ever, unless they say that they will not. Source: MySQL manual, "SELECT
/// Statement".
std::string select_verb(bool transactional) {
  return transactional ? "SELECT " : "SELECT HIGH_PRIORITY ";
}

std::string from_clause(const std::string& database, const std::string& name) {
  return " FROM " + mysql::quote_identifier(database) + "." + mysql::quote_identifier(name);
}

/// The SELECT of one member of a consolidated table, with its label where the source column is.
std::string member_select(const TranslatedTable& translated, const SourceMember& member) {
  std::string list;
  for (const TranslatedColumn& column : translated.columns) {
    if (!list.empty()) list += ", ";
    list += column.source == 0 ? mysql::quote_text(member.label) : column.select_expression;
  }
  return select_verb(member.transactional) + list + from_clause(member.database, member.name);
}

TableWork make_table_work(const SourceTable& source, const TranslatedTable& translated,
                          bool exists) {
  std::vector<ColumnEncoding> encodings;
  std::string list;
  for (const TranslatedColumn& column : translated.columns) {
    encodings.push_back(column.encoding);
    list += (list.empty() ? "" : ", ") + column.select_expression;
  }
  TableWork work{.source = &source,
                 .translated = &translated,
                 .encoder = RowEncoder(std::move(encodings), translated.constants),
                 .select = select_verb(source.transactional) + list +
                           from_clause(source.database, source.name),
                 .more_selects = {},
                 .copy_sql = postgres::copy_from_stdin(translated.target),
                 .key_columns = {},
                 .exists = exists,
                 .filter = translated.row_filter.empty() ? "" : " WHERE " + translated.row_filter};
  for (std::size_t i = 0; i < source.members.size(); ++i) {
    std::string select = member_select(translated, source.members[i]);
    if (i == 0) {
      work.select = std::move(select);
    } else {
      work.more_selects.push_back(std::move(select));
    }
  }
  if (const auto key = mysql::choose_key(source)) {
    for (const std::size_t index : key->columns) {
      for (std::size_t i = 0; i < translated.columns.size(); ++i) {
        if (translated.columns[i].source == index) work.key_columns.push_back(i);
      }
    }
  }
  return work;
}

/// Mark the tables at either end of a foreign key.
void mark_foreign_keys(std::vector<TableWork>& tables) {
  std::unordered_map<std::string, TableWork*> by_name;
  const auto key = [](const std::string& schema, const std::string& name) {
    return schema + '\0' + name;
  };
  for (TableWork& table : tables) {
    by_name.emplace(key(table.translated->target.schema, table.translated->target.name), &table);
  }
  for (TableWork& table : tables) {
    for (const TargetForeignKey& foreign : table.translated->target.foreign_keys) {
      table.in_foreign_key = true;
      const auto found = by_name.find(key(foreign.referenced_schema, foreign.referenced_table));
      if (found != by_name.end()) found->second->in_foreign_key = true;
    }
  }
}

/// `filter`: the table's own " WHERE (..)", or empty.
std::string where(const std::string& condition, const std::string& index,
                  const std::string& filter) {
  if (condition.empty()) return filter;
  const std::string forced = " FORCE INDEX (" + mysql::quote_identifier(index) + ")";
  if (filter.empty()) return forced + " WHERE " + condition;
  return forced + filter + " AND (" + condition + ")";
}

/// Cuts one table after the other into chunks.
class Planner {
 public:
  Planner(mysql::Connection& source, WorkPlan& plan, const Sizing& sizing)
      : source_(source), plan_(plan), sizing_(sizing) {
    std::uint64_t total = 0;
    for (const TableWork& table : plan.tables) total += table.source->data_bytes;
    const std::uint64_t share = total / (chunks_per_reader * sizing.readers);
    chunk_bytes_ = std::clamp<std::uint64_t>(
        share, std::min<std::uint64_t>(smallest_chunk_bytes, sizing.chunk_bytes),
        sizing.chunk_bytes);
  }

  void cut(std::size_t index) {
    const SourceTable& table = *plan_.tables[index].source;
    if (table.consolidated()) {
      cut_members(index, table);
    } else {
      cut_table(index, 0, table);
    }
  }

  void group(const std::vector<std::size_t>& small) {
    const std::size_t per_group = parts_per_chunk(small.size());
    std::uint64_t bytes = 0;
    std::size_t locks = 0;
    for (const std::size_t index : small) {
      const std::size_t locks_here = locks_of(plan_.tables[index].translated->target);
      const SourceTable& table = *plan_.tables[index].source;
      Chunk* last = plan_.chunks.empty() ? nullptr : &plan_.chunks.back();
      const bool joins =
          last != nullptr && grouping_ && last->tables.size() < per_group &&
          last->under_lock == !table.transactional &&
          bytes + table.data_bytes <= sizing_.chunk_bytes &&
          (sizing_.transaction_locks == 0 || locks + locks_here <= sizing_.transaction_locks);
      if (!joins) {
        add(index, 0, {}, 0, !table.transactional);
        grouping_ = true;
        bytes = locks = 0;
      } else {
        last->tables.push_back(index);
      }
      bytes += table.data_bytes;
      locks += locks_here;
      plan_.chunks.back().bytes_estimate += table.data_bytes;
      plan_.tables[index].grouped = true;
      plan_.chunked_by[index] = "group of small tables";
      plan_.chunks_of[index] = 1;
    }
  }

 private:
  void cut_table(std::size_t index, std::size_t member, const SourceTable& table) {
    const auto key = mysql::choose_key(table);
    if (!table.partitions.empty()) {
      cut_partitions(index, member, table, key);
    } else {
      cut_range(index, member, table, key, {}, table.data_bytes);
    }
  }

  /// Large members are cut as any table; small ones share chunks, so that thousands of them cost
  /// few transactions.
  void cut_members(std::size_t index, const SourceTable& table) {
    const std::size_t count = table.members.size();
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return table.members[a].data_bytes > table.members[b].data_bytes;
    });
    const std::size_t most_parts = parts_per_chunk(count);
    std::array<std::optional<std::size_t>, 2> filling;  // chunks with room, by `under_lock`
    for (const std::size_t at : order) {
      const SourceMember& member = table.members[at];
      if (member.data_bytes >= chunk_bytes_ / 2) {
        cut_table(index, at, member_table(table, member));
        continue;
      }
      std::optional<std::size_t>& open = filling[member.transactional ? 0 : 1];
      const bool joins = open && plan_.chunks[*open].tables.size() < most_parts &&
                         plan_.chunks[*open].bytes_estimate + member.data_bytes <= chunk_bytes_;
      if (joins) {
        Chunk& chunk = plan_.chunks[*open];
        chunk.tables.push_back(index);
        chunk.members.push_back(at);
        chunk.bytes_estimate += member.data_bytes;
        ++plan_.chunks_of[index];
      } else {
        open = plan_.chunks.size();
        add(index, at, {}, member.data_bytes, !member.transactional);
      }
    }
    plan_.chunked_by[index] = describe_origin(table);
  }

  /// Enough groups that every writer gets several of them.
  std::size_t parts_per_chunk(std::size_t parts) const {
    return std::clamp<std::size_t>(parts / (std::size_t{4} * sizing_.writers), 1,
                                   most_tables_per_group);
  }

  void cut_partitions(std::size_t index, std::size_t member, const SourceTable& table,
                      const std::optional<mysql::ChunkKey>& key) {
    for (const SourcePartition& partition : table.partitions) {
      cut_range(index, member, table, key, partition.name, partition.data_bytes);
    }
    plan_.chunked_by[index] = std::to_string(table.partitions.size()) + " partitions";
  }

  void cut_range(std::size_t index, std::size_t member, const SourceTable& table,
                 const std::optional<mysql::ChunkKey>& key, const std::string& partition,
                 std::uint64_t bytes) {
    const std::string clause =
        partition.empty() ? "" : " PARTITION (" + mysql::quote_identifier(partition) + ")";
    const std::uint64_t pieces = std::max<std::uint64_t>(1, bytes / chunk_bytes_);
    if (!key || pieces < 2) {
      add(index, member, clause + plan_.tables[index].filter, bytes, !table.transactional);
      plan_.chunked_by[index] = key ? "one piece" : "one stream (no key to cut along)";
      return;
    }
    const auto ranges = mysql::split_keys(source_, table, *key, partition, pieces);
    std::uint64_t rows = 1;
    for (const auto& range : ranges) rows += range.rows_estimate;
    for (const auto& range : ranges) {
      const auto share = static_cast<std::uint64_t>(static_cast<double>(bytes) *
                                                    static_cast<double>(range.rows_estimate) /
                                                    static_cast<double>(rows));
      add(index, member,
          clause + where(mysql::range_condition(table, *key, range.range), key->index,
                         plan_.tables[index].filter),
          share, !table.transactional);
    }
    std::string words;
    for (const std::size_t column : key->columns) {
      words += (words.empty() ? "" : ", ") + table.columns[column].name;
    }
    plan_.chunked_by[index] = words;
  }

  void add(std::size_t index, std::size_t member, std::string tail, std::uint64_t bytes,
           bool under_lock) {
    Chunk& chunk = plan_.chunks.emplace_back();
    chunk.tables.push_back(index);
    if (plan_.tables[index].source->consolidated()) chunk.members.push_back(member);
    chunk.tail = std::move(tail);
    chunk.bytes_estimate = bytes;
    chunk.under_lock = under_lock;
    ++plan_.chunks_of[index];
  }

  mysql::Connection& source_;
  WorkPlan& plan_;
  const Sizing& sizing_;
  std::uint64_t chunk_bytes_ = 0;
  bool grouping_ = false;
};

}  // namespace

std::optional<KeyRange> key_range_of(const TableWork& table, const Chunk& chunk) {
  const auto key = mysql::choose_key(*table.source);
  if (!key || chunk.tables.size() != 1) return std::nullopt;
  std::string_view condition = chunk.tail;
  if (condition.empty() || condition == table.filter) {
    condition = {};
  } else {
    constexpr char place = '\1';
    const std::string around = where(std::string(1, place), key->index, table.filter);
    const std::size_t before = around.find(place);
    const std::string_view after = std::string_view(around).substr(before + 1);
    if (!condition.starts_with(std::string_view(around).substr(0, before)) ||
        !condition.ends_with(after) || condition.size() < around.size()) {
      return std::nullopt;
    }
    condition = condition.substr(before, condition.size() - before - after.size());
  }
  return mysql::parse_range(*table.source, *key, condition);
}

WorkPlan make_uncut_plan(const SourceCatalog& catalog, const Translation& translation,
                         const std::vector<bool>& exists) {
  WorkPlan plan;
  plan.tables.reserve(translation.tables.size());
  for (std::size_t i = 0; i < translation.tables.size(); ++i) {
    const TranslatedTable& translated = translation.tables[i];
    plan.tables.push_back(
        make_table_work(catalog.tables[translated.source], translated, exists[i]));
  }
  mark_foreign_keys(plan.tables);
  plan.chunked_by.resize(plan.tables.size());
  plan.chunks_of.resize(plan.tables.size());
  return plan;
}

WorkPlan make_work_plan(mysql::Connection& source, const SourceCatalog& catalog,
                        const Translation& translation, const std::vector<bool>& exists,
                        const Sizing& sizing) {
  WorkPlan plan = make_uncut_plan(catalog, translation, exists);
  std::vector<std::size_t> order(plan.tables.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const SourceTable& left = *plan.tables[a].source;
    const SourceTable& right = *plan.tables[b].source;
    if (left.transactional != right.transactional) return !left.transactional;
    return left.data_bytes > right.data_bytes;
  });
  Planner planner(source, plan, sizing);
  std::vector<std::size_t> small;
  for (const std::size_t index : order) {
    const TableWork& table = plan.tables[index];
    if (!table.exists && !table.source->consolidated() &&
        table.source->data_bytes <= small_table_bytes) {
      small.push_back(index);
    } else {
      planner.cut(index);
    }
  }
  planner.group(small);
  // What holds the source's lock is read first; after that, a table's own chunks stay in key order.
  std::stable_partition(plan.chunks.begin(), plan.chunks.end(),
                        [](const Chunk& chunk) { return chunk.under_lock; });
  for (std::size_t i = 0; i < plan.chunks.size(); ++i) plan.chunks[i].id = i;
  return plan;
}

}  // namespace millrace
