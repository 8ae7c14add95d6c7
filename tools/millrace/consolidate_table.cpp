#include "tools/millrace/consolidate_table.h"

#include <array>
#include <string_view>

#include "io/error.h"

namespace millrace {

ConsolidationRule read_consolidate_table(const SettingTable& table) {
  constexpr std::array<std::string_view, 4> keys = {"from", "into", "source_column",
                                                    "source_value"};
  const TableReader reader(table, keys);
  ConsolidationRule rule;
  rule.from = reader.list("from");
  if (rule.from.empty()) reader.required_text("from", "from = \"*qube.work\"");
  rule.into = reader.required_text("into", "into = \"farm.work\"");
  rule.source_column = reader.required_text("source_column", "source_column = \"shard\"");
  const std::string label = reader.text("source_value").value_or("name");
  if (label != "name" && label != "match") {
    throw Error(ErrorKind::bad_request,
                "cannot use " + reader.origin_of("source_value") + ": it is '" + label + "'", {},
                "write source_value = \"name\" or \"match\"");
  }
  rule.label = label == "match" ? SourceLabel::match : SourceLabel::name;
  return rule;
}

}  // namespace millrace
