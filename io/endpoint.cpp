// Reads the URLs of both servers. Grammar (as libpq's, with MySQL's parameters):
//
//   scheme "://" [ user [ ":" password ] "@" ] [ host ] [ ":" port ] [ "/" [ database ] ]
//          [ "?" name "=" value { "&" name "=" value } ]
//
// Every part may be percent-encoded. A password may hold raw '@' and ':' (the last '@' before the
// path ends it); '/', '?' and '%' in it must be encoded. No message shows any text that could be a
// piece of a password: a URL that we misread is often one whose password was not encoded.

#include "io/endpoint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "io/ascii_case.h"
#include "io/nearest_word.h"

namespace millrace {
namespace {

constexpr std::string_view mysql_example = "mysql://user@host:3306/database";
constexpr std::string_view postgresql_example = "postgresql://user@host:5432/database";
constexpr std::string_view encoding_hint =
    "percent-encode special letters of the password: @ as %40, / as %2F, ? as %3F, % as %25; or "
    "keep it out of the URL, see --help";

constexpr std::array<std::string_view, 11> mysql_parameters = {
    "socket", "ssl-mode", "ssl-ca",   "ssl-cert", "ssl-key",        "host",
    "port",   "user",     "password", "database", "connect-timeout"};
constexpr std::array<std::string_view, 11> postgresql_parameters = {
    "host", "sslmode", "sslrootcert", "sslcert", "sslkey",         "socket",
    "port", "user",    "password",    "dbname",  "connect_timeout"};

std::string_view word_of(Side side) noexcept {
  switch (side) {
    case Side::source: return "source ";
    case Side::target: return "target ";
    case Side::none: break;
  }
  return "";
}

std::string_view example_for(Side side) noexcept {
  return side == Side::target ? postgresql_example : mysql_example;
}

Where at_side(Side side) {
  Where where;
  where.side = side;
  return where;
}

[[noreturn]] void refuse(Side side, const std::string& why, std::string hint) {
  throw Error(ErrorKind::bad_request,
              "cannot read the " + std::string(word_of(side)) + "URL: " + why, at_side(side),
              std::move(hint));
}

int hex_digit(char letter) noexcept {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

std::string decode(std::string_view text, Side side, std::string_view part) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      refuse(side, "a % in the " + std::string(part) + " is not followed by two hex digits",
             "write a plain % as %25");
    }
    if (high == 0 && low == 0) {
      refuse(side, "the " + std::string(part) + " holds a NUL byte (%00)", "drop the %00");
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string encode(std::string_view text, std::string_view also_plain = "") {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char letter : text) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') ||
                       std::string_view("-._~").find(letter) != std::string_view::npos ||
                       also_plain.find(letter) != std::string_view::npos;
    if (plain) {
      encoded += letter;
    } else {
      const auto byte = static_cast<unsigned char>(letter);
      encoded += '%';
      encoded += digits[byte >> 4];
      encoded += digits[byte & 15];
    }
  }
  return encoded;
}

template <class Number>
std::optional<Number> parse_whole_number(std::string_view text) noexcept {
  Number number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Never shows the text: `mysql://user:secret` (no @host) reads as a host with an odd port.
std::uint16_t parse_port(std::string_view text, Side side) {
  const auto port = parse_whole_number<std::uint16_t>(text);
  if (!port || *port == 0) {
    refuse(side, "the port is no number from 1 to 65535",
           "write " + std::string(example_for(side)));
  }
  return *port;
}

bool is_mysql(const Endpoint& endpoint) noexcept { return endpoint.scheme == "mysql"; }

struct TlsWord {
  std::string_view mysql;
  std::string_view postgresql;
};

// Source: MySQL manual, "Command Options for Encrypted Connections", --ssl-mode;
// PostgreSQL manual, libpq, "SSL Support", sslmode. `allow` has no MySQL word.
constexpr std::array<TlsWord, 6> tls_words = {{{"disabled", "disable"},
                                               {"preferred", "allow"},
                                               {"preferred", "prefer"},
                                               {"required", "require"},
                                               {"verify-ca", "verify-ca"},
                                               {"verify-full", "verify-full"}}};

std::string parse_tls_mode(const Endpoint& endpoint, std::string_view text) {
  std::string word = lower_case(text);
  std::replace(word.begin(), word.end(), '_', '-');
  if (word == "verify-identity") word = "verify-full";
  if (!is_mysql(endpoint) && word == "preferred") word = "prefer";
  for (const TlsWord& known : tls_words) {
    if (word == known.mysql || word == known.postgresql) {
      return std::string(is_mysql(endpoint) ? known.mysql : known.postgresql);
    }
  }
  throw Error(ErrorKind::bad_request,
              "cannot use TLS mode '" + std::string(text) + "': no such mode",
              at_side(endpoint.side),
              is_mysql(endpoint) ? "use disabled, preferred, required, verify-ca or verify-full"
                                 : "use disable, allow, prefer, require, verify-ca or verify-full");
}

/// PostgreSQL takes a socket folder where a host could stand.
void set_host(Endpoint& endpoint, std::string host) {
  if (host.find(',') != std::string::npos) {
    refuse(endpoint.side, "it names several hosts", "name one host");
  }
  if (!is_mysql(endpoint) && (host.starts_with('/') || host.starts_with('@'))) {
    endpoint.socket = std::move(host);
    endpoint.host.clear();
  } else {
    endpoint.host = std::move(host);
  }
}

void read_credentials(Endpoint& endpoint, std::string_view text) {
  const std::size_t colon = text.find(':');
  endpoint.user = decode(text.substr(0, colon), endpoint.side, "user");
  if (colon == std::string_view::npos) return;
  endpoint.password = decode(text.substr(colon + 1), endpoint.side, "password");
  endpoint.has_password = true;
}

void read_host_and_port(Endpoint& endpoint, std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) {
      refuse(endpoint.side, "the [ of the IPv6 address is not closed", "write [::1] or [::1]:3306");
    }
    endpoint.host = decode(text.substr(1, bracket - 1), endpoint.side, "host");
    text.remove_prefix(bracket + 1);
    if (text.empty()) return;
    if (!text.starts_with(':')) {
      refuse(endpoint.side, "only a port may follow the IPv6 address", "write [::1]:3306");
    }
    endpoint.port = parse_port(text.substr(1), endpoint.side);
    return;
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) != std::string_view::npos) {
    refuse(endpoint.side, "more than one : follows the user",
           "write an IPv6 address in brackets, [::1]:3306, and user:password before an @");
  }
  set_host(endpoint, decode(text.substr(0, colon), endpoint.side, "host"));
  if (colon != std::string_view::npos) {
    endpoint.port = parse_port(text.substr(colon + 1), endpoint.side);
  }
}

