#include "io/mysql/key_splitter.h"

#include <algorithm>
#include <queue>

#include <fmt/format.h>

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
    case SourceType::year: return KeyKind::number;
    case SourceType::date:
    case SourceType::datetime:
    case SourceType::timestamp: return KeyKind::moment;
    case SourceType::binary:
    case SourceType::varbinary:
    case SourceType::blob:
    case SourceType::bit: return KeyKind::bytes;
    case SourceType::uuid:
    case SourceType::inet4:
    case SourceType::inet6: return KeyKind::opaque;
    default: return KeyKind::text;
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
    case SourceType::unknown: return false;
    default: return true;
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

/// One value of a key: the literal that stands for it in SQL, and the form in which it is halved:
/// numbers and moments as the server prints them, text in UTF-8, bytes as they are.
struct KeyValue {
  std::string literal;
  std::string plain;

  bool operator==(const KeyValue& other) const { return literal == other.literal; }
};
using Key = std::vector<KeyValue>;

KeyTuple literals_of(const Key& key) {
  KeyTuple literals;
  for (const KeyValue& value : key) literals.push_back(value.literal);
  return literals;
}

/// Whether the bytes of `column` are UTF-8 already.
bool is_utf8(const SourceColumn& column) {
  return column.charset.empty() || column.charset.starts_with("utf8") || column.charset == "ascii";
}

/// A literal in the charset of `column`: compared with another one, the column would be converted
/// and its index lost.
std::string text_literal(const SourceColumn& column, const std::string& hex) {
  return (column.charset.empty() ? "_utf8mb4" : "_" + column.charset) + " x'" + hex + "'";
}

/// A date or moment with the parts that are zero set to the first there is, for arithmetic.
std::string proper(std::string moment) {
  if (moment.starts_with("0000")) moment[3] = '1';
  for (const std::size_t at : {std::size_t{5}, std::size_t{8}}) {
    if (moment.compare(at, 2, "00") == 0) moment[at + 1] = '1';
  }
  return moment;
}

/// Cuts one table along one key.
class Splitter {
 public:
  Splitter(Connection& connection, const SourceTable& table, const ChunkKey& key,
           const std::string& partition)
      : connection_(connection), table_(table), key_(key), known_rows_(table.rows_estimate) {
    // As a table, whatever form MySQL's explain_format makes the usual one.
    const ServerVersion& version = connection.version();
    constexpr int first_with_explain_format = 80032;
    const bool asks = !version.mariadb && version.number >= first_with_explain_format;
    explain_ = asks ? "EXPLAIN FORMAT=TRADITIONAL" : "EXPLAIN";
    from_ = fmt::format("{}.{}{} FORCE INDEX ({})", quote_identifier(table.database),
                        quote_identifier(table.name),
                        partition.empty() ? "" : " PARTITION (" + quote_identifier(partition) + ")",
                        quote_identifier(key.index));
    for (const SourcePartition& known : table.partitions) {
      if (known.name == partition) known_rows_ = known.rows_estimate;
    }
    for (std::size_t part = 0; part < key.columns.size(); ++part) {
      const std::string quoted = name(part);
      const KeyKind kind = kind_of(column(part));
      const bool as_hex = kind == KeyKind::text || kind == KeyKind::bytes;
      select_ += (part == 0 ? "" : ", ") + (as_hex ? "HEX(" + quoted + ")" : quoted);
      if (kind == KeyKind::text && !is_utf8(column(part))) {
        select_ += ", HEX(CONVERT(" + quoted + " USING utf8mb4))";
      }
      ascending_ += (part == 0 ? "" : ", ") + quoted;
      descending_ += (part == 0 ? "" : ", ") + quoted + " DESC";
    }
  }

  std::vector<SizedRange> split(std::size_t pieces) {
    const auto first = find("", ascending_);
    const auto last = find("", descending_);
    if (pieces < 2 || !first || !last || *first == *last) return {{{}, known_rows_}};
    add({.begin = *first, .end = *last});
    const std::uint64_t total = std::max(known_rows_, spans_[0].rows);
    const std::uint64_t share = std::max<std::uint64_t>(total / pieces, 1);
    // What a span weighs in shares: the server sees twice as many rows in a long range as there
    // are.
    const auto weight = [&](const Span& span) {
      const double inflation =
          std::max(1.0, static_cast<double>(estimated_rows_) / static_cast<double>(total));
      return static_cast<double>(span.rows) / inflation / static_cast<double>(share);
    };
    std::vector<std::size_t> uncut;
    // A skewed key needs more cuts than pieces, each of which peels one thin end off; thin ends are
    // joined again below.
    for (std::size_t cuts = 4 * pieces + 64; cuts > 0 && !by_size_.empty(); --cuts) {
      const std::size_t index = by_size_.top().second;
      if (weight(spans_[index]) < 1.5) break;
      by_size_.pop();
      if (const auto middle = cut(spans_[index])) {
        divide(index, *middle);
      } else {
        uncut.push_back(index);
      }
    }
    for (; !by_size_.empty(); by_size_.pop()) uncut.push_back(by_size_.top().second);
    for (const std::size_t index : uncut) {
      if (weight(spans_[index]) > 2) walk(index, share);
    }
    return join(weight);
  }

