#include "io/mysql/key_splitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <queue>

#include "io/mysql/key_midpoint.h"

namespace millrace::mysql {

namespace {

/// How the values of one key column are written as literals and halved.
enum class KeyKind : std::uint8_t {
  number,
  moment,
  text,
  bytes,
  opaque,  // its order is the server's own (UUID, INET): never halved, only walked
};

KeyKind kind_of(const SourceColumn& column) {
  switch (column.type) {
    case SourceType::tinyint:
    case SourceType::smallint:
    case SourceType::mediumint:
    case SourceType::integer:
    case SourceType::bigint:
    case SourceType::decimal:
    case SourceType::year:
      return KeyKind::number;
    case SourceType::date:
    case SourceType::datetime:
    case SourceType::timestamp:
      return KeyKind::moment;
    case SourceType::binary:
    case SourceType::varbinary:
    case SourceType::blob:
    case SourceType::bit:
      return KeyKind::bytes;
    case SourceType::uuid:
    case SourceType::inet4:
    case SourceType::inet6:
      return KeyKind::opaque;
    default:
      return KeyKind::text;
  }
}

/// Whether ranges over `column` mean to the server what they mean to us: its order is total and
/// exact, and its values can be written as literals. Floats cannot, and ENUM and SET compare by
/// number but are written as text.
bool is_rangeable(const SourceColumn& column) {
  switch (column.type) {
    case SourceType::float32:
    case SourceType::float64:
    case SourceType::enumeration:
    case SourceType::set:
    case SourceType::geometry:
    case SourceType::json:
    case SourceType::time:
    case SourceType::bit:
    case SourceType::unknown:
      return false;
    default:
      return true;
  }
}

std::string hex_of(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

std::string unhex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  }
  return bytes;
}

/// Cuts one table along one key. Every value of a key travels as the literal that stands for it.
class Splitter {
 public:
  Splitter(Connection& connection, const SourceTable& table, const ChunkKey& key,
           const std::string& partition)
      : connection_(connection), table_(table), key_(key) {
    from_ = fmt::format("{}.{}{} FORCE INDEX ({})", quote_identifier(table.database),
                        quote_identifier(table.name),
                        partition.empty() ? "" : " PARTITION (" + quote_identifier(partition) + ")",
                        quote_identifier(key.index));
    for (const std::size_t index : key.columns) {
      const std::string name = quote_identifier(table.columns[index].name);
      const bool as_hex = kind_of(table.columns[index]) == KeyKind::text ||
                          kind_of(table.columns[index]) == KeyKind::bytes;
      select_ += (select_.empty() ? "" : ", ") + (as_hex ? "HEX(" + name + ")" : name);
      ascending_ += (ascending_.empty() ? "" : ", ") + name;
      descending_ += (descending_.empty() ? "" : ", ") + name + " DESC";
    }
  }

  std::vector<SizedRange> split(std::size_t pieces) {
    const auto first = find("", ascending_);
    const auto last = find("", descending_);
    std::vector<SizedRange> ranges;
    if (pieces < 2 || !first || !last || *first == *last) {
      ranges.push_back({{}, table_.rows_estimate});
      return ranges;
    }
    // Spans between real keys; the outermost bounds are opened again at the end.
    std::vector<Span> spans;
    std::priority_queue<std::pair<std::uint64_t, std::size_t>> by_size;
    const auto add = [&](Span span) {
      span.rows = estimate(span);
      spans.push_back(span);
      by_size.emplace(span.rows, spans.size() - 1);
    };
    add({*first, *last, 0});
    const std::uint64_t share = std::max<std::uint64_t>(spans[0].rows / pieces, 1);
    // A skewed key needs more cuts than pieces, each of which peels one thin end off.
    std::size_t attempts = 4 * pieces + 64;
    while (!by_size.empty() && spans.size() < 2 * pieces && attempts-- > 0) {
      const auto [rows, index] = by_size.top();
      if (rows < share + share / 2) break;
      by_size.pop();
      const Span whole = spans[index];
      const std::optional<KeyTuple> middle = cut(whole, rows > 2 * share);
      if (!middle) continue;  // stays as it is
      spans[index].end = *middle;
      spans[index].rows = estimate(spans[index]);
      by_size.emplace(spans[index].rows, index);
      add({*middle, whole.end, 0});
    }
    return join(std::move(spans), share);
  }

 private:
  struct Span {
    KeyTuple begin, end;  // real keys; `end` of the last span is the last key itself
    std::uint64_t rows = 0;
  };

