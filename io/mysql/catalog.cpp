#include "io/mysql/catalog.h"

#include <algorithm>
#include <array>
#include <bit>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "io/mysql/catalog_extras.h"
#include "io/mysql/catalog_rows.h"

namespace millrace::mysql {

namespace {

using catalog_rows::lower;
using catalog_rows::to_count;

std::string key_of(const std::string& database, const std::string& table) {
  return database + '\0' + table;
}

/// Finds a table of the catalog by its database and name.
class TableIndex {
 public:
  explicit TableIndex(SourceCatalog& catalog) : catalog_(catalog) {
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) {
      index_.emplace(key_of(catalog.tables[i].database, catalog.tables[i].name), i);
    }
  }
  SourceTable* find(const std::string& database, const std::string& table) {
    const auto found = index_.find(key_of(database, table));
    return found == index_.end() ? nullptr : &catalog_.tables[found->second];
  }

 private:
  SourceCatalog& catalog_;
  std::unordered_map<std::string, std::size_t> index_;
};

/// "IN ('a', 'b')" as hexadecimal literals in the charset of information_schema.
std::string in_list(const std::vector<std::string>& databases) {
  std::string list = "IN (";
  for (const std::string& database : databases) {
    if (list.back() != '(') list += ", ";
    list += quote_text(database);
  }
  return list + ")";
}

/// Of the engines with transactions, those that read as of START TRANSACTION WITH CONSISTENT
/// SNAPSHOT. Others (NDB, SPIDER, ColumnStore) read what is there when they are asked.
bool reads_from_snapshot(const std::string& engine) {
  const std::string name = lower(engine);
  return name == "innodb" || name == "rocksdb" || name == "tokudb";
}

void read_tables(Connection& connection, const std::string& in, SourceCatalog& catalog) {
  const std::string sql =
      "SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.ENGINE, e.TRANSACTIONS, t.TABLE_ROWS, t.DATA_LENGTH, "
      "t.AUTO_INCREMENT, t.TABLE_COLLATION, t.TABLE_COMMENT, t.CREATE_OPTIONS, t.TABLE_TYPE, "
      // A time of this very moment may be that of the next write too: it tells nothing.
      "IF(t.UPDATE_TIME < NOW() - INTERVAL 2 SECOND, t.UPDATE_TIME, NULL) "
      "FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e "
      "ON e.ENGINE = t.ENGINE WHERE t.TABLE_SCHEMA " +
      in + " AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE')";
  connection.each_row(sql, [&](const Row& row) {
    if (row[10].text == "SEQUENCE") {
      SourceSequence& sequence = catalog.sequences.emplace_back();
      sequence.database = row[0].text;
      sequence.name = row[1].text;
      return;
    }
    if (row[2].text == "MRG_MyISAM" || row[2].text == "MRG_MYISAM") {  // MySQL 5.6 shouts it
      catalog.extras.push_back({"MERGE table", row[0].text, row[1].text,
                                "its rows are those of its tables, which are moved"});
      return;
    }
    if (row[10].text == "SYSTEM VERSIONED") {
      catalog.extras.push_back({"history", row[0].text, row[1].text, "WITH SYSTEM VERSIONING"});
    }
    SourceTable& table = catalog.tables.emplace_back();
    table.database = row[0].text;
    table.name = row[1].text;
    table.engine = row[2].text;
    table.transactional = row[3].text == "YES" && reads_from_snapshot(table.engine);
    table.rows_estimate = to_count(row[4]);
    table.data_bytes = to_count(row[5]);
    if (!row[6].null) table.next_auto_increment = to_count(row[6]);
    table.collation = row[7].text;
    table.comment = row[8].text;
    table.create_options = row[9].text;
    table.update_time = row[11].text;
  });
  std::sort(catalog.tables.begin(), catalog.tables.end(), [](const auto& a, const auto& b) {
    return std::tie(a.database, a.name) < std::tie(b.database, b.name);
  });
}

std::size_t hash_of(const SourceColumn& column) {
  const std::hash<std::string> hash;
  return hash(column.name) + 31 * hash(column.column_type) + 37 * hash(column.default_text) +
         41 * hash(column.comment);
}

}  // namespace

