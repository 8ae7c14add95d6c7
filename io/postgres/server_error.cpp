#include "io/postgres/server_error.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "io/quoting.h"

namespace millrace::postgres {

ErrorKind kind_of(std::string_view sqlstate) noexcept {
  const std::string_view group = sqlstate.substr(0, 2);
  if (sqlstate == "08P01") return ErrorKind::internal;  // the bytes that we sent
  if (group == "08") return ErrorKind::connection_lost;
  if (sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03" || sqlstate == "57P05" ||
      sqlstate == "25P03") {
    return ErrorKind::connection_lost;  // shut down, crashed, starting up, idle for too long
  }
  if (sqlstate == "40003") return ErrorKind::commit_in_doubt;
  if (group == "40" || sqlstate == "55P03") return ErrorKind::conflict;
  if (group == "53" || sqlstate == "58030") return ErrorKind::exhausted;
  if (sqlstate == "57014") return ErrorKind::cancelled;
  if (group == "22" || group == "23") return ErrorKind::bad_data;
  if (sqlstate == "54000") return ErrorKind::bad_data;  // a row or index entry that is too large
  return ErrorKind::bad_request;
}

namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Reads the words and the quoted names at the start of our own statements.
class StatementReader {
 public:
  explicit StatementReader(std::string_view text) : rest_(text) {}

  bool word(std::string_view expected) {
    const std::string_view text = trim(rest_);
    if (!text.starts_with(expected)) return false;
    rest_ = text.substr(expected.size());
    return true;
  }

  /// A quoted or plain name, unquoted.
  std::optional<std::string> name() {
    std::string_view text = trim(rest_);
    std::string found;
    if (text.empty()) return std::nullopt;
    std::size_t i = 0;
    if (text[0] == '"') {
      for (i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
          if (i + 1 >= text.size() || text[i + 1] != '"') break;
          ++i;
        }
        found += text[i];
      }
      i = std::min(i + 1, text.size());
    } else {
      while (i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) != 0 ||
                                 text[i] == '_' || text[i] == '$')) {
        found += text[i++];
      }
    }
    rest_ = text.substr(i);
    if (found.empty()) return std::nullopt;
    return found;
  }

  /// The pieces of schema.name or name.
  std::vector<std::string> qualified_name() {
    std::vector<std::string> pieces;
    do {
      const auto piece = name();
      if (!piece) break;
      pieces.push_back(*piece);
    } while (word("."));
    return pieces;
  }

 private:
  std::string_view rest_;
};

/// What to grant so that `statement` may run.
std::string grant_hint(std::string_view statement, const Account& account) {
  const std::string to = " TO " + quote_identifier(account.user);
  StatementReader reader(statement);
  if (reader.word("CREATE SCHEMA")) {
    return fmt::format("as its owner: GRANT CREATE ON DATABASE {}{}",
                       quote_identifier(account.database), to);
  }
  if (reader.word("CREATE TABLE") || reader.word("CREATE TYPE")) {
    const auto name = reader.qualified_name();
    if (name.size() == 2) {
      return fmt::format("as its owner: GRANT USAGE, CREATE ON SCHEMA {}{}",
                         quote_identifier(name[0]), to);
    }
  }
  const bool copies = reader.word("COPY") || reader.word("INSERT INTO");
  if (copies || reader.word("TRUNCATE TABLE") || reader.word("TRUNCATE")) {
    const auto name = reader.qualified_name();
    if (name.size() == 2) {
      return fmt::format("as its owner: GRANT {} ON TABLE {}{}; GRANT USAGE ON SCHEMA {}{}",
                         copies ? "INSERT" : "TRUNCATE", quote_qualified(name[0], name[1]), to,
                         quote_identifier(name[0]), to);
    }
  }
  if (reader.word("DROP") || reader.word("ALTER") || reader.word("CREATE") ||
      reader.word("COMMENT")) {
    return fmt::format("connect as the owner of what is in the way, or make {} a member of it",
                       quote_identifier(account.user));
  }
  return fmt::format("grant {} what it lacks, or connect as another role",
                     quote_identifier(account.user));
}