void read_parameters(Endpoint& endpoint, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      refuse(endpoint.side, "a parameter after the ? has no value", "write ?name=value&name=value");
    }
    set_parameter(endpoint, decode(pair.substr(0, equals), endpoint.side, "parameter name"),
                  decode(pair.substr(equals + 1), endpoint.side, "parameter value"));
  }
}

std::string read_scheme(std::string_view url, Side side) {
  const std::size_t end = url.find("://");
  if (end == std::string_view::npos) {
    refuse(side, "it does not begin with a scheme", "write " + std::string(example_for(side)));
  }
  const std::string scheme = lower_case(url.substr(0, end));
  const bool mysql = scheme == "mysql" || scheme == "mariadb";
  const bool postgresql = scheme == "postgresql" || scheme == "postgres";
  if (!mysql && !postgresql) {
    const bool printable = std::all_of(scheme.begin(), scheme.end(), [](char letter) {
      return (letter >= 'a' && letter <= 'z') || letter == '+' || letter == '-';
    });
    refuse(side, printable ? "unknown scheme '" + scheme + "'" : "unknown scheme",
           "write " + std::string(example_for(side)));
  }
  if (side == Side::source && !mysql) {
    refuse(
        side, "the source must be a MySQL or MariaDB server, this is " + scheme,
        "the source comes first, then the target: millrace migrate mysql://... postgresql://...");
  }
  if (side == Side::target && !postgresql) {
    refuse(
        side, "the target must be a PostgreSQL server, this is " + scheme,
        "the source comes first, then the target: millrace migrate mysql://... postgresql://...");
  }
  return mysql ? "mysql" : "postgresql";
}

}  // namespace

