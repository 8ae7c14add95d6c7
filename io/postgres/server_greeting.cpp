#include "io/postgres/server_greeting.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace millrace::postgres {

namespace {

constexpr int patience_ms = 2000;

/// A connected socket, or -1.
int connect_within_patience(const addrinfo& address) {
  const int fd = socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                        address.ai_protocol);
  if (fd < 0) return -1;
  if (connect(fd, address.ai_addr, address.ai_addrlen) == 0) return fd;
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  int failure = 0;
  socklen_t size = sizeof failure;
  if (errno == EINPROGRESS && poll(&ready, 1, patience_ms) == 1 &&
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0) {
    return fd;
  }
  close(fd);
  return -1;
}

std::string read_first_bytes(int fd) {
  std::array<char, 256> bytes;
  pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
  if (poll(&ready, 1, patience_ms) != 1) return {};
  const ssize_t n_bytes = recv(fd, bytes.data(), bytes.size(), 0);
  return n_bytes > 0 ? std::string(bytes.data(), static_cast<std::size_t>(n_bytes)) : std::string();
}

}  // namespace

std::optional<std::string> parse_mysql_greeting(std::string_view bytes) {
  // packet := int3 length (little-endian) | int1 sequence = 0 | payload
  // payload := 10 version NUL ...          a greeting
  //          | 255 int2 errno text         a refusal before the greeting
  constexpr std::size_t header_bytes = 4;
  if (bytes.size() < header_bytes + 3 || bytes[3] != 0) return std::nullopt;
  const auto byte = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(bytes[i]); };
  const std::size_t length = byte(0) | byte(1) << 8U | byte(2) << 16U;
  if (length < 3 || length > 4096) return std::nullopt;
  if (byte(header_bytes) == 0xff) {
    const std::string_view text = bytes.substr(header_bytes + 3);
    const bool mariadb = text.find("MariaDB") != std::string_view::npos;
    return mariadb ? "MariaDB server" : "MySQL server";
  }
  if (byte(header_bytes) != 10) return std::nullopt;
  std::string_view version = bytes.substr(header_bytes + 1);
  const std::size_t end = version.find('\0');
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  version = version.substr(0, end);
  // MariaDB says 5.5.5- first, for clients that know no version 10.
  constexpr std::string_view disguise = "5.5.5-";
  const bool mariadb = version.find("MariaDB") != std::string_view::npos;
  if (mariadb && version.starts_with(disguise)) version.remove_prefix(disguise.size());
  return std::string(mariadb ? "MariaDB server (" : "MySQL server (").append(version).append(")");
}

std::optional<std::string> read_mysql_greeting(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return std::nullopt;
  }
  std::optional<std::string> greeting;
  for (const addrinfo* at = found; at != nullptr && !greeting; at = at->ai_next) {
    const int fd = connect_within_patience(*at);
    if (fd < 0) continue;
    greeting = parse_mysql_greeting(read_first_bytes(fd));
    close(fd);
  }
  freeaddrinfo(found);
  return greeting;
}

}  // namespace millrace::postgres
