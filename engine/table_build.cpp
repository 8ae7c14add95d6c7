#include "engine/table_build.h"

#include "io/postgres/ddl.h"

namespace millrace {

std::vector<std::string> creation_statements(const TargetTable& table) {
  std::vector<std::string> statements{postgres::create_table(table)};
  for (std::string& partition : postgres::create_partitions(table)) {
    statements.push_back(std::move(partition));
  }
  for (std::string& comment : postgres::comments(table)) statements.push_back(std::move(comment));
  return statements;
}

std::vector<std::string> key_statements_in_place(const TargetTable& table) {
  std::vector<std::string> statements;
  for (const TargetIndex& index : table.indexes) {
    statements.push_back(index.primary ? postgres::add_primary_key(table, index)
                                       : postgres::create_index(table, index));
  }
  return statements;
}

std::vector<std::string> finishing_statements(const TableWork& work, bool analyze) {
  const TargetTable& table = work.translated->target;
  std::vector<std::string> statements;
  std::string next = work.exists ? postgres::advance_identity(table)
                                 : postgres::restart_identity(table, work.next_identity_known);
  if (!next.empty()) statements.push_back(std::move(next));
  if (analyze) statements.push_back(postgres::analyze_table(table));
  return statements;
}

bool gathers_statistics(const TableWork& table, BuildChoices choices) noexcept {
  constexpr std::uint64_t autovacuum_analyze_threshold = 50;
  return choices.analyze &&
         (!table.grouped || table.source->rows_estimate >= autovacuum_analyze_threshold);
}

void append_statements(std::string& script, const std::vector<std::string>& statements) {
  for (const std::string& statement : statements) {
    script += statement;
    script += ";\n";
  }
}

}  // namespace millrace
