#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::postgres {

/// What a MySQL or MariaDB server says of itself, for example "MySQL server (5.6.24)", where one
/// listens on host:port; nothing where something else does. Blocks for two seconds at the most.
/// Source: MySQL internals manual, "Protocol::HandshakeV10" and "ERR_Packet".
std::optional<std::string> read_mysql_greeting(const std::string& host, std::uint16_t port);

/// The same, of the first bytes that a server sent.
std::optional<std::string> parse_mysql_greeting(std::string_view bytes);

}  // namespace millrace::postgres