std::string field_of(const pg_result* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

std::string hint_of(std::string_view sqlstate, std::string_view statement, const Account& account) {
  if (sqlstate == "28P01") {
    return fmt::format(
        "check user and password: set PGPASSWORD, or write host:port:database:{}:password into "
        "~/.pgpass (mode 600)",
        account.user.empty() ? "user" : account.user);
  }
  if (sqlstate == "28000") {
    return "check the user in the URL, and that the target's pg_hba.conf lets it in from this host";
  }
  if (sqlstate == "3D000") {
    return fmt::format("create it first: createdb {}",
                       account.database.empty() ? "NAME" : account.database);
  }
  if (sqlstate == "42501") return grant_hint(statement, account);
  if (sqlstate == "53100") {
    return "the target's disk is full: free or add space there, then start again";
  }
  if (sqlstate == "53300") {
    return "use fewer connections (--writers) or raise max_connections on the target";
  }
  if (sqlstate == "53200") {
    return "the target ran out of memory or locks: raise max_locks_per_transaction there, or use "
           "fewer connections (--writers)";
  }
  if (sqlstate == "57P03") return "the target is starting up or shutting down: try again shortly";
  if (sqlstate == "57P01" || sqlstate == "57P02") {
    return "the target was shut down, or an administrator ended this session: see its log";
  }
  if (sqlstate == "25006") return "this server is read-only, a standby perhaps: give the primary";
  if (sqlstate == "42P07" || sqlstate == "42710" || sqlstate == "42P06") {
    return "something of that name is there already: see --if-exists and --schema-map";
  }
  if (sqlstate == "55P03" || sqlstate == "40P01") {
    return "another session holds the lock: find it in pg_locks and pg_stat_activity of the "
           "target, "
           "end it or wait, then start again";
  }
  if (sqlstate == "2BP01") {
    return "drop first what depends on it, or leave the table out with --exclude";
  }
  if (sqlstate == "0A000" && statement.starts_with("TRUNCATE")) {
    return "other tables point at it: drop their foreign keys first, or use --if-exists append";
  }
  if (sqlstate == "42P01" || sqlstate == "3F000") {
    return "it was dropped or renamed under way: start again";
  }
  return {};
}

namespace {

/// A detail may have many lines: one for each object that depends on another, for example.
std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : trim(text)) {
    if (c == '\n') {
      line += "; ";
    } else {
      line += c;
    }
  }
  return line;
}

}  // namespace

Error error_of(const pg_result* result, const std::string& doing, std::string_view statement,
               const Account& account) {
  Where where{.side = Side::target};
  where.code = field_of(result, PG_DIAG_SQLSTATE);
  const std::string schema = field_of(result, PG_DIAG_SCHEMA_NAME);
  const std::string table = field_of(result, PG_DIAG_TABLE_NAME);
  if (!table.empty()) where.table = schema.empty() ? table : schema + "." + table;
  where.column = field_of(result, PG_DIAG_COLUMN_NAME);

  std::string reason = field_of(result, PG_DIAG_MESSAGE_PRIMARY);
  if (reason.empty()) reason = shorten_statement(PQresultErrorMessage(result), 300);
  const std::string detail = field_of(result, PG_DIAG_MESSAGE_DETAIL);
  if (!detail.empty()) reason += " (" + on_one_line(detail) + ")";
  const std::string context = field_of(result, PG_DIAG_CONTEXT);
  if (context.starts_with("COPY ")) {
    reason += " [" + context.substr(0, context.find('\n')) + "]";
  }
  std::string hint = hint_of(where.code, statement, account);
  if (hint.empty()) hint = field_of(result, PG_DIAG_MESSAGE_HINT);
  if (hint.empty() && where.code.empty()) {
    hint = "see the target's log: was it stopped, or did it crash?";
  }
  // Without an SQLSTATE it is libpq who speaks: the session is gone.
  const ErrorKind kind = where.code.empty() ? ErrorKind::connection_lost : kind_of(where.code);
  return Error(kind, doing + ": " + reason, std::move(where), std::move(hint));
}

