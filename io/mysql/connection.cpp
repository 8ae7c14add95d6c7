#include "io/mysql/connection.h"

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "io/mysql/client_error.h"

namespace millrace::mysql {

namespace {

/// Whether a PostgreSQL server listens there: it answers an SSLRequest with one byte, 'S' or 'N'.
/// Source: PostgreSQL manual, "Message Formats", SSLRequest.
bool is_postgres(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return false;
  bool answer = false;
  for (const addrinfo* at = found; at != nullptr && !answer; at = at->ai_next) {
    const int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    if (fd < 0) continue;
    timeval patience{.tv_sec = 2, .tv_usec = 0};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, at->ai_addr, at->ai_addrlen) == 0) {
      constexpr std::array<unsigned char, 8> ssl_request{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f};
      pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
      char reply = 0;
      // A MySQL server speaks first; only a silent one is asked.
      if (poll(&ready, 1, 200) == 0 &&
          send(fd, ssl_request.data(), ssl_request.size(), MSG_NOSIGNAL) == 8 &&
          poll(&ready, 1, 2000) == 1 && recv(fd, &reply, 1, 0) == 1) {
        answer = reply == 'S' || reply == 'N';
      }
    }
    close(fd);
  }
  freeaddrinfo(found);
  return answer;
}

/// Ports where PostgreSQL and its poolers usually are: asked first, since a MySQL client there
/// waits for a greeting that never comes. 50055: Qube 7's PostgreSQL.
bool is_usual_postgres_port(std::uint16_t port) {
  return (port >= 5432 && port <= 5439) || port == 6432 || port == 50055;
}

[[noreturn]] void refuse_postgres(const Endpoint& endpoint) {
  throw Error(ErrorKind::bad_request,
              fmt::format("cannot use {} as the source: this is a PostgreSQL server, not MySQL or "
                          "MariaDB",
                          endpoint.masked()),
              {.side = Side::source},
              "give the MySQL server's host and port (MySQL's default port is 3306)");
}

/// How much of TLS is asked for; each word asks for more than the one before.
enum class Tls : std::uint8_t { off, preferred, required, verify_ca, verify_full };

Tls tls_of(const Endpoint& endpoint) {
  Tls tls = Tls::off;
  if (endpoint.tls_mode == "preferred") tls = Tls::preferred;
  if (endpoint.tls_mode == "required") tls = Tls::required;
  if (endpoint.tls_mode == "verify-ca") tls = Tls::verify_ca;
  if (endpoint.tls_mode == "verify-full") tls = Tls::verify_full;
  if (endpoint.tls_mode.empty()) {
    // An authority is given to be checked, a certificate to be shown.
    if (!endpoint.tls_certificate.empty()) tls = Tls::required;
    if (!endpoint.tls_ca.empty()) tls = Tls::verify_ca;
  }
  if (tls == Tls::verify_ca && endpoint.tls_ca.empty()) {
    throw Error(ErrorKind::bad_request,
                "cannot verify the certificate of " + endpoint.masked() +
                    ": no authority is given to check it against",
                {.side = Side::source}, "give the authority's file: --source-ssl-ca FILE");
  }
  // Nobody stands between the two ends of a unix socket.
  return endpoint.socket.empty() ? tls : std::min(tls, Tls::preferred);
}