void read_sequences(Connection& connection, std::vector<SourceSequence>& sequences) {
  for (SourceSequence& sequence : sequences) {
    const auto rows = connection.query(
        "SELECT next_not_cached_value, minimum_value, maximum_value, start_value, increment, "
        "cycle_option FROM " +
        quote_identifier(sequence.database) + "." + quote_identifier(sequence.name));
    if (rows.empty()) continue;
    const auto number = [&](std::size_t at) { return std::stoll(rows[0][at].text); };
    sequence.next = number(0);
    sequence.minimum = number(1);
    sequence.maximum = number(2);
    sequence.start = number(3);
    sequence.increment = number(4) == 0 ? 1 : number(4);  // 0: by a variable of the server's
    sequence.cycle = number(5) != 0;
  }
}

namespace {

/// Let `definition` stand for these cells too.
void add_to_definition(std::uint64_t& definition, std::span<const Cell> cells) {
  const std::hash<std::string> hash;
  for (const Cell& cell : cells) {
    const std::uint64_t value = cell.null ? 1 : hash(cell.text);
    definition = (std::rotl(definition, 7) ^ value) * 0x9e3779b97f4a7c15U;
  }
}

/// Rows for column_of(), behind database and table; a table's follow each other.
std::string columns_query(const ServerVersion& version, const std::string& in) {
  const bool generation = version.number >= (version.mariadb ? 100205 : 50706);
  return std::string(
             "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, "
             "IS_NULLABLE, CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, "
             "NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION, COLUMN_DEFAULT, EXTRA, "
             "CHARACTER_SET_NAME, COLLATION_NAME, COLUMN_COMMENT, ") +
         (generation ? "GENERATION_EXPRESSION" : "''") +
         " FROM information_schema.COLUMNS WHERE TABLE_SCHEMA " + in +
         " ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION";
}

void read_columns(Connection& connection, const std::string& in, TableIndex& tables) {
  const ServerVersion& version = connection.version();
  const bool as_sql = version.mariadb && version.number >= 100207;
  VectorSharing<SourceColumn> shapes(&hash_of);
  SourceTable* filling = nullptr;
  connection.each_row(columns_query(version, in), [&](const Row& row) {
    SourceTable* table = tables.find(row[0].text, row[1].text);
    if (table == nullptr) return;  // a view
    if (filling != nullptr && filling != table) shapes.share(filling->columns);
    filling = table;
    table->columns.push_back(column_of(row, as_sql));
    add_to_definition(table->definition, std::span(row).subspan(2));
  });
  if (filling != nullptr) shapes.share(filling->columns);
}

void read_indexes(Connection& connection, const std::string& in, TableIndex& tables) {
  const ServerVersion& version = connection.version();
  const bool functional = !version.mariadb && version.number >= 80013;
  const bool hides = version.number >= (version.mariadb ? 100600 : 80000);
  const std::string sql =
      std::string(
          "SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, "
          "SUB_PART, COLLATION, INDEX_TYPE, INDEX_COMMENT, ") +
      (functional ? "EXPRESSION" : "NULL") + ", " +
      (hides ? (version.mariadb ? "IGNORED = 'YES'" : "IS_VISIBLE = 'NO'") : "0") +
      " FROM information_schema.STATISTICS WHERE TABLE_SCHEMA " + in +
      " ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX";
  connection.each_row(sql, [&](const Row& row) {
    SourceTable* table = tables.find(row[0].text, row[1].text);
    if (table == nullptr) return;
    add_index_part(*table, row);
  });
}

void read_foreign_keys(Connection& connection, const std::string& in, TableIndex& tables) {
  // Two flat queries, joined here: a join of information_schema tables opens every table anew.
  struct Actions {
    std::string on_delete, on_update;
  };
  std::unordered_map<std::string, Actions> actions;
  for (const Row& row : connection.query(
           "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, DELETE_RULE, UPDATE_RULE FROM "
           "information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA " +
           in)) {
    actions.emplace(row[0].text + '\0' + row[1].text + '\0' + row[2].text,
                    Actions{row[3].text, row[4].text});
  }
  if (actions.empty()) return;
  const std::string sql =
      "SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, "
      "REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE "
      "WHERE REFERENCED_TABLE_NAME IS NOT NULL AND TABLE_SCHEMA " +
      in + " ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION";
  connection.each_row(sql, [&](const Row& row) {
    SourceTable* table = tables.find(row[0].text, row[1].text);
    if (table == nullptr) return;
    auto& keys = table->foreign_keys;
    if (keys.empty() || keys.back().name != row[2].text) {
      SourceForeignKey& key = keys.emplace_back();
      key.name = row[2].text;
      key.referenced_database = row[4].text;
      key.referenced_table = row[5].text;
      const auto found = actions.find(row[0].text + '\0' + row[1].text + '\0' + row[2].text);
      if (found != actions.end()) {
        key.on_delete = found->second.on_delete;
        key.on_update = found->second.on_update;
      }
    }
    keys.back().columns.push_back(row[3].text);
    keys.back().referenced_columns.push_back(row[6].text);
  });
}

/// Whether CREATE_OPTIONS says of any table that it has partitions.
bool has_partitions(const SourceCatalog& catalog) {
  return std::any_of(catalog.tables.begin(), catalog.tables.end(), [](const SourceTable& table) {
    return lower(table.create_options).find("partitioned") != std::string::npos;
  });
}

/// Subpartitions have the partition's comment, or one of their own.
void add_comment(SourcePartition& partition, const std::string& comment) {
  if (comment.empty() || partition.comment == comment) return;
  if (partition.comment.ends_with("; " + comment)) return;
  partition.comment += (partition.comment.empty() ? "" : "; ") + comment;
}

/// Of each partition: database, table, then what belongs to the table's definition, name first,
/// then `more` columns. Those that the server counts rows for are dear.
std::string partitions_query(const std::string& in, const std::string& more = {}) {
  return "SELECT TABLE_SCHEMA, TABLE_NAME, PARTITION_NAME, PARTITION_METHOD, "
         "PARTITION_EXPRESSION, PARTITION_DESCRIPTION, SUBPARTITION_METHOD" +
         more +
         " FROM information_schema.PARTITIONS WHERE PARTITION_NAME IS NOT NULL AND TABLE_SCHEMA " +
         in + " ORDER BY 1, 2, PARTITION_ORDINAL_POSITION, SUBPARTITION_ORDINAL_POSITION";
}

void read_partitions(Connection& connection, const std::string& in, TableIndex& tables) {
  const std::string sql = partitions_query(in, ", TABLE_ROWS, DATA_LENGTH, PARTITION_COMMENT");
  std::vector<SourceTable*> cut;
  connection.each_row(sql, [&](const Row& row) {
    SourceTable* table = tables.find(row[0].text, row[1].text);
    if (table == nullptr) return;
    add_to_definition(table->definition, std::span(row).subspan(2, 5));
    table->partitioning = {.method = row[3].text,
                           .expression = row[4].text,
                           .subpartitioned = !row[6].null && !row[6].text.empty()};
    auto& partitions = table->partitions;
    if (partitions.empty() || partitions.back().name != row[2].text) {
      partitions.push_back({.name = row[2].text, .bounds = row[5].text});
    }
    SourcePartition& partition = partitions.back();
    partition.rows_estimate += to_count(row[7]);
    partition.data_bytes += to_count(row[8]);
    add_comment(partition, row[9].text);
    if (may_be_cut(row[9].text) && (cut.empty() || cut.back() != table)) cut.push_back(table);
  });
  for (SourceTable* table : cut) {
    complete_comments(*table, connection
                                  .query("SHOW CREATE TABLE " + quote_identifier(table->database) +
                                         "." + quote_identifier(table->name))
                                  .at(0)
                                  .at(1)
                                  .text);
  }
}

void read_checks(Connection& connection, const std::string& in, TableIndex& tables) {
  const ServerVersion& version = connection.version();
  if (version.mariadb ? version.number < 100210 : version.number < 80016) return;
  const std::string sql =
      version.mariadb
          ? "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, 'YES' FROM "
            "information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA " +
                in
          : "SELECT t.TABLE_SCHEMA, t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE, t.ENFORCED "
            "FROM "
            "information_schema.CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t ON "
            "t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME "
            "WHERE c.CONSTRAINT_SCHEMA " +
                in;
  connection.each_row(sql, [&](const Row& row) {
    if (SourceTable* table = tables.find(row[0].text, row[1].text)) {
      take_check(*table, row[2].text, row[3].text, row[4].text != "NO");
    }
  });
}

}  // namespace

