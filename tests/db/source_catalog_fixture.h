#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/mysql/catalog.h"
#include "io/shared_vector.h"
#include "io/source_schema.h"
#include "tests/support/source_database.h"

namespace millrace::mysql {

inline SourceCatalog catalog_of(SourceDatabase& database) {
  return read_catalog(database.admin(), {database.name()});
}

/// The one table of the catalog of this name; the test fails by an exception if it is not there.
inline const SourceTable& find(const SourceCatalog& catalog, const std::string& name) {
  const auto found = std::find_if(catalog.tables.begin(), catalog.tables.end(),
                                  [&](const SourceTable& table) { return table.name == name; });
  if (found == catalog.tables.end()) throw std::runtime_error("no table " + name);
  return *found;
}

inline SourceTable table_of(SourceDatabase& database, const std::string& name = "t") {
  return find(catalog_of(database), name);
}

inline const SourceColumn& find(const SourceTable& table, const std::string& name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const SourceColumn& column) { return column.name == name; });
  if (found == table.columns.end()) throw std::runtime_error("no column " + name);
  return *found;
}

inline const SourceIndex& find_index(const SourceTable& table, const std::string& name) {
  const auto found = std::find_if(table.indexes.begin(), table.indexes.end(),
                                  [&](const SourceIndex& index) { return index.name == name; });
  if (found == table.indexes.end()) throw std::runtime_error("no index " + name);
  return *found;
}

inline std::vector<std::string> names_of(const SharedVector<SourceColumn>& columns) {
  std::vector<std::string> names;
  for (const SourceColumn& column : columns) names.push_back(column.name);
  return names;
}

/// "kind text" of a column's default, as one word or two.
inline std::string default_of(const SourceTable& table, const std::string& name) {
  const SourceColumn& column = find(table, name);
  switch (column.default_kind) {
    case DefaultKind::none: return "none";
    case DefaultKind::null: return "null";
    case DefaultKind::literal: return "literal " + column.default_text;
    case DefaultKind::expression: return "expression " + column.default_text;
  }
  return "?";
}

/// On both sources: source_catalog_test.cpp says which.
class SourceCatalogOfServer : public testing::TestWithParam<const char*> {
 protected:
  SourceDatabase database{GetParam()};
};

}  // namespace millrace::mysql
