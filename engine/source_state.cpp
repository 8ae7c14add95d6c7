#include "engine/source_state.h"

namespace millrace {

std::string read_source_identity(mysql::Connection& source) {
  const bool has_uuid = !source.version().mariadb && source.version().number >= 50600;
  const auto rows = source.query(has_uuid ? "SELECT @@hostname, @@port, @@server_uuid"
                                          : "SELECT @@hostname, @@port");
  std::string identity = rows.at(0).at(0).text + ':' + rows[0][1].text;
  if (has_uuid) identity += ' ' + rows[0][2].text;
  return identity;
}

}  // namespace millrace
