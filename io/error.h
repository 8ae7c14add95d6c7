#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>

namespace millrace {

/// What to do next when a run cannot go on. One exit code and one paragraph of
/// docs/operations.md belong to each.
enum class ErrorKind : std::uint8_t {
  bad_request,      // the job, the account or the schema must change; never retried
  bad_data,         // a value that the target cannot hold
  connection_lost,  // retry the chunk on a new connection
  conflict,         // deadlock or serialization failure; retry the transaction
  exhausted,        // disk full, too many clients; back off, then stop
  commit_in_doubt,  // COMMIT sent, answer lost: look before any retry
  difference,       // source and target are not equal, as far as they were compared
  cancelled,        // the user asked to stop
  internal,         // our own mistake: report this bug
};

/// The word for `kind` as printed and documented, for example "connection lost".
std::string_view name_of(ErrorKind kind) noexcept;

/// The process exit code of `kind`. Source: docs/operations.md, generated from this function.
int exit_code(ErrorKind kind) noexcept;

enum class Side : std::uint8_t { none, source, target };

/// Where an error happened; filled in by whoever knows it, on the way up.
struct Where {
  Side side = Side::none;
  std::string table{};  // database.table or schema.table
  std::string column{};
  std::string key{};    // the row's key as text, for example "id=17"
  std::string value{};  // the offending value as text, shortened
  std::string code{};   // SQLSTATE or MySQL errno, as the server gave it
  std::optional<std::uint64_t> chunk{};
};

/// A run that cannot go on. `what()` is one line: what could not be done: why, then key=value
/// details. The hint says what to type next. Neither ever holds a secret.
class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string what_failed, Where where = {}, std::string hint = {},
        std::source_location at = std::source_location::current());

  ErrorKind kind() const noexcept { return kind_; }
  const Where& where() const noexcept { return where_; }
  const std::string& hint() const noexcept { return hint_; }
  /// The message without the details, as given to the constructor.
  const std::string& message() const noexcept { return message_; }
  const std::source_location& at() const noexcept { return at_; }
  const char* what() const noexcept override { return line_.c_str(); }

  /// Add what the caller knows; fields already set stay as they are.
  Error& add(const Where& more);
  Error& add_hint(std::string hint);

 private:
  void compose();

  ErrorKind kind_;
  std::string message_;
  Where where_;
  std::string hint_;
  std::string line_;
  std::source_location at_;
};

}  // namespace millrace