Endpoint parse_endpoint(std::string_view url, Side side) {
  Endpoint endpoint;
  endpoint.side = side;
  endpoint.scheme = read_scheme(url, side);
  std::string_view rest = url.substr(url.find("://") + 3);

  const std::size_t question = rest.find('?');
  const std::string_view parameters =
      question == std::string_view::npos ? std::string_view() : rest.substr(question + 1);
  rest = rest.substr(0, question);
  const std::size_t slash = rest.find('/');
  const std::string_view authority = rest.substr(0, slash);
  const std::string_view database =
      slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);

  const std::size_t at = authority.rfind('@');
  // `user:pa/ss@host/db`: what follows the first / still holds the @ that should end the password.
  if (database.find('@') != std::string_view::npos ||
      (at == std::string_view::npos && parameters.find('@') != std::string_view::npos)) {
    refuse(side, "an @ follows the first / or ?", std::string(encoding_hint));
  }
  if (at != std::string_view::npos) read_credentials(endpoint, authority.substr(0, at));
  read_host_and_port(endpoint, at == std::string_view::npos ? authority : authority.substr(at + 1));

  if (database.find('/') != std::string_view::npos) {
    refuse(side, "a second / follows the database", "write a / within a name as %2F");
  }
  endpoint.database = decode(database, side, "database");
  read_parameters(endpoint, parameters);
  return endpoint;
}

void set_parameter(Endpoint& endpoint, std::string_view name, std::string_view value) {
  std::string key(name);
  std::replace(key.begin(), key.end(), '_', '-');
  const auto is = [&key](std::string_view mysql, std::string_view postgresql) {
    return key == mysql || key == postgresql;
  };
  if (is("ssl-mode", "sslmode")) {
    endpoint.tls_mode = parse_tls_mode(endpoint, value);
  } else if (is("ssl-ca", "sslrootcert")) {
    endpoint.tls_ca = value;
  } else if (is("ssl-cert", "sslcert")) {
    endpoint.tls_certificate = value;
  } else if (is("ssl-key", "sslkey")) {
    endpoint.tls_key = value;
  } else if (key == "socket") {
    endpoint.socket = value;
  } else if (key == "host") {
    set_host(endpoint, std::string(value));
  } else if (key == "port") {
    endpoint.port = parse_port(value, endpoint.side);
  } else if (key == "user") {
    endpoint.user = value;
  } else if (key == "password") {
    endpoint.password = value;
    endpoint.has_password = true;
  } else if (is("database", "dbname")) {
    endpoint.database = value;
  } else if (key == "connect-timeout") {
    const auto seconds = parse_whole_number<std::uint32_t>(value);
    if (!seconds || *seconds == 0) {
      refuse(endpoint.side, "connect_timeout is no number of seconds above 0",
             "write connect_timeout=10");
    }
    endpoint.connect_timeout_seconds = *seconds;
  } else {
    const auto& known = is_mysql(endpoint) ? mysql_parameters : postgresql_parameters;
    const std::string_view meant = nearest_word(name, known);
    // A name that looks like none of ours may be the tail of an unencoded password: not shown.
    if (!meant.empty()) {
      refuse(endpoint.side, "unknown parameter '" + std::string(name) + "'",
             "did you mean " + std::string(meant) + "?");
    }
    refuse(endpoint.side, "unknown parameter after the ?",
           is_mysql(endpoint)
               ? "known are socket, ssl-mode, ssl-ca, ssl-cert, ssl-key, connect-timeout"
               : "known are host, sslmode, sslrootcert, sslcert, sslkey, connect_timeout");
  }
}

std::string Endpoint::masked() const {
  std::string url = scheme + "://";
  if (!user.empty() || has_password) {
    url += encode(user);
    if (has_password) url += ":***";
    url += '@';
  }
  const bool ipv6 = host.find(':') != std::string::npos;
  url += ipv6 ? '[' + encode(host, ":") + ']' : encode(host);
  if (port != 0) url += ':' + std::to_string(port);
  url += '/' + encode(database);
  char separator = '?';
  const auto parameter = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    url += separator;
    separator = '&';
    url += name;
    url += '=';
    url += encode(value, "/@");
  };
  const bool mysql = scheme == "mysql";
  parameter(mysql ? "socket" : "host", socket);
  parameter(mysql ? "ssl-mode" : "sslmode", tls_mode);
  return url;
}

}  // namespace millrace
