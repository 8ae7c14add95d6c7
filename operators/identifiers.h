#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

#include "operators/schema_choices.h"

namespace millrace {

/// The longest name that PostgreSQL keeps; longer ones it cuts without a word.
/// Source: PostgreSQL, NAMEDATALEN - 1.
inline constexpr std::size_t longest_name_bytes = 63;

/// `name`, or where it is too long its beginning, '_' and eight hexadecimal digits of a hash of all
/// of it: the same name becomes the same wherever and whenever it is met.
/// Ensures: at most longest_name_bytes, cut between two UTF-8 characters.
std::string shorten_identifier(std::string_view name);

/// A name in snake_case, for example "job_id" of "JobID", "http_server" of "HTTPServer",
/// "render_host" of "render-host": blanks, dots and dashes become '_', ASCII capitals small letters
/// with a '_' before each word. Letters of other alphabets stay as they are.
std::string snake_case(std::string_view name);

/// `name` as the job wants names spelled: as it is, with the letters A to Z in lower case, or in
/// snake_case.
std::string fold_identifier(std::string_view name, IdentifierChoice choice);

/// Whether PostgreSQL keeps this name for a column of its own in every table, for example "xmin".
bool is_system_column(std::string_view name) noexcept;

/// Whether PostgreSQL keeps this schema name for itself.
bool is_system_schema(std::string_view name) noexcept;

/// The names taken in one name space: a schema's relations, indexes and types (they share one),
/// or one table's columns or constraints.
class NameSpace {
 public:
  bool taken(std::string_view name) const { return names_.contains(std::string(name)); }
  /// Take exactly this name, shortened if need be; empty where somebody has it.
  std::string try_claim(std::string_view wanted);
  /// Take this name or the first free one of name_2, name_3, ..., all shortened if need be.
  std::string claim(std::string_view wanted);

 private:
  std::unordered_set<std::string> names_;
};

}  // namespace millrace