ConnectFailure parse_connect_failure(std::string_view message) {
  // One block per address tried:
  //   connection to server at "h" (::1), port 1 failed: reason
  //   <tab>advice | DETAIL:  ... | LOCATION:  ...
  // where the server's own reason reads  SEVERITY:  SQLSTATE: text
  ConnectFailure failure;
  std::string details;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    std::string_view line = message.substr(0, end);
    message.remove_prefix(std::min(end + 1, message.size()));
    if (line.empty() || line.front() == '\t' || line.starts_with("LOCATION:")) continue;
    const std::size_t failed = line.find(" failed: ");
    if (line.starts_with("connection to server") && failed != std::string_view::npos) {
      line.remove_prefix(failed + std::string_view(" failed: ").size());
      failure = {};
      details.clear();
    } else if (!failure.reason.empty()) {
      details += "; ";
      details += trim(line);
      continue;
    }
    const std::size_t severity = line.find(":  ");
    if (severity != std::string_view::npos && line.size() > severity + 9 &&
        line[severity + 8] == ':') {
      const std::string_view code = line.substr(severity + 3, 5);
      if (std::all_of(code.begin(), code.end(),
                      [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); })) {
        failure.sqlstate = code;
        line.remove_prefix(severity + 9);
      }
    }
    failure.reason = trim(line);
  }
  failure.reason += details;
  return failure;
}

namespace {

/// One past the closing quote of the literal or name that opens at `at`.
std::size_t skip_quoted(std::string_view text, std::size_t at, bool backslashes) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (backslashes && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      return i + 1;  // a doubled quote opens again at once
    }
  }
  return text.size();
}

/// One past the dollar quote or the comment that opens at `at`; `at` where none does.
std::size_t skip_block(std::string_view text, std::size_t at) {
  const auto past = [&](std::string_view mark, std::size_t from) {
    const std::size_t found = text.find(mark, from);
    return found == std::string_view::npos ? text.size() : found + mark.size();
  };
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("--")) return past("\n", at);
  if (rest.starts_with("/*")) return past("*/", at + 2);
  if (rest.front() != '$') return at;
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != '$') {
    const char c = text[end];
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return at;
    ++end;
  }
  if (end == text.size()) return at;
  return past(text.substr(at, end - at + 1), end + 1);
}

}  // namespace

std::string_view statement_of(std::string_view script, std::size_t position, std::size_t index) {
  std::size_t characters = 0;  // UTF-8 characters before `counted`
  std::size_t counted = 0;
  const auto characters_until = [&](std::size_t byte) {
    for (; counted < byte; ++counted) {
      if ((static_cast<unsigned char>(script[counted]) & 0xc0U) != 0x80U) ++characters;
    }
    return characters;
  };
  std::size_t begin = 0;
  std::size_t seen = 0;
  std::string_view last;
  for (std::size_t i = 0; i <= script.size();) {
    if (i < script.size() && script[i] != ';') {
      if (script[i] == '\'' || script[i] == '"') {
        const bool escapes =
            script[i] == '\'' && i > 0 && (script[i - 1] == 'E' || script[i - 1] == 'e');
        i = skip_quoted(script, i, escapes);
      } else {
        const std::size_t past = skip_block(script, i);
        i = past == i ? i + 1 : past;
      }
      continue;
    }
    const std::string_view statement = trim(script.substr(begin, i - begin));
    if (!statement.empty()) {
      last = statement;
      if (position > 0 ? position <= characters_until(i) : seen == index) return statement;
      ++seen;
    }
    begin = ++i;
  }
  return last;
}

std::string shorten_statement(std::string_view statement, std::size_t max_bytes) {
  std::string line;
  bool blank = false;
  for (const char c : trim(statement)) {
    if (is_space(c)) {
      blank = true;
      continue;
    }
    if (blank) line += ' ';
    blank = false;
    line += c;
    if (line.size() > max_bytes + 4) break;
  }
  if (line.size() <= max_bytes) return line;
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0U) == 0x80U) --end;
  line.resize(end);
  return line + "...";
}

}  // namespace millrace::postgres
