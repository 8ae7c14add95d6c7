#include "engine/load_rejects.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/error.h"
#include "io/postgres/connection.h"
#include "io/quoting.h"
#include "operators/base64.h"
#include "operators/byte_order.h"

namespace millrace {

namespace {

using Json = nlohmann::json;

constexpr std::size_t block_bytes = std::size_t{256} << 10;
constexpr std::string_view staging = "pg_temp.\"millrace rejects\"";
// The staging table's own columns have names that no other column is likely to have.
constexpr std::string_view line_column =
    "\"millrace: line of the reject file, counted from its top\"";
constexpr std::string_view mend_column = "\"millrace: values that were mended in the reject file\"";

/// Reads the file line by line, knowing where it is.
class RejectReader {
 public:
  explicit RejectReader(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) {
      throw Error(ErrorKind::bad_request,
                  "cannot read " + path + ": " + std::generic_category().message(errno), {},
                  "--rejects takes a file that --on-fault reject has written");
    }
  }

  /// The next line that is not blank; none at the end.
  std::optional<Json> next() {
    for (std::string line; std::getline(file_, line);) {
      ++line_;
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      Json json = Json::parse(line, nullptr, false);
      if (!json.is_object()) refuse("it is no JSON object on a line of its own");
      return json;
    }
    if (file_.bad()) refuse(std::generic_category().message(errno));
    return std::nullopt;
  }

  std::uint32_t line() const noexcept { return line_; }

  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(ErrorKind::bad_request,
                fmt::format("cannot use {}, line {}: {}", path_, line_, why), {},
                "nothing was loaded; docs/operations.md says what a line looks like");
  }

 private:
  std::string path_;
  std::ifstream file_;
  std::uint32_t line_ = 0;
};

/// What the header says, and the columns' types as the target has them.
struct RejectTable {
  std::string schema, name;
  std::vector<std::string> columns;
  std::map<std::string, std::string> type_of;  // SQL, without length: a cast would cut to it

  std::string quoted() const { return postgres::quote_qualified(schema, name); }
};

RejectTable read_header(RejectReader& reader) {
  const auto header = reader.next();
  const auto is_text = [&](const char* key) {
    return header->contains(key) && (*header)[key].is_string();
  };
  if (!header || !is_text("millrace") || (*header)["millrace"] != "rejects" || !is_text("schema") ||
      !is_text("table") || !header->contains("columns") || !(*header)["columns"].is_array()) {
    reader.refuse("it is not the first line of a reject file");
  }
  if ((*header)["version"] != 1) reader.refuse("a newer version has written it");
  RejectTable table;
  table.schema = (*header)["schema"];
  table.name = (*header)["table"];
  for (const Json& column : (*header)["columns"]) table.columns.push_back(column);
  return table;
}

void read_types(postgres::Connection& target, RejectTable& table) {
  // With -1 as its modifier a type is written so that a cast to it cuts nothing off.
  const auto rows = target.query(fmt::format(
      "SELECT a.attname, pg_catalog.format_type(a.atttypid, -1) FROM pg_catalog.pg_attribute a "
      "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = {} AND c.relname = {} AND a.attnum > 0 AND NOT a.attisdropped",
      postgres::quote_literal(table.schema), postgres::quote_literal(table.name)));
  for (const postgres::Row& row : rows) table.type_of.emplace(row[0].text, row[1].text);
  const Where where{.side = Side::target, .table = table.schema + "." + table.name};
  if (rows.empty()) {
    throw Error(ErrorKind::bad_request, "cannot load the rows: their table is not in the target",
                where, "give the URL of the database that the run has filled");
  }
  for (const std::string& column : table.columns) {
    if (table.type_of.contains(column)) continue;
    throw Error(ErrorKind::bad_request,
                "cannot load the rows: the table has no column " + column + " any more", where,
                "add the column, or take the rows into the table by hand");
  }
}

/// What PostgreSQL reads: the values of `mend` as JSON of texts and nulls.
Json mended_values(const RejectReader& reader, const RejectTable& table, const Json& line) {
  Json mended = Json::object();
  if (!line.contains("mend") || !line["mend"].is_object()) reader.refuse("it has no \"mend\"");
  for (const auto& [column, value] : line["mend"].items()) {
    const auto type = table.type_of.find(column);
    if (type == table.type_of.end()) reader.refuse("\"mend\" names no column: " + column);
    if (value.is_object() && value.size() == 1 && value.contains("base64") &&
        value["base64"].is_string()) {
      const auto bytes = from_base64(value["base64"].get<std::string>());
      if (!bytes) reader.refuse(column + " is not base64");
      std::string text = *bytes;
      if (type->second == "bytea") {
        text = "\\x";
        for (const char byte : *bytes)
          text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
      }
      mended[column] = std::move(text);
    } else if (value.is_number_float()) {
      // It has gone through a double already, which need not hold all of its digits.
      reader.refuse(column + " is a number with a point or an exponent: write it as text, \"" +
                    value.dump() + "\"");
    } else {
      mended[column] = value.is_string() || value.is_null() ? value : Json(value.dump());
    }
    if (mended[column].is_string() &&
        mended[column].get_ref<const std::string&>().find('\0') != std::string::npos) {
      reader.refuse(column + " still holds a NUL byte, which PostgreSQL's text cannot hold");
    }
  }
  return mended;
}

template <class Integer>
void append_big(std::string& bytes, Integer value) {
  std::uint8_t big[sizeof value];
  store_big(big, value);
  bytes.append(reinterpret_cast<const char*>(big), sizeof value);
}

