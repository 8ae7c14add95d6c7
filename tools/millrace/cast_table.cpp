#include "tools/millrace/cast_table.h"

#include <array>
#include <optional>
#include <string_view>

namespace millrace {

CastRule read_cast_table(const SettingTable& table) {
  constexpr std::array<std::string_view, 12> keys = {
      "column", "type",  "unsigned", "nullable", "auto_increment", "default",
      "to",     "using", "null_if",  "true",     "false",          "optional"};
  const TableReader reader(table, keys);
  CastRule rule;
  rule.origin = reader.origin();
  if (const auto type = reader.text("type")) parse_type_selector(*type, rule);
  if (const auto column = reader.text("column")) rule.columns = *column;
  // A type says these too: "int unsigned not null".
  const auto take_flag = [&](std::string_view key, std::optional<bool>& guard) {
    if (const auto given = reader.flag(key)) guard = given;
  };
  take_flag("unsigned", rule.is_unsigned);
  take_flag("nullable", rule.nullable);
  take_flag("auto_increment", rule.auto_increment);
  if (const auto value = reader.text("default")) rule.default_text = *value;
  rule.to = reader.text("to").value_or("");
  rule.conversion = reader.text("using").value_or("");
  rule.null_if = reader.list("null_if");
  rule.true_words = reader.list("true");
  rule.false_words = reader.list("false");
  rule.optional = reader.flag("optional").value_or(false);
  check_cast_rule(rule);
  return rule;
}

}  // namespace millrace