std::vector<std::string> read_databases(Connection& connection) {
  static constexpr std::array<std::string_view, 4> own{"information_schema", "mysql",
                                                       "performance_schema", "sys"};
  std::vector<std::string> databases;
  for (const Row& row : connection.query("SHOW DATABASES")) {
    const std::string name = lower(row[0].text);
    if (std::find(own.begin(), own.end(), name) == own.end()) databases.push_back(row[0].text);
  }
  return databases;
}

void want_fresh_statistics(Connection& connection) {
  if (connection.version().mariadb || connection.version().number < 80000) return;
  connection.execute("SET SESSION information_schema_stats_expiry = 0");
}

SourceCatalog read_catalog(Connection& connection, const std::vector<std::string>& databases) {
  SourceCatalog catalog;
  if (databases.empty()) return catalog;
  want_fresh_statistics(connection);
  const std::string in = in_list(databases);
  read_tables(connection, in, catalog);
  read_sequences(connection, catalog.sequences);
  TableIndex tables(catalog);
  read_columns(connection, in, tables);
  read_indexes(connection, in, tables);
  read_foreign_keys(connection, in, tables);
  // Asked for only where there are any: the answer opens each of thousands of tables anew.
  if (has_partitions(catalog)) read_partitions(connection, in, tables);
  read_checks(connection, in, tables);
  read_extras(connection, in, catalog);
  return catalog;
}

std::vector<std::string> altered_tables(Connection& connection,
                                        const std::vector<PlannedTable>& planned) {
  std::unordered_map<std::string, std::uint64_t> definitions;
  std::set<std::string> databases, with_partitions;
  for (const PlannedTable& table : planned) {
    definitions.emplace(key_of(table.database, table.name), 0);
    databases.insert(table.database);
    if (table.partitioned) with_partitions.insert(table.database);
  }
  const auto add = [&](const std::set<std::string>& of, const auto& query) {
    if (of.empty()) return;
    connection.each_row(query(in_list({of.begin(), of.end()})), [&](const Row& row) {
      const auto found = definitions.find(key_of(row[0].text, row[1].text));
      if (found != definitions.end()) add_to_definition(found->second, std::span(row).subspan(2));
    });
  };
  add(databases, [&](const std::string& in) { return columns_query(connection.version(), in); });
  add(with_partitions, [](const std::string& in) { return partitions_query(in); });
  std::vector<std::string> altered;
  for (const PlannedTable& table : planned) {
    if (definitions.at(key_of(table.database, table.name)) != table.definition) {
      altered.push_back(table.database + "." + table.name);
    }
  }
  return altered;
}

}  // namespace millrace::mysql