 private:
  static constexpr std::size_t none = SIZE_MAX;

  struct Span {
    Key begin, end;  // real keys; `end` of the last span is the last key itself
    std::uint64_t rows = 0;
    std::size_t next = none;  // the span that begins where this one ends
  };

  void add(Span span) {
    span.rows = estimate(span.begin, span.end);
    estimated_rows_ += span.rows;
    by_size_.emplace(span.rows, spans_.size());
    spans_.push_back(std::move(span));
  }

  void divide(std::size_t index, const Key& middle) {
    add({.begin = middle, .end = spans_[index].end, .next = spans_[index].next});
    Span& left = spans_[index];
    left.end = middle;
    left.next = spans_.size() - 1;
    estimated_rows_ -= left.rows;
    left.rows = estimate(left.begin, left.end);
    estimated_rows_ += left.rows;
    by_size_.emplace(left.rows, index);
  }

  /// Cut a span whose values cannot be halved by counting its rows: reads it once.
  void walk(std::size_t index, std::uint64_t share) {
    for (;;) {
      const Key begin = spans_[index].begin;
      const auto next = find(inside(begin, spans_[index].end), ascending_, share);
      if (!next || *next == begin) return;
      spans_.push_back({.begin = *next,
                        .end = spans_[index].end,
                        .rows = spans_[index].rows - std::min(share, spans_[index].rows),
                        .next = spans_[index].next});
      spans_[index].end = *next;
      spans_[index].rows = share;
      spans_[index].next = spans_.size() - 1;
      index = spans_.size() - 1;
    }
  }

  /// The spans in key order, neighbours joined that are small together, and the outer bounds
  /// opened.
  template <class Weight>
  std::vector<SizedRange> join(const Weight& weight) const {
    std::vector<SizedRange> ranges;
    double joined = 0;
    for (std::size_t at = 0; at != none; at = spans_[at].next) {
      const Span& span = spans_[at];
      if (!ranges.empty() && joined + weight(span) <= 1) {
        joined += weight(span);
      } else {
        ranges.push_back({{literals_of(span.begin), {}}, 0});
        joined = weight(span);
      }
      ranges.back().range.end = literals_of(span.end);
      ranges.back().rows_estimate += span.rows;
    }
    ranges.front().range.begin.reset();
    ranges.back().range.end.reset();
    return ranges;
  }

  const SourceColumn& column(std::size_t part) const { return table_.columns[key_.columns[part]]; }
  std::string name(std::size_t part) const { return quote_identifier(column(part).name); }

  std::string inside(const Key& begin, const Key& end) const {
    return range_condition(table_, key_, {literals_of(begin), literals_of(end)});
  }

  /// The key that follows `skipped` others under `condition` in `order`.
  std::optional<Key> find(const std::string& condition, const std::string& order,
                          std::uint64_t skipped = 0) {
    const auto rows = connection_.query(
        fmt::format("SELECT {} FROM {}{}{} ORDER BY {} LIMIT {}, 1", select_, from_,
                    condition.empty() ? "" : " WHERE ", condition, order, skipped));
    if (rows.empty()) return std::nullopt;
    Key key;
    auto cell = rows[0].begin();
    for (std::size_t part = 0; part < key_.columns.size(); ++part) {
      const std::string& text = (cell++)->text;
      switch (kind_of(column(part))) {
        case KeyKind::number: key.push_back({text, text}); break;
        case KeyKind::moment:
        case KeyKind::opaque: key.push_back({"'" + text + "'", text}); break;
        case KeyKind::bytes: key.push_back({"x'" + text + "'", unhex(text)}); break;
        case KeyKind::text: {
          const std::string& utf8 = is_utf8(column(part)) ? text : (cell++)->text;
          key.push_back({text_literal(column(part), text), unhex(utf8)});
          break;
        }
      }
    }
    return key;
  }

  /// What the server believes to lie between, from dives into the index.
  std::uint64_t estimate(const Key& begin, const Key& end) {
    const auto rows =
        connection_.query(explain_ + " SELECT 1 FROM " + from_ + " WHERE " + inside(begin, end));
    // id, select_type, table, [partitions,] type, possible_keys, key, key_len, ref, rows, ...
    if (rows.empty()) return 0;
    const std::size_t at = rows[0].size() >= 12 ? 9 : 8;
    const std::string& text = rows[0].at(at).text;
    return text.empty() ? 0 : std::stoull(text);
  }