  /// Put spans in key order, join neighbours that are small together, and open the outer bounds.
  std::vector<SizedRange> join(std::vector<Span> spans, std::uint64_t share) const {
    // Each span but the first begins where another ends, so the order is a chain of bounds.
    std::vector<SizedRange> ranges;
    std::size_t at = 0;
    for (;;) {
      ranges.push_back({{spans[at].begin, spans[at].end}, spans[at].rows});
      const auto next = std::find_if(spans.begin(), spans.end(), [&](const Span& span) {
        return span.begin == ranges.back().range.end;
      });
      if (next == spans.end()) break;
      at = static_cast<std::size_t>(next - spans.begin());
    }
    std::vector<SizedRange> joined;
    for (SizedRange& range : ranges) {
      if (!joined.empty() && joined.back().rows_estimate + range.rows_estimate <= share) {
        joined.back().range.end = range.range.end;
        joined.back().rows_estimate += range.rows_estimate;
      } else {
        joined.push_back(std::move(range));
      }
    }
    joined.front().range.begin.reset();
    joined.back().range.end.reset();
    return joined;
  }

  const SourceColumn& column(std::size_t part) const { return table_.columns[key_.columns[part]]; }
  std::string name(std::size_t part) const { return quote_identifier(column(part).name); }

  /// The first key under `condition` in `order`, as literals.
  std::optional<KeyTuple> find(const std::string& condition, const std::string& order,
                               std::uint64_t offset = 0) {
    const auto rows = connection_.query(
        fmt::format("SELECT {} FROM {}{}{} ORDER BY {} LIMIT {}, 1", select_, from_,
                    condition.empty() ? "" : " WHERE ", condition, order, offset));
    if (rows.empty()) return std::nullopt;
    KeyTuple tuple;
    for (std::size_t part = 0; part < key_.columns.size(); ++part) {
      tuple.push_back(literal(column(part), rows[0][part].text));
    }
    return tuple;
  }

  static std::string literal(const SourceColumn& column, const std::string& text) {
    switch (kind_of(column)) {
      case KeyKind::number: return text;
      case KeyKind::moment:
      case KeyKind::opaque: return "'" + text + "'";
      case KeyKind::bytes: return "x'" + text + "'";
      // The introducer gives the literal the column's own charset: no conversion, any byte.
      case KeyKind::text:
        return (column.charset.empty() ? "_utf8mb4" : "_" + column.charset) + " x'" + text + "'";
    }
    return text;
  }

  static std::string bytes_of(const std::string& literal) {
    const auto open = literal.find("x'");
    return unhex(std::string_view(literal).substr(open + 2, literal.size() - open - 3));
  }

  /// The text that a literal of any charset stands for.
  std::string in_utf8(const std::string& literal) {
    const auto rows =
        connection_.query("SELECT HEX(CONVERT(" + literal + " USING utf8mb4))");
    return rows.empty() ? std::string() : unhex(rows[0][0].text);
  }

  /// What the server believes `span` holds, from dives into the index.
  std::uint64_t estimate(const Span& span) {
    const auto rows = connection_.query(
        "EXPLAIN SELECT 1 FROM " + from_ + " WHERE " +
        range_condition(table_, key_, {span.begin, span.end}));
    // id, select_type, table, [partitions,] type, possible_keys, key, key_len, ref, rows, ...
    if (rows.empty()) return 0;
    const std::size_t at = rows[0].size() >= 12 ? 9 : 8;
    const std::string& text = rows[0].at(at).text;
    return text.empty() ? 0 : std::stoull(text);
  }

  /// A real key inside `span` (begin < key < end) that halves it more or less. `at_any_price`:
  /// walk the index when no other way is found.
  std::optional<KeyTuple> cut(const Span& span, bool at_any_price) {
    const std::string inside = range_condition(table_, key_, {span.begin, span.end});
    std::string prefix;  // key parts before `part` are equal all over the span
    for (std::size_t part = 0; part < key_.columns.size(); ++part) {
      const std::string low = span.begin[part];
      std::string high = span.end[part];
      if (!prefix.empty()) {
        // The span covers several values of the part before; look at the rows of its first only.
        const auto last = find(inside + prefix, descending_);
        if (!last) return std::nullopt;
        high = (*last)[part];
      }
      // Probe ever nearer to `low` until a key is found at or after the probe.
      for (int narrowings = 0; narrowings < 64 && low != high; ++narrowings) {
        const std::optional<std::string> probe = middle(column(part), low, high);
        if (!probe) break;
        const auto found =
            find(fmt::format("{}{} AND {} >= {}", inside, prefix, name(part), *probe), ascending_);
        if (found && *found != span.begin) return found;
        if (high == *probe) break;
        high = *probe;
      }
      prefix += fmt::format(" AND {} = {}", name(part), low);
    }
    if (!at_any_price) return std::nullopt;
    const auto walked = find(inside, ascending_, span.rows / 2);
    return walked && *walked != span.begin ? walked : std::nullopt;
  }

