#include "tools/millrace/credentials.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>
#include <utility>

namespace millrace {
namespace {

constexpr char control_c = 0x03;
constexpr char control_d = 0x04;
constexpr char control_u = 0x15;
constexpr char backspace = 0x08;
constexpr char delete_key = 0x7f;

std::string_view word_of(Side side) noexcept { return side == Side::source ? "source" : "target"; }

std::string first_line_of(const std::string& path, std::string_view option) {
  errno = 0;
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) {
    throw Error(ErrorKind::bad_request,
                "cannot read the password file " + path + ": " +
                    (file.eof() ? "it is empty" : std::generic_category().message(errno)),
                {}, "the first line of the file after " + std::string(option) + " is the password");
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

void set_password(Endpoint& endpoint, std::string password) {
  endpoint.password = std::move(password);
  endpoint.has_password = true;
}

/// The terminal with echo off, whatever ends the scope. Ctrl-C arrives as a character, so that no
/// signal can leave the terminal mute.
class MuteTerminal {
 public:
  MuteTerminal() : descriptor_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::tcgetattr(descriptor_, &before_) != 0) return;
    termios mute = before_;
    mute.c_lflag &= static_cast<tcflag_t>(~static_cast<tcflag_t>(ECHO | ICANON | ISIG));
    mute.c_cc[VMIN] = 1;
    mute.c_cc[VTIME] = 0;
    changed_ = ::tcsetattr(descriptor_, TCSAFLUSH, &mute) == 0;
  }
  ~MuteTerminal() {
    if (changed_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  MuteTerminal(const MuteTerminal&) = delete;
  MuteTerminal& operator=(const MuteTerminal&) = delete;

  bool usable() const noexcept { return changed_; }

  void write(std::string_view text) const noexcept {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  std::optional<char> read() const noexcept {
    char letter = 0;
    ssize_t got = 0;
    do {
      got = ::read(descriptor_, &letter, 1);
    } while (got < 0 && errno == EINTR);
    return got == 1 ? std::optional(letter) : std::nullopt;
  }

 private:
  int descriptor_;
  termios before_{};
  bool changed_ = false;
};

/// Drop the last character: its continuation bytes (UTF-8) and its first.
void drop_last_character(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
  if (!text.empty()) text.pop_back();
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

void complete_credentials(Request& request, const Environment& environment) {
  complete_source_credentials(request, environment);
  complete_target_credentials(request, environment);
}

void complete_source_credentials(Request& request, const Environment& environment) {
  Endpoint& source = request.job.source;
  if (!request.source_password_file.empty() && !source.has_password) {
    set_password(source, first_line_of(request.source_password_file, "--source-password-file"));
  }
  for (const char* name : {"MILLRACE_SOURCE_PASSWORD", "MYSQL_PWD"}) {
    if (source.has_password) break;
    auto password = environment(name);
    if (password && !password->empty()) set_password(source, std::move(*password));
  }
  OptionFileValues values;
  if (!request.defaults_file.empty()) {
    read_option_file(request.defaults_file, values);
  } else if (!request.no_defaults) {
    for (const auto& path : usual_option_files()) read_option_file(path, values);
  }
  apply_option_file(values, source);
}

void complete_target_credentials(Request& request, const Environment& environment) {
  Endpoint& target = request.job.target;
  if (!request.target_password_file.empty() && !target.has_password) {
    set_password(target, first_line_of(request.target_password_file, "--target-password-file"));
  }
  if (target.has_password) return;
  auto password = environment("MILLRACE_TARGET_PASSWORD");
  if (password && !password->empty()) set_password(target, std::move(*password));
}

void apply_option_file(const OptionFileValues& values, Endpoint& endpoint) {
  const auto value_of = [&](const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
  const auto fill = [&](std::string& field, const std::string& name) {
    if (field.empty()) field = value_of(name);
  };
  if (endpoint.host.empty() && endpoint.socket.empty()) {
    endpoint.host = value_of("host");
    endpoint.socket = value_of("socket");
    // As MySQL's clients: localhost, or no host, means the socket; any other host means TCP.
    if (!endpoint.host.empty() && endpoint.host != "localhost") endpoint.socket.clear();
    const std::string port = value_of("port");
    if (!port.empty() && endpoint.port == 0) set_parameter(endpoint, "port", port);
  }
  const std::string user = value_of("user");
  if (endpoint.user.empty()) endpoint.user = user;
  const std::string password = value_of("password");
  if (!endpoint.has_password && !password.empty() && (user.empty() || user == endpoint.user)) {
    set_password(endpoint, password);
  }
  fill(endpoint.tls_ca, "ssl-ca");
  fill(endpoint.tls_certificate, "ssl-cert");
  fill(endpoint.tls_key, "ssl-key");
  if (!endpoint.tls_mode.empty()) return;
  if (const std::string mode = value_of("ssl-mode"); !mode.empty()) {
    set_parameter(endpoint, "ssl-mode", mode);
  } else if (values.contains("ssl-verify-server-cert")) {
    const std::string verify = value_of("ssl-verify-server-cert");
    if (verify != "0" && verify != "off" && verify != "OFF") endpoint.tls_mode = "verify-full";
  }
}

bool wants_password(const Error& error, const Request& request) {
  if (error.kind() != ErrorKind::bad_request) return false;
  if (error.where().side == Side::source) {
    return !request.job.source.has_password && error.where().code == "1045";  // ER_ACCESS_DENIED
  }
  return error.where().side == Side::target && !request.job.target.has_password &&
         error.where().code == "28P01";  // invalid_password
}

bool can_prompt() noexcept {
  if (::isatty(STDIN_FILENO) == 0) return false;
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0) return false;
  ::close(terminal);
  return true;
}

void prompt_password(Endpoint& endpoint) {
  const MuteTerminal terminal;
  if (!terminal.usable()) {
    throw Error(ErrorKind::bad_request,
                "cannot ask for the password of the " + std::string(word_of(endpoint.side)) +
                    ": there is no terminal",
                {},
                endpoint.side == Side::source
                    ? "set MILLRACE_SOURCE_PASSWORD or use --source-password-file"
                    : "set MILLRACE_TARGET_PASSWORD or use --target-password-file");
  }
  terminal.write("Password for the " + std::string(word_of(endpoint.side)) + ' ' +
                 endpoint.masked() + ": ");
  std::string password;
  while (true) {
    const std::optional<char> letter = terminal.read();
    if (letter == control_c) {
      terminal.write("\n");
      throw Error(ErrorKind::cancelled, "stopped on request");
    }
    if (!letter || letter == '\n' || letter == '\r' || letter == control_d) break;
    if (letter == backspace || letter == delete_key) {
      drop_last_character(password);
    } else if (letter == control_u) {
      password.clear();
    } else {
      password += *letter;
    }
  }
  terminal.write("\n");
  set_password(endpoint, std::move(password));
}

void prompt_where_asked(const Request& request, Endpoint& side) {
  if (request.password_prompt && !side.has_password) prompt_password(side);
}

}  // namespace millrace