  /// A real key inside `span` (begin < key < end) that halves it more or less.
  std::optional<Key> cut(const Span& span) {
    const std::string whole = inside(span.begin, span.end);
    std::string prefix;  // key parts before `part` are equal all over what is looked at
    for (std::size_t part = 0; part < key_.columns.size(); ++part) {
      const KeyValue& low = span.begin[part];
      const auto at_or_after = [&](const KeyValue& value) {
        auto found = find(
            fmt::format("{}{} AND {} >= {}", whole, prefix, name(part), value.literal), ascending_);
        return found && *found != span.begin ? found : std::nullopt;
      };
      std::optional<KeyValue> high;
      if (part == 0) high = span.end[0];  // spares a look-up where the keys are spread evenly
      for (int narrowings = 0; narrowings < 64; ++narrowings) {
        if (!high || narrowings > 0) {
          // Nothing lies at or after the last probe: go on between real values.
          const auto last = find(whole + prefix, descending_);
          if (!last || (high && (*last)[part] == *high)) break;
          high = (*last)[part];
        }
        if (*high == low) break;
        const std::optional<KeyValue> probe = middle(column(part), low, *high);
        if (!probe) break;
        if (const auto found = at_or_after(*probe)) return found;
      }
      // Two values without another between them, each of which many keys share.
      if (high && *high != low) {
        if (const auto found = at_or_after(*high)) return found;
      }
      prefix += fmt::format(" AND {} = {}", name(part), low.literal);
    }
    return std::nullopt;
  }

  /// A value between two of one column; halved by the server where it knows the arithmetic.
  std::optional<KeyValue> middle(const SourceColumn& column, const KeyValue& low,
                                 const KeyValue& high) {
    const auto computed = [&](const std::string& sql) -> std::optional<std::string> {
      const auto rows = connection_.query("SELECT " + sql);
      if (rows.empty() || rows[0][0].null || rows[0][0].text == low.plain) return std::nullopt;
      return rows[0][0].text;
    };
    switch (kind_of(column)) {
      case KeyKind::number: {
        // Halved before they are added, since the sum of two may be too long for any type.
        const std::string sum =
            fmt::format("CAST({1} AS DECIMAL(65, {0})) / 2 + CAST({2} AS DECIMAL(65, {0})) / 2",
                        column.scale, low.plain, high.plain);
        const auto probe = computed(
            column.scale == 0 ? "CEIL(" + sum + ")"
                              : fmt::format("CAST({} AS DECIMAL(65, {}))", sum, column.scale));
        if (!probe) return std::nullopt;
        return KeyValue{*probe, *probe};
      }
      case KeyKind::moment: {
        const char* unit = column.type == SourceType::date ? "DAY"
                           : column.fraction_digits > 0    ? "MICROSECOND"
                                                           : "SECOND";
        const auto probe = computed(
            fmt::format("TIMESTAMPADD({2}, (TIMESTAMPDIFF({2}, '{0}', '{1}') + 1) DIV 2, '{0}')",
                        proper(low.plain), proper(high.plain), unit));
        if (!probe) return std::nullopt;
        return KeyValue{"'" + *probe + "'", *probe};
      }
      case KeyKind::bytes: {
        const auto probe = middle_of_bytes(low.plain, high.plain);
        if (!probe) return std::nullopt;
        return KeyValue{"x'" + hex_of(*probe) + "'", *probe};
      }
      case KeyKind::text: {
        const bool fold_case = !column.collation.ends_with("_bin");
        const auto probe = middle_of_text(low.plain, high.plain, fold_case);
        if (!probe) return std::nullopt;
        if (is_utf8(column)) return KeyValue{text_literal(column, hex_of(*probe)), *probe};
        const auto there =
            computed(fmt::format("HEX(CONVERT({} USING {}))", quote_text(*probe), column.charset));
        if (!there) return std::nullopt;
        return KeyValue{text_literal(column, *there), *probe};
      }
      case KeyKind::opaque: return std::nullopt;
    }
    return std::nullopt;
  }

  Connection& connection_;
  const SourceTable& table_;
  const ChunkKey& key_;
  std::uint64_t known_rows_;
  std::string explain_, from_, select_, ascending_, descending_;
  std::vector<Span> spans_;  // the first of them begins at the first key
  std::priority_queue<std::pair<std::uint64_t, std::size_t>> by_size_;
  std::uint64_t estimated_rows_ = 0;  // in all spans
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
      condition = fmt::format("({0} {1} {2} OR ({0} = {2} AND {3}))", name, at_or_after ? ">" : "<",
                              bound[part], condition);
    }
  }
  return condition;
}

}  // namespace

std::optional<ChunkKey> choose_key(const SourceTable& table) {
  const auto usable = [&](const SourceIndex& index) -> std::optional<ChunkKey> {
    if (!index.unique || index.kind != IndexKind::btree) return std::nullopt;
    if (index.invisible) return std::nullopt;  // FORCE INDEX would not know it
    ChunkKey key{.index = index.name, .columns = {}};
    for (const SourceIndexPart& part : index.parts) {
      if (part.column.empty() || part.prefix_characters != 0) return std::nullopt;
      // In neither direction would the index give its keys in our order.
      if (part.descending != index.parts.front().descending) return std::nullopt;
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
