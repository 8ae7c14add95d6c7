#include "tools/millrace/table_rule_table.h"

#include <array>
#include <string_view>

namespace millrace {
namespace {

AddedColumn read_added_column(const SettingTable& table) {
  constexpr std::array<std::string_view, 3> keys = {"name", "type", "value"};
  const TableReader reader(table, keys);
  AddedColumn column;
  column.name = reader.required_text("name", "name = \"shard\"");
  column.type = reader.required_text("type", "type = \"text\"");
  column.value = reader.text("value");
  // Checked here already: the placeholders stand for text only.
  if (!column.value || column.value->find('{') == std::string::npos) {
    encode_constant(column, reader.origin());
  }
  return column;
}

}  // namespace

TableRule read_table_rule(const SettingTable& table) {
  constexpr std::array<std::string_view, 7> keys = {
      "name", "rename", "where", "drop_columns", "rename_columns", "add_columns", "optional"};
  const TableReader reader(table, keys);
  TableRule rule;
  rule.origin = reader.origin();
  rule.tables = reader.required_text("name", "name = \"shop.orders\"");
  rule.rename = reader.text("rename").value_or("");
  rule.where = reader.text("where").value_or("");
  rule.drop_columns = reader.list("drop_columns");
  rule.rename_columns = reader.mapping("rename_columns");
  for (const SettingTable& column : reader.tables("add_columns")) {
    rule.add_columns.push_back(read_added_column(column));
  }
  rule.optional = reader.flag("optional").value_or(false);
  check_table_rule(rule);
  return rule;
}

}  // namespace millrace