  /// A literal between two of one column; halved by the server where it knows the arithmetic.
  std::optional<std::string> middle(const SourceColumn& column, const std::string& low,
                                    const std::string& high) {
    switch (kind_of(column)) {
      case KeyKind::number: {
        // DECIMAL(65, 0) holds the sum of any two keys of up to 64 digits.
        const std::string sql =
            column.scale == 0
                ? fmt::format("SELECT CEIL((CAST({0} AS DECIMAL(65, 0)) + {1}) / 2)", low, high)
                : fmt::format("SELECT CAST((CAST({0} AS DECIMAL(65, {2})) + {1}) / 2 AS "
                              "DECIMAL(65, {2}))", low, high, column.scale);
        const auto rows = connection_.query(sql);
        if (rows.empty() || rows[0][0].null || rows[0][0].text == low) return std::nullopt;
        return rows[0][0].text;
      }
      case KeyKind::moment: {
        const bool day = column.type == SourceType::date;
        const auto rows = connection_.query(fmt::format(
            "SELECT TIMESTAMPADD({2}, (TIMESTAMPDIFF({2}, {0}, {1}) + 1) DIV 2, {0})", low, high,
            day ? "DAY" : "SECOND"));
        if (rows.empty() || rows[0][0].null) return std::nullopt;
        const std::string probe = "'" + rows[0][0].text + "'";
        return probe == low ? std::nullopt : std::optional(probe);
      }
      case KeyKind::bytes: {
        const auto probe = middle_of_bytes(bytes_of(low), bytes_of(high));
        return probe ? std::optional("x'" + hex_of(*probe) + "'") : std::nullopt;
      }
      case KeyKind::text: {
        const bool fold_case = !column.collation.ends_with("_bin");
        const bool utf8 = column.charset.empty() || column.charset.starts_with("utf8") ||
                          column.charset == "ascii";
        const auto probe =
            utf8 ? middle_of_text(bytes_of(low), bytes_of(high), fold_case)
                 : middle_of_text(in_utf8(low), in_utf8(high), fold_case);
        if (!probe) return std::nullopt;
        if (utf8) return quote_text(*probe);
        // Back into the column's charset: compared with another, the column would be converted and
        // its index lost.
        const auto rows = connection_.query(fmt::format(
            "SELECT HEX(CONVERT({} USING {}))", quote_text(*probe), column.charset));
        if (rows.empty() || rows[0][0].null) return std::nullopt;
        return literal(column, rows[0][0].text);
      }
      case KeyKind::opaque: return std::nullopt;
    }
    return std::nullopt;
  }

  Connection& connection_;
  const SourceTable& table_;
  const ChunkKey& key_;
  std::string from_, select_, ascending_, descending_;
};

/// Keys at or after `bound` (`at_or_after`), or before it. The parts are told apart explicitly
/// rather than by a row comparison, which old servers cannot look up in an index.
std::string bound_condition(const SourceTable& table, const ChunkKey& key, const KeyTuple& bound,
                            bool at_or_after) {
  // (a, b) >= (1, 2)  is  a > 1 OR (a = 1 AND b >= 2);  < likewise.
  std::string condition;
  for (std::size_t part = key.columns.size(); part-- > 0;) {
    const std::string name = quote_identifier(table.columns[key.columns[part]].name);
    if (condition.empty()) {
      condition = fmt::format("{} {} {}", name, at_or_after ? ">=" : "<", bound[part]);
    } else {
      condition = fmt::format("({0} {1} {2} OR ({0} = {2} AND {3}))", name,
                              at_or_after ? ">" : "<", bound[part], condition);
    }
  }
  return condition;
}

}  // namespace

std::optional<ChunkKey> choose_key(const SourceTable& table) {
  const auto usable = [&](const SourceIndex& index) -> std::optional<ChunkKey> {
    if (!index.unique || index.kind != IndexKind::btree) return std::nullopt;
    ChunkKey key{.index = index.name, .columns = {}};
    for (const SourceIndexPart& part : index.parts) {
      if (part.column.empty() || part.prefix_characters != 0) return std::nullopt;
      const auto found =
          std::find_if(table.columns.begin(), table.columns.end(),
                       [&](const SourceColumn& column) { return column.name == part.column; });
      if (found == table.columns.end() || found->nullable || !is_rangeable(*found)) {
        return std::nullopt;
      }
      key.columns.push_back(static_cast<std::size_t>(found - table.columns.begin()));
    }
    return key;
  };
  std::optional<ChunkKey> best;
  for (const SourceIndex& index : table.indexes) {
    std::optional<ChunkKey> key = usable(index);
    if (!key) continue;
    if (index.primary) return key;
    if (!best || key->columns.size() < best->columns.size()) best = std::move(key);
  }
  return best;
}

std::vector<SizedRange> split_keys(Connection& connection, const SourceTable& table,
                                   const ChunkKey& key, const std::string& partition,
                                   std::size_t pieces) {
  return Splitter(connection, table, key, partition).split(pieces);
}

std::string range_condition(const SourceTable& table, const ChunkKey& key, const KeyRange& range) {
  std::string condition;
  if (range.begin) condition = bound_condition(table, key, *range.begin, true);
  if (range.end) {
    if (!condition.empty()) condition += " AND ";
    condition += bound_condition(table, key, *range.end, false);
  }
  return condition;
}

}  // namespace millrace::mysql
