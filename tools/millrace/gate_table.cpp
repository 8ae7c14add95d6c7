#include "tools/millrace/gate_table.h"

#include <array>
#include <string>
#include <string_view>

#include "io/error.h"

namespace millrace {

Gate read_gate_table(const SettingTable& table) {
  constexpr std::array<std::string_view, 4> keys = {"sql", "expect", "hint", "at"};
  const TableReader reader(table, keys);
  Gate gate;
  gate.sql = reader.required_text("sql", "sql = \"SELECT version FROM shop.schema_version\"");
  gate.expect = reader.required_text("expect", "expect = 37");
  gate.hint = reader.text("hint").value_or("");
  const std::string at = reader.text("at").value_or("source");
  if (at != "source" && at != "target") {
    throw Error(ErrorKind::bad_request,
                "cannot use " + reader.origin_of("at") + ": it is '" + at + "'", {},
                "write at = \"source\" or at = \"target\"");
  }
  gate.at = at == "source" ? Side::source : Side::target;
  return gate;
}

}  // namespace millrace
