#include "operators/table_shape.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace millrace {

namespace {

/// A column as CREATE TABLE would say it, as far as it decides over the target's.
std::string describe(const SourceColumn& column) {
  std::string text = column.column_type;
  // MariaDB's JSON is longtext with a check, and becomes another type than longtext.
  if (column.type == SourceType::json && column.data_type != "json") text += " of JSON";
  if (!column.charset.empty()) text += " in " + column.charset;
  if (!column.nullable) text += " NOT NULL";
  if (column.auto_increment) text += " AUTO_INCREMENT";
  if (column.generated != Generated::none) text += " AS (" + column.generation_expression + ")";
  return text;
}

std::string describe(const SourceIndex& index) {
  std::string parts;
  for (const SourceIndexPart& part : index.parts) {
    parts += (parts.empty() ? "" : ", ") + (part.column.empty() ? part.expression : part.column);
    if (part.prefix_characters != 0) parts += "(" + std::to_string(part.prefix_characters) + ")";
    if (part.descending) parts += " DESC";
  }
  return (index.primary ? "primary key" : "unique key " + index.name) + " (" + parts + ")";
}

std::string describe(const SourceCheck& check) {
  return "CHECK (" + check.clause + (check.enforced ? ")" : ") NOT ENFORCED");
}

bool has_unique(const SourceTable& table, const SourceIndex& index) {
  return std::ranges::any_of(table.indexes, [&](const SourceIndex& other) {
    return other.unique && other.name == index.name && same_index(index, other);
  });
}

bool has_check(const SourceTable& table, const SourceCheck& check) {
  return std::ranges::any_of(table.checks, [&](const SourceCheck& other) {
    return other.clause == check.clause && other.enforced == check.enforced;
  });
}

}  // namespace

const SourceColumn* find_column(const SourceTable& table, std::string_view name) {
  const auto found = std::ranges::find(table.columns, name, &SourceColumn::name);
  return found == table.columns.end() ? nullptr : &*found;
}

bool same_index(const SourceIndex& a, const SourceIndex& b) {
  return a.primary == b.primary && a.unique == b.unique && a.kind == b.kind &&
         std::ranges::equal(
             a.parts, b.parts, [](const SourceIndexPart& x, const SourceIndexPart& y) {
               return x.column == y.column && x.expression == y.expression &&
                      x.prefix_characters == y.prefix_characters && x.descending == y.descending;
             });
}

std::vector<std::string> shape_differences(const SourceTable& table, const SourceTable& model) {
  std::vector<std::string> lines;
  const std::string in_model = ", in " + model.full_name() + " ";
  for (const SourceColumn& wanted : model.columns) {
    const SourceColumn* column = find_column(table, wanted.name);
    if (column == nullptr) {
      lines.push_back("no column " + wanted.name + in_model + describe(wanted));
    } else if (describe(*column) != describe(wanted)) {
      lines.push_back(wanted.name + " is " + describe(*column) + in_model + describe(wanted));
    }
  }
  for (const SourceColumn& column : table.columns) {
    if (find_column(model, column.name) == nullptr) {
      lines.push_back("a column " + column.name + " " + describe(column) + in_model + "none");
    }
  }
  for (const SourceIndex& wanted : model.indexes) {
    if (wanted.unique && !has_unique(table, wanted)) {
      lines.push_back("no " + describe(wanted) + in_model + "one");
    }
  }
  for (const SourceIndex& index : table.indexes) {
    if (index.unique && !has_unique(model, index)) {
      lines.push_back("a " + describe(index) + in_model + "none");
    }
  }
  for (const SourceCheck& wanted : model.checks) {
    if (!has_check(table, wanted)) {
      lines.push_back("no " + describe(wanted) + in_model + "one");
    }
  }
  for (const SourceCheck& check : table.checks) {
    if (!has_check(model, check)) {
      lines.push_back("a " + describe(check) + in_model + "none");
    }
  }
  return lines;
}

}  // namespace millrace