/// The row as a COPY tuple of the staging table: line, mended values, the columns that fitted.
std::string staged_tuple(const RejectReader& reader, const RejectTable& table, const Json& line) {
  if (!line.contains("tuple") || !line["tuple"].is_string()) reader.refuse("it has no \"tuple\"");
  const auto tuple = from_base64(line["tuple"].get<std::string>());
  const auto fields = static_cast<std::uint16_t>(table.columns.size());
  std::string count;
  append_big(count, fields);
  if (!tuple || !tuple->starts_with(count)) reader.refuse("its \"tuple\" is damaged");
  std::string mended;
  try {
    mended = mended_values(reader, table, line).dump();
  } catch (const Json::type_error&) {
    reader.refuse("a mended value is not UTF-8");
  }
  std::string staged;
  append_big(staged, static_cast<std::uint16_t>(fields + 2));
  append_big(staged, std::uint32_t{4});
  append_big(staged, reader.line());
  append_big(staged, static_cast<std::uint32_t>(mended.size() + 1));
  staged += '\1';  // Source: PostgreSQL, jsonb_recv(): version 1 is the text
  staged += mended;
  return staged + tuple->substr(count.size());
}

std::string column_list(const RejectTable& table) {
  std::string list;
  for (const std::string& column : table.columns) {
    list += (list.empty() ? "" : ", ") + postgres::quote_identifier(column);
  }
  return list;
}

/// INSERT of the staged lines [first, last], with what was mended in its place.
std::string insert_of(const RejectTable& table, std::uint32_t first, std::uint32_t last) {
  std::string values;
  for (const std::string& column : table.columns) {
    const std::string name = postgres::quote_identifier(column);
    const std::string literal = postgres::quote_literal(column);
    values += fmt::format(
        "{}CASE WHEN {} OPERATOR(pg_catalog.?) {} THEN ({} "
        "OPERATOR(pg_catalog.->>) {})::{} ELSE {} END",
        values.empty() ? "" : ", ", mend_column, literal, mend_column, literal,
        table.type_of.at(column), name);
  }
  return fmt::format("INSERT INTO {} ({}) SELECT {} FROM {} WHERE {} BETWEEN {} AND {} ORDER BY {}",
                     table.quoted(), column_list(table), values, staging, line_column, first, last,
                     line_column);
}

/// Loads one file over one session, in one transaction.
class RejectLoader {
 public:
  RejectLoader(postgres::Connection& target, const std::string& path)
      : target_(target), path_(path), reader_(path), table_(read_header(reader_)) {
    read_types(target, table_);
  }

  LoadedRejects load() {
    target_.execute("BEGIN");
    target_.execute(
        fmt::format("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT 0::pg_catalog.int4 AS {}, "
                    "NULL::pg_catalog.jsonb AS {}, {} FROM {} WITH NO DATA",
                    staging, line_column, mend_column, column_list(table_), table_.quoted()));
    LoadedRejects loaded;
    loaded.table = table_.schema + "." + table_.name;
    loaded.rows = stage();
    if (loaded.rows != 0) insert();
    target_.commit();
    loaded.moved_to = path_ + ".loaded";
    if (std::rename(path_.c_str(), loaded.moved_to.c_str()) != 0) loaded.moved_to.clear();
    return loaded;
  }

 private:
  std::uint64_t stage() {
    target_.begin_copy(fmt::format("COPY {} FROM STDIN (FORMAT binary)", staging));
    std::string block;
    const auto send = [&] {
      if (!block.empty()) target_.write_copy(std::as_bytes(std::span(block)));
      block.clear();
    };
    while (const auto line = reader_.next()) {
      block += staged_tuple(reader_, table_, *line);
      lines_.push_back(reader_.line());
      keys_.push_back(line->contains("key") ? (*line)["key"].dump() : "");
      if (block.size() >= block_bytes) send();
    }
    send();
    return target_.finish_copy();
  }

  void insert() {
    target_.execute("SAVEPOINT before_rows");
    try {
      target_.execute(insert_of(table_, lines_.front(), lines_.back()));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::bad_data && error.kind() != ErrorKind::bad_request) throw;
      blame(error);
    }
  }

  /// Name the first line that PostgreSQL does not take: by halves, each tried and undone.
  [[noreturn]] void blame(const Error& error) {
    std::size_t begin = 0, end = lines_.size();
    std::string why = error.message();
    std::string code = error.where().code;
    while (end - begin > 1) {
      const std::size_t middle = begin + (end - begin) / 2;
      target_.execute("ROLLBACK TO SAVEPOINT before_rows");
      try {
        target_.execute(insert_of(table_, lines_[begin], lines_[middle - 1]));
        begin = middle;
      } catch (const Error& half) {
        end = middle;
        why = half.message();
        code = half.where().code;
      }
    }
    throw Error(ErrorKind::bad_data,
                fmt::format("cannot load {}, line {}: {}", path_, lines_[begin], why),
                {.side = Side::target,
                 .table = table_.schema + "." + table_.name,
                 .key = keys_[begin],
                 .code = code},
                "nothing was loaded; mend that value under \"mend\", or delete the line");
  }

  postgres::Connection& target_;
  std::string path_;
  RejectReader reader_;
  RejectTable table_;
  std::vector<std::uint32_t> lines_;
  std::vector<std::string> keys_;
};

}  // namespace

LoadedRejects load_rejects(const Endpoint& target, const std::string& path, StopRequest& stop) {
  postgres::Connection session(target, "millrace load");
  const StopRequest::Waker waker(stop, [&] { session.cancel(); });
  return RejectLoader(session, path).load();
}

}  // namespace millrace
