// Table rules among the tables of a schema: names, columns that go and come, rows that stay behind.

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "io/ascii_case.h"
#include "io/error.h"
#include "operators/schema_translator.h"

namespace millrace {

void Translator::read_orders() {
  refuse_unknown_tables(choices_.table_rules, catalog_);
  for (std::size_t i = 0; i < catalog_.tables.size(); ++i) {
    const SourceTable& table = catalog_.tables[i];
    orders_.push_back(orders_for(table, choices_.table_rules));
    const TableOrders& orders = orders_.back();
    refuse_unknown_columns(orders, table);
    if (orders.where.empty()) continue;
    out_.tables[i].row_filter = orders.where;
    note("row filter", table.full_name(), "only rows WHERE " + orders.where + " are migrated");
  }
}

void Translator::refuse_name_clashes(std::size_t table) const {
  const SourceTable& source = catalog_.tables[table];
  std::unordered_map<std::string, const SourceColumn*> owner;
  for (const bool by_rule : {false, true}) {
    for (const SourceColumn& column : source.columns) {
      const auto name = name_by_rule(orders_[table], column);
      if (name.has_value() != by_rule || dropped_by(orders_[table], column) != nullptr) continue;
      const auto [found, is_new] = owner.emplace(name.value_or(column.name), &column);
      if (is_new || !by_rule) continue;
      throw Error(ErrorKind::bad_request,
                  "cannot give two columns one name: " + found->second->name + " and " +
                      column.name + " would both be " + *name,
                  {.side = Side::source, .table = source.full_name()},
                  "rename one of them to something else in rename_columns");
    }
  }
}

bool Translator::leave_out(const Place& place) {
  const SourceTable& table = catalog_.tables[place.table];
  const SourceColumn& column = table.columns[place.column];
  const TableRule* const rule = dropped_by(orders_[place.table], column);
  if (rule == nullptr) return false;
  const auto holds_it = [&](const SourceIndexPart& part) {
    return same_ignoring_case(part.column, column.name);
  };
  for (const SourceIndex& index : table.indexes) {
    if (!index.primary || std::none_of(index.parts.begin(), index.parts.end(), holds_it)) continue;
    throw Error(ErrorKind::bad_request,
                "cannot use " + rule->origin + ": it leaves out a column of the primary key",
                {.side = Side::source, .table = table.full_name(), .column = column.name},
                "keep the column, or leave out keys with --skip-keys and drop it afterwards");
  }
  note("left out", table.full_name() + "." + column.name, "by " + rule->origin);
  return true;
}

void Translator::add_constants(std::size_t table, NameSpace& names) {
  const SourceTable& source = catalog_.tables[table];
  TranslatedTable& translated = out_.tables[table];
  if (translated.columns.empty()) {
    throw Error(
        ErrorKind::bad_request, "cannot make a table: every column is left out",
        {.side = Side::source, .table = source.full_name()},
        "keep one of its columns, or leave the table out with --exclude " + source.full_name());
  }
  for (const AddedColumn& column : added_columns(orders_[table], source)) {
    const Where where{
        .side = Side::target, .table = translated.target.full_name(), .column = column.name};
    try {
      EncodedConstant constant = encode_constant(column, column.origin);
      const std::string name = names.try_claim(column.name);
      if (name.empty()) {
        throw Error(ErrorKind::bad_request,
                    "cannot use " + column.origin + ": the table has a column of this name", where,
                    "give the added column another name, or rename the other one");
      }
      TargetColumn& target = translated.target.columns.emplace_back();
      target.name = name;
      target.type = std::move(constant.type);
      translated.constants.bytes += constant.bytes;
      ++translated.constants.count;
    } catch (Error& error) {
      error.add(where);
      throw;
    }
  }
}

}  // namespace millrace
