#include "tests/support/tcp_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <stdexcept>

namespace millrace {

namespace {

constexpr int tick_ms = 10;  // how soon a change of mode is seen

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
    throw std::runtime_error("TcpRelay wants a numeric address, not " + host);
  }
  return address;
}

bool send_all(int fd, const char* bytes, std::size_t n_bytes) {
  while (n_bytes > 0) {
    const ssize_t sent = send(fd, bytes, n_bytes, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    n_bytes -= static_cast<std::size_t>(sent);
  }
  return true;
}

/// Pass on what `from` has; false at its end.
bool pump(int from, int to) {
  std::array<char, 65536> bytes;
  const ssize_t n_bytes = recv(from, bytes.data(), bytes.size(), 0);
  return n_bytes > 0 && send_all(to, bytes.data(), static_cast<std::size_t>(n_bytes));
}

}  // namespace

TcpRelay::TcpRelay(const std::string& host, std::uint16_t port) {
  sockaddr_in address = address_of("127.0.0.1", 0);
  socklen_t size = sizeof address;
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 8) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("TcpRelay cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, host, port] { run(host, port); });
}

TcpRelay::~TcpRelay() {
  ended_ = true;
  thread_.join();
  close(listener_);
}

void TcpRelay::run(const std::string& host, std::uint16_t port) {
  while (!ended_) {
    pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, tick_ms) != 1) continue;
    const int client = accept(listener_, nullptr, nullptr);
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = address_of(host, port);
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      pass_on(client, server);
    }
    close(client);
    close(server);
  }
}

void TcpRelay::pass_on(int client, int server) {
  while (!ended_ && mode_ != Mode::cut) {
    std::array<pollfd, 2> ends{{{.fd = client, .events = POLLIN, .revents = 0},
                                {.fd = server, .events = POLLIN, .revents = 0}}};
    if (poll(ends.data(), ends.size(), tick_ms) <= 0) continue;
    if (ends[0].revents != 0 && !pump(client, server)) return;
    if (ends[1].revents != 0) {
      if (mode_ == Mode::lose_answer || !pump(server, client)) return;
    }
  }
}

}  // namespace millrace
