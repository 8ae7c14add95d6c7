#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millrace {

/// Tells from the text of a statement which of some tables it may write to.
///
/// A name is mentioned where its words stand in the statement, quoted or not, in whatever case; and
/// where it belongs to the statement's default database, or that database is mentioned too. So a
/// name within a string counts, and a table of the same name in another database does not: what is
/// written is never missed, and seldom imagined. Words beyond ASCII are taken as mentioned, since
/// the statement may be in another character set than the name.
///
/// Cost: find() looks each word of the statement up once, however many names there are.
/// Threads: one.
class TableMentions {
 public:
  /// Whoever mentions `name` of `database` may write to `table`. Several may be added of a name.
  void add(std::string_view database, std::string_view name, const std::string& table);

  /// The tables that a statement may write to; `database`: its default one, or empty.
  std::set<std::string> find(std::string_view database, std::string_view statement) const;

 private:
  struct Name {
    std::string database;  // as compared: in lower case
    std::vector<std::string> database_words;
    std::vector<std::string> words;
    std::vector<std::string> tables;
  };

  std::vector<Name> names_;
  std::unordered_map<std::string, std::size_t> by_name_;                   // database, NUL, name
  std::unordered_map<std::string, std::vector<std::size_t>> by_word_;      // the name's first word
  std::unordered_map<std::string, std::vector<std::size_t>> of_database_;  // in lower case
  std::vector<std::size_t> wordless_;                                      // names beyond ASCII
  std::set<std::string, std::less<>> words_;  // of all names and databases
};

/// A statement of the binlog as SHOW BINLOG EVENTS tells it: "use `shop`; INSERT INTO ...".
struct LoggedStatement {
  std::string database;  // the default one; empty: none
  std::string_view text;
};
LoggedStatement split_logged_statement(std::string_view info);

/// The first word of a statement, in lower case; empty where it begins with something else, such as
/// a comment.
std::string first_word(std::string_view statement);

}  // namespace millrace
