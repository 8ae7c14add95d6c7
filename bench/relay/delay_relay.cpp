#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

// A relay that lets every byte arrive later, as a longer wire would: what comes in at t goes out at
// t + delay, while more comes in. So it adds latency and takes no throughput, up to a window of
// bytes under way, as TCP has one.

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t piece_bytes = 64 * 1024;

struct Wire {
  std::chrono::microseconds delay{0};
  std::size_t window_bytes = 0;
};

/// The pieces under way in one direction.
class Flight {
 public:
  explicit Flight(const Wire& wire) : wire_(wire) {}

  void push(std::string piece) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return bytes_ < wire_.window_bytes; });
    bytes_ += piece.size();
    pieces_.emplace_back(Clock::now() + wire_.delay, std::move(piece));
    changed_.notify_all();
  }

  /// The next piece, when it is due; empty at the end.
  std::string pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !pieces_.empty(); });
    const Clock::time_point due = pieces_.front().first;
    std::string piece = std::move(pieces_.front().second);
    pieces_.pop_front();
    lock.unlock();
    std::this_thread::sleep_until(due);
    lock.lock();
    bytes_ -= piece.size();
    changed_.notify_all();
    return piece;
  }

 private:
  const Wire& wire_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<Clock::time_point, std::string>> pieces_;
  std::size_t bytes_ = 0;
};

[[noreturn]] void fail(const std::string& doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

/// Receive until the end and put it on the wire; an empty piece says that nothing follows.
void take_off(int from, Flight& flight) {
  for (;;) {
    std::string piece(piece_bytes, '\0');
    const ssize_t got = recv(from, piece.data(), piece.size(), 0);
    if (got <= 0) break;
    piece.resize(static_cast<std::size_t>(got));
    flight.push(std::move(piece));
  }
  flight.push({});
}

void land(Flight& flight, int to) {
  for (;;) {
    const std::string piece = flight.pop();
    if (piece.empty()) break;
    std::size_t sent = 0;
    while (sent < piece.size()) {
      const ssize_t n = send(to, piece.data() + sent, piece.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
  }
  shutdown(to, SHUT_WR);
}

void no_delay(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int connect_to(const addrinfo& server) {
  const int socket = ::socket(server.ai_family, server.ai_socktype, server.ai_protocol);
  if (socket < 0) fail("socket");
  if (connect(socket, server.ai_addr, server.ai_addrlen) != 0) {
    close(socket);
    return -1;
  }
  no_delay(socket);
  return socket;
}

void relay(int client, const addrinfo& server, const Wire& wire) {
  const int upstream = connect_to(server);
  if (upstream >= 0) {
    Flight there(wire);
    Flight back(wire);
    const std::jthread lanes[] = {std::jthread([&] { take_off(client, there); }),
                                  std::jthread([&] { land(there, upstream); }),
                                  std::jthread([&] { take_off(upstream, back); }),
                                  std::jthread([&] { land(back, client); })};
  }
  if (upstream >= 0) close(upstream);
  close(client);
}

int listen_on_any_port(std::uint16_t& port) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0) fail("socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, any, size) != 0 || listen(listener, 128) != 0) fail("listen");
  if (getsockname(listener, any, &size) != 0) fail("getsockname");
  port = ntohs(address.sin_port);
  return listener;
}

void serve(const std::string& host, const std::string& port, const Wire& wire) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* server = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &server) != 0) {
    throw std::runtime_error("no server is called " + host);
  }
  std::uint16_t own_port = 0;
  const int listener = listen_on_any_port(own_port);
  fmt::print("{}\n", own_port);
  std::fflush(stdout);
  for (;;) {
    const int client = accept(listener, nullptr, nullptr);
    if (client < 0) fail("accept");
    no_delay(client);
    std::thread(relay, client, std::cref(*server), std::cref(wire)).detach();
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string host = "127.0.0.1";
  std::string port;
  double milliseconds = 0;
  Wire wire{.delay = {}, .window_bytes = std::size_t{4} << 20};
  CLI::App app("Relay connections to a server with a delay. Prints the port to connect to.");
  app.add_option("--host", host, "of the server")->capture_default_str();
  app.add_option("--port", port, "of the server")->required();
  app.add_option("--delay-ms", milliseconds, "added to each way")->check(CLI::Range(0.0, 10'000.0));
  app.add_option("--window", wire.window_bytes, "bytes under way at most, by connection and way");
  CLI11_PARSE(app, argc, argv);
  wire.delay = std::chrono::microseconds(static_cast<std::int64_t>(milliseconds * 1000));
  try {
    serve(host, port, wire);
  } catch (const std::exception& error) {
    fmt::print(stderr, "delay_relay: {}\n", error.what());
    return 1;
  }
}
