#pragma once

#include <cstddef>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "operators/cast_rule_set.h"
#include "operators/expression_translation.h"
#include "operators/identifiers.h"
#include "operators/schema_translation.h"
#include "operators/view_translation.h"

namespace millrace {

/// Sets of things that belong together.
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t n_items) : parent_(n_items) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t root(std::size_t item) {
    while (parent_[item] != item) item = parent_[item] = parent_[parent_[item]];
    return item;
  }
  void join(std::size_t a, std::size_t b) { parent_[root(b)] = root(a); }

 private:
  std::vector<std::size_t> parent_;
};

struct Place {
  std::size_t table = 0;
  std::size_t column = 0;
};

/// One run of translate(): fills a Translation in the order of the comments in run().
class Translator {
 public:
  Translator(const SourceCatalog& catalog, const TranslationChoices& choices)
      : catalog_(catalog),
        choices_(choices),
        casts_(choices.casts, catalog),
        ties_(number_columns()) {}

  Translation run();

 private:
  std::size_t number_columns();

  // names
  std::string schema_of(const std::string& database) const;
  void read_orders();
  std::string folded(const std::string& name) const {
    return fold_identifier(name, choices_.schema.identifiers);
  }
  void name_schemas();
  void name_tables();
  NameSpace& relations_of(const TargetTable& table) { return relations_[table.schema]; }

  // looking up
  std::optional<std::size_t> find_table(const std::string& database, const std::string& name) const;
  static std::optional<std::size_t> find_column(const SourceTable& table, std::string_view name);
  std::size_t number_of(const Place& place) const { return first_[place.table] + place.column; }
  /// What a source column became; null where it is left out.
  const TargetColumn* target_of(const Place& place) const {
    const std::optional<std::size_t> at = target_at_[number_of(place)];
    return at ? &out_.tables[place.table].target.columns[*at] : nullptr;
  }
  /// The same, to be changed: its table's columns are no longer shared.
  TargetColumn* own_target_of(const Place& place) {
    const std::optional<std::size_t> at = target_at_[number_of(place)];
    return at ? &out_.tables[place.table].target.columns[*at] : nullptr;
  }
  /// Let a table hold its columns together with those of the same shape: there may be thousands.
  void share_columns(std::size_t table);
  /// How a source column's values are turned; null where it is left out.
  const ColumnEncoding* encoding_of(const Place& place) const;
  /// The target columns of one table by their names in the source, for expressions.
  ColumnLookup columns_of(std::size_t table, bool spelled_out = false) const;

  // columns
  void tie_keys();
  void translate_columns(std::size_t table);
  void translate_column(std::size_t table, std::size_t column, NameSpace& names,
                        NameSpace& constraints);
  std::string name_column(const SourceTable& table, const SourceColumn& column,
                          const std::optional<std::string>& by_rule, NameSpace& names);
  void choose_comparison(const Place& place, TargetColumn& target, ColumnEncoding& encoding);
  void tie_comparisons();
  void note_comparisons();
  std::vector<std::string> unique_keys_over(const std::vector<bool>& chosen) const;
  void note_column(const SourceTable& table, const SourceColumn& column);
  /// What a type of the source does to a number besides holding it, and PostgreSQL's does not.
  void note_display(const std::string& where, const SourceColumn& column);
  void refuse_name_clashes(std::size_t table) const;
  bool leave_out(const Place& place);
  void add_constants(std::size_t table, NameSpace& names);
  ColumnMapping map(const Place& place, const SourceColumn& renamed);
  void allow_nulls(const Place& place, TargetColumn& target, const ColumnMapping& mapping);
  void refuse_split_ties() const;
  void note_casts();
  void name_enums();
  void translate_generated();
  std::string generate(const Place& place);
  bool may_be_virtual(const Place& place) const;
  void set_defaults();
  void name_sequences();
  void note_row_width(const SourceTable& table, const TargetTable& target);

  // keys
  void translate_indexes();
  void translate_index(std::size_t table, const SourceIndex& index);
  bool translate_part(std::size_t table, const SourceIndex& index, const SourceIndexPart& part,
                      TargetIndex& out, std::uint64_t& key_bytes);
  bool translate_expression_part(std::size_t table, const SourceIndex& index,
                                 const SourceIndexPart& part, TargetIndex& out,
                                 std::uint64_t& key_bytes);
  void name_index(std::size_t table, const SourceIndex& index, TargetIndex& out, bool demoted);
  void translate_foreign_keys();
  void translate_foreign_key(std::size_t table, const SourceForeignKey& key,
                             NameSpace& constraints);
  bool is_unique(const TargetTable& table, std::vector<std::string> columns) const;

  // the rest
  void translate_checks(std::size_t table);
  void translate_check(std::size_t table, const SourceCheck& check);
  void translate_on_update(std::size_t table);
  void translate_partitions(std::size_t table);
  void translate_sequences();
  ViewRelation relation_of(std::size_t table) const;
  const ViewRelation* find_relation(const std::string& database, const std::string& name);
  std::optional<ViewRelation> translate_view(const SourceExtra& view);
  bool translate_fulltext(std::size_t table, const SourceIndex& index, TargetIndex& out);
  void note_extras();
  void note(std::string topic, std::string where, std::string message);
  void note_index(const SourceTable& table, const SourceIndex& index, const std::string& message) {
    note("index", table.full_name(), "index " + index.name + " " + message);
  }

  const SourceCatalog& catalog_;
  const TranslationChoices& choices_;
  CastRuleSet casts_;
  std::vector<TableOrders> orders_;  // by table: what the rules say of it
  Translation out_;
  VectorSharing<TargetColumn> target_shapes_{[](const TargetColumn& column) {
    const std::hash<std::string> hash;
    return hash(column.name) + 31 * hash(column.type) + 37 * hash(column.default_sql) +
           41 * hash(column.collation);
  }};
  VectorSharing<TranslatedColumn> source_shapes_{[](const TranslatedColumn& column) {
    return std::hash<std::string>()(column.select_expression) + 31 * column.source;
  }};
  std::map<std::string, NameSpace> relations_;                         // by schema
  std::map<std::string, std::optional<ViewRelation>> view_relations_;  // by "database\0name"
  std::unordered_map<std::string, std::size_t> table_at_;              // by "database\0table"
  std::vector<std::size_t> first_;                          // number of a table's first column
  std::vector<std::optional<std::size_t>> target_at_;       // by number: place in target.columns
  std::vector<const CastRule*> cast_of_;                    // by number: the rule that won
  std::vector<bool> holds_auto_increment_;                  // by number of a set's root
  std::unordered_map<std::size_t, CaseChoice> comparison_;  // by number of a set's root
  std::vector<bool> pointed_at_;                            // by number: a foreign key points at it
  std::vector<NameSpace> constraints_;                      // by table
  mutable DisjointSets ties_;                               // columns tied by foreign keys
};

/// "numeric" of "numeric(10,2)".
std::string_view base_of(std::string_view type) noexcept;

/// Whether a target column of this type may be an identity.
bool is_identity_type(std::string_view type) noexcept;

/// A name as MySQL quotes it.
std::string in_backticks(std::string_view name);

}  // namespace millrace