/// Tell the library. "Enforce" makes it encrypt where the server can, and go on in plain text
/// without a word where it cannot. An authority makes it check the chain; "verify" makes it check
/// the host's name besides, and refuse a server without TLS before it logs in. Measured:
/// Connector/C 3.3.
void set_tls(MYSQL* mysql, const Endpoint& endpoint, Tls tls) {
  if (tls == Tls::off) return;
  const auto text = [](const std::string& value) {
    return value.empty() ? nullptr : value.c_str();
  };
  const my_bool enforce = 1;
  const my_bool verify = tls == Tls::verify_full ? 1 : 0;
  mysql_ssl_set(mysql, text(endpoint.tls_key), text(endpoint.tls_certificate),
                tls == Tls::preferred ? nullptr : text(endpoint.tls_ca), nullptr, nullptr);
  mysql_optionsv(mysql, MYSQL_OPT_SSL_ENFORCE, &enforce);
  mysql_optionsv(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
}

struct CloseHandle {
  void operator()(MYSQL* mysql) const { mysql_close(mysql); }
};
using Handle = std::unique_ptr<MYSQL, CloseHandle>;

std::uint16_t port_of(const Endpoint& endpoint) {
  return endpoint.port == 0 ? std::uint16_t{3306} : endpoint.port;
}

std::string host_of(const Endpoint& endpoint) {
  return endpoint.host.empty() ? "127.0.0.1" : endpoint.host;
}

/// Call the server; mysql_errno() of the handle says how that went.
Handle call(const Endpoint& endpoint, Tls tls) {
  Handle handle(mysql_init(nullptr));
  MYSQL* mysql = handle.get();
  if (mysql == nullptr) throw std::bad_alloc();
  const bool over_tcp = endpoint.socket.empty();
  const unsigned timeout = endpoint.connect_timeout_seconds;
  const std::size_t largest_packet = std::size_t{1} << 30;  // the protocol's limit for a row
  const unsigned protocol = over_tcp ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
  mysql_optionsv(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &timeout);
  mysql_optionsv(mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &largest_packet);
  mysql_optionsv(mysql, MYSQL_OPT_PROTOCOL, &protocol);
  mysql_optionsv(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_optionsv(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "millrace");
  set_tls(mysql, endpoint, tls);
  const auto or_null = [](const std::string& text) {
    return text.empty() ? nullptr : text.c_str();
  };
  mysql_real_connect(mysql, over_tcp ? host_of(endpoint).c_str() : nullptr, or_null(endpoint.user),
                     endpoint.has_password ? endpoint.password.c_str() : nullptr,
                     or_null(endpoint.database), port_of(endpoint), or_null(endpoint.socket), 0);
  return handle;
}

/// Let a server that vanished without a word be noticed within two minutes; without this a read
/// waits for two hours. What a socket does not know is left as it is.
void keep_alive(MYSQL* mysql) {
  const my_socket fd = mysql_get_socket(mysql);
  if (fd == MARIADB_INVALID_SOCKET) return;
  const auto set = [fd](int level, int option, int value) {
    setsockopt(fd, level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 6);
}

std::string connect_hint(unsigned code, const Endpoint& endpoint) {
  switch (code) {
    case ER_ACCESS_DENIED_ERROR:
      return endpoint.has_password
                 ? "check user and password, and that the account may log in from this host"
                 : "give the password: MYSQL_PWD, ~/.my.cnf, or --source-password-file";
    case ER_BAD_DB_ERROR:
      return "check the database in the URL, or leave it out and use --databases";
    case CR_CONN_HOST_ERROR:
    case CR_CONNECTION_ERROR:
    case CR_SERVER_LOST:
    case CR_SERVER_LOST_EXTENDED:
      return "check host and port (or socket), and that a MySQL or MariaDB server runs there";
    case CR_UNKNOWN_HOST: return "check the host name in the URL";
    case CR_SSL_CONNECTION_ERROR:
      return "check --source-ssl-mode and the CA file (--source-ssl-ca)";
    default: return {};
  }
}

ServerVersion read_version(MYSQL* mysql) {
  ServerVersion version;
  version.text = mysql_get_server_info(mysql);
  version.mariadb = version.text.find("MariaDB") != std::string::npos;
  version.number = static_cast<int>(mysql_get_server_version(mysql));
  return version;
}

}  // namespace

Connection::Connection(const Endpoint& endpoint) {
  static std::once_flag library;
  std::call_once(library, [] { mysql_library_init(0, nullptr, nullptr); });
  const bool over_tcp = endpoint.socket.empty();
  const auto answers_as_postgres = [&] {
    return over_tcp && is_postgres(host_of(endpoint), port_of(endpoint));
  };
  if (is_usual_postgres_port(port_of(endpoint)) && answers_as_postgres()) {
    refuse_postgres(endpoint);
  }
  const Tls tls = tls_of(endpoint);
  Handle handle = call(endpoint, tls);
  if (tls == Tls::preferred && mysql_errno(handle.get()) == CR_SSL_CONNECTION_ERROR) {
    handle = call(endpoint, Tls::off);  // for example a server that knows only the TLS of its time
  }
  const unsigned code = mysql_errno(handle.get());
  if (code != 0) {
    const bool went_quiet = code == CR_SERVER_LOST || code == CR_CONNECTION_ERROR ||
                            code == CR_CONN_HOST_ERROR || code == CR_SERVER_LOST_EXTENDED;
    if (went_quiet && answers_as_postgres()) refuse_postgres(endpoint);
    Error error = error_of(handle.get(), "cannot connect to the source " + endpoint.masked());
    error.add_hint(connect_hint(code, endpoint));
    // Once a session runs this is a wire that broke; here it is a certificate or a version.
    if (code != CR_SSL_CONNECTION_ERROR) throw error;
    throw Error(ErrorKind::bad_request, error.message(), error.where(), error.hint());
  }
  if (tls >= Tls::required && mysql_get_ssl_cipher(handle.get()) == nullptr) {
    throw Error(ErrorKind::bad_request,
                "cannot connect to the source " + endpoint.masked() + ": it offers no TLS",
                {.side = Side::source},
                "turn TLS on there (ssl_cert and ssl_key), or allow plain text with "
                "--source-ssl-mode preferred");
  }
  if (over_tcp) keep_alive(handle.get());
  mysql_ = handle.release();
  version_ = read_version(mysql_);
  try {
    // Nothing the account's defaults say may change what a value reads as, or cut us off while the
    // target is slow: net_write_timeout (s) bounds how long the server waits for us to read.
    // Two that are easily overlooked: a limit for SELECT would end each chunk early, and look like
    // its end; and a server may pay no heed to the charset that a client names at the handshake.
    execute(
        "SET NAMES utf8mb4, SESSION sql_mode = '', time_zone = '+00:00', character_set_results = "
        "NULL, autocommit = 1, sql_select_limit = 18446744073709551615, sql_big_selects = 1, "
        "net_write_timeout = 86400, net_read_timeout = 86400, wait_timeout = 604800");
    if (version_.mariadb) {
      execute("SET SESSION max_statement_time = 0");
    } else if (version_.number >= 50708) {
      execute("SET SESSION max_execution_time = 0");
    }
  } catch (...) {
    mysql_close(std::exchange(mysql_, nullptr));
    throw;
  }
}

Connection::~Connection() {
  if (mysql_ != nullptr) mysql_close(mysql_);
}

Connection::Connection(Connection&& other) noexcept
    : mysql_(std::exchange(other.mysql_, nullptr)), version_(std::move(other.version_)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(mysql_, other.mysql_);
  std::swap(version_, other.version_);
  return *this;
}

void Connection::execute(const std::string& sql) { query(sql); }

std::vector<Row> Connection::query(const std::string& sql) {
  std::vector<Row> rows;
  each_row(sql, [&](const Row& row) { rows.push_back(row); });
  return rows;
}

void Connection::each_row(const std::string& sql, const std::function<void(const Row&)>& take) {
  constexpr std::size_t shown = 120;  // characters of a failed statement
  if (mysql_real_query(mysql_, sql.data(), sql.size()) != 0) {
    throw error_of(mysql_, "source refused: " + sql.substr(0, shown));
  }
  // Freeing reads what is left away: the session stays of use when `take` throws.
  const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(mysql_use_result(mysql_),
                                                                        &mysql_free_result);
  if (!result) {
    if (mysql_field_count(mysql_) != 0) {
      throw error_of(mysql_, "source sent no result: " + sql.substr(0, shown));
    }
    return;
  }
  Row row(mysql_num_fields(result.get()));
  while (MYSQL_ROW raw = mysql_fetch_row(result.get())) {
    const unsigned long* lengths = mysql_fetch_lengths(result.get());
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i].null = raw[i] == nullptr;
      row[i].text.assign(row[i].null ? "" : raw[i], row[i].null ? 0 : lengths[i]);
    }
    take(row);
  }
  if (mysql_errno(mysql_) != 0) {
    throw error_of(mysql_, "source broke off the result of: " + sql.substr(0, shown));
  }
}

std::vector<Row> Connection::query_if_allowed(const std::string& sql, bool& denied) {
  denied = false;
  try {
    return query(sql);
  } catch (const Error&) {
    denied = is_denied(mysql_errno(mysql_));
    if (!denied) throw;
    return {};
  }
}

std::uint64_t Connection::id() const noexcept { return mysql_thread_id(mysql_); }

void Connection::cut() noexcept {
  if (mysql_ == nullptr) return;
  const my_socket fd = mysql_get_socket(mysql_);
  if (fd != MARIADB_INVALID_SOCKET) shutdown(fd, SHUT_RDWR);
}

std::string quote_identifier(std::string_view name) {
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  quoted += '`';
  return quoted;
}

std::string quote_text(std::string_view text) {
  if (text.empty()) return "_utf8mb4''";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string quoted = "_utf8mb4 x'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    quoted += digits[byte >> 4];
    quoted += digits[byte & 15];
  }
  quoted += '\'';
  return quoted;
}

}  // namespace millrace::mysql
