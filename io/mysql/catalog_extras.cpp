#include "io/mysql/catalog_extras.h"

#include <map>
#include <utility>

#include "io/mysql/catalog_rows.h"

namespace millrace::mysql {

namespace {

std::string in_backticks(const std::string& name) {
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted += '`';
}

/// A view has its SELECT for a text, and behind it its CHECK OPTION.
void read_views(Connection& connection, const std::string& in, SourceCatalog& catalog) {
  const std::string sql =
      "SELECT 'view', TABLE_SCHEMA, TABLE_NAME, IF(VIEW_DEFINITION = '' OR CHECK_OPTION = 'NONE', "
      "VIEW_DEFINITION, CONCAT(VIEW_DEFINITION, ' with ', LOWER(CHECK_OPTION), ' check option')), "
      "SECURITY_TYPE FROM information_schema.VIEWS WHERE TABLE_SCHEMA " +
      in;
  connection.each_row(sql, [&](const Row& row) {
    catalog.extras.push_back(
        {row[0].text, row[1].text, row[2].text, row[3].text, row[4].text == "INVOKER"});
  });
}

void read_triggers(Connection& connection, const std::string& in, SourceCatalog& catalog) {
  const std::string sql =
      "SELECT TRIGGER_SCHEMA, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, "
      "ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA " +
      in;
  connection.each_row(
      sql, [&](const Row& row) { catalog.extras.push_back(catalog_rows::trigger_of(row)); });
}

void read_routines(Connection& connection, const std::string& in, SourceCatalog& catalog) {
  // By kind, database and name: a function and a procedure may share one.
  std::map<std::string, std::vector<std::string>> parameters;
  const auto key = [](const Cell& kind, const Cell& database, const Cell& name) {
    return kind.text + '\0' + database.text + '\0' + name.text;
  };
  // The one at position 0 is what a function returns.
  const std::string parameter_sql =
      "SELECT ROUTINE_TYPE, SPECIFIC_SCHEMA, SPECIFIC_NAME, PARAMETER_MODE, PARAMETER_NAME, "
      "DTD_IDENTIFIER FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA " +
      in + " AND ORDINAL_POSITION > 0 ORDER BY SPECIFIC_SCHEMA, SPECIFIC_NAME, ORDINAL_POSITION";
  connection.each_row(parameter_sql, [&](const Row& row) {
    const bool of_procedure = row[0].text == "PROCEDURE";
    parameters[key(row[0], row[1], row[2])].push_back(
        (of_procedure ? row[3].text + " " : "") + in_backticks(row[4].text) + " " + row[5].text);
  });
  const std::string sql =
      "SELECT ROUTINE_TYPE, ROUTINE_SCHEMA, SPECIFIC_NAME, DTD_IDENTIFIER, IS_DETERMINISTIC, "
      "SQL_DATA_ACCESS, SECURITY_TYPE, ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE "
      "ROUTINE_SCHEMA " +
      in;
  connection.each_row(sql, [&](const Row& row) {
    catalog.extras.push_back(
        catalog_rows::routine_of(row, parameters[key(row[0], row[1], row[2])]));
  });
}

void read_events(Connection& connection, const std::string& in, SourceCatalog& catalog) {
  const std::string sql =
      "SELECT EVENT_SCHEMA, EVENT_NAME, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD, STARTS, ENDS, "
      "ON_COMPLETION, STATUS, EVENT_DEFINITION FROM information_schema.EVENTS WHERE EVENT_SCHEMA " +
      in;
  connection.each_row(
      sql, [&](const Row& row) { catalog.extras.push_back(catalog_rows::event_of(row)); });
}

}  // namespace

void read_extras(Connection& connection, const std::string& in, SourceCatalog& catalog) {
  read_views(connection, in, catalog);
  read_triggers(connection, in, catalog);
  read_routines(connection, in, catalog);
  read_events(connection, in, catalog);
}

namespace catalog_rows {

SourceExtra trigger_of(const Row& row) {
  return {"trigger", row[0].text, row[1].text,
          "CREATE TRIGGER " + in_backticks(row[1].text) + " " + row[2].text + " " + row[3].text +
              " ON " + in_backticks(row[4].text) + " FOR EACH ROW " + row[5].text};
}

SourceExtra routine_of(const Row& row, const std::vector<std::string>& parameters) {
  std::string text = "CREATE " + row[0].text + " " + in_backticks(row[2].text);
  const bool function = row[0].text == "FUNCTION";
  // MariaDB's packages have no parameters.
  if (function || row[0].text == "PROCEDURE") {
    text += "(";
    for (const std::string& parameter : parameters) {
      if (text.back() != '(') text += ", ";
      text += parameter;
    }
    text += ")";
  }
  if (function) text += " RETURNS " + row[3].text;
  if (row[4].text == "YES") text += " DETERMINISTIC";
  if (row[5].text != "CONTAINS SQL") text += " " + row[5].text;
  if (row[6].text == "INVOKER") text += " SQL SECURITY INVOKER";
  text += row[7].null ? " (this account may not read its body)" : " " + row[7].text;
  SourceExtra routine{lower(row[0].text), row[1].text, row[2].text, std::move(text)};
  routine.body_hidden = row[7].null;
  return routine;
}

SourceExtra event_of(const Row& row) {
  std::string text = "CREATE EVENT " + in_backticks(row[1].text) + " ON SCHEDULE ";
  if (!row[2].null) {
    text += "AT '" + row[2].text + "'";
  } else {
    text += "EVERY " + row[3].text + " " + row[4].text;
    if (!row[5].null) text += " STARTS '" + row[5].text + "'";
    if (!row[6].null) text += " ENDS '" + row[6].text + "'";
  }
  if (row[7].text == "PRESERVE") text += " ON COMPLETION PRESERVE";
  if (row[8].text == "DISABLED") text += " DISABLE";
  if (row[8].text == "SLAVESIDE_DISABLED") text += " DISABLE ON SLAVE";
  text += " DO " + row[9].text;
  return {"event", row[0].text, row[1].text, std::move(text)};
}

}  // namespace catalog_rows

}  // namespace millrace::mysql
