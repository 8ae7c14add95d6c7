#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace millrace {

/// A wire that can be cut: passes one connection on to a server, until told otherwise.
class TcpRelay {
 public:
  TcpRelay(const std::string& host, std::uint16_t port);
  ~TcpRelay();
  TcpRelay(const TcpRelay&) = delete;
  TcpRelay& operator=(const TcpRelay&) = delete;

  /// Where to connect instead, on 127.0.0.1.
  std::uint16_t port() const noexcept { return port_; }
  /// Close both ends now.
  void cut() noexcept { mode_ = Mode::cut; }
  /// Pass on what the client sends, but at the server's next word close the client's end instead.
  void lose_next_answer() noexcept { mode_ = Mode::lose_answer; }

 private:
  enum class Mode : std::uint8_t { pass, lose_answer, cut };

  void run(const std::string& host, std::uint16_t port);
  void pass_on(int client, int server);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<Mode> mode_ = Mode::pass;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace millrace
