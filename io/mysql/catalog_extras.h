#pragma once

#include <string>
#include <vector>

#include "io/mysql/connection.h"
#include "io/source_schema.h"

// Views, triggers, routines and events: what is named with its whole text, but for definers.
namespace millrace::mysql {

/// Read them of the databases that `in` selects, for example "IN ('shop')": five queries.
void read_extras(Connection& connection, const std::string& in, SourceCatalog& catalog);

namespace catalog_rows {

/// A trigger, from TRIGGER_SCHEMA, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION,
/// EVENT_OBJECT_TABLE, ACTION_STATEMENT.
SourceExtra trigger_of(const Row& row);

/// A routine, from ROUTINE_TYPE, ROUTINE_SCHEMA, SPECIFIC_NAME, DTD_IDENTIFIER, IS_DETERMINISTIC,
/// SQL_DATA_ACCESS, SECURITY_TYPE, ROUTINE_DEFINITION, and its parameters, "IN `n` int(11)". Its
/// body is NULL where the account may not read it, which the text then says.
/// Source: MySQL manual, "The INFORMATION_SCHEMA ROUTINES Table".
SourceExtra routine_of(const Row& row, const std::vector<std::string>& parameters);

/// An event, from EVENT_SCHEMA, EVENT_NAME, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD, STARTS,
/// ENDS, ON_COMPLETION, STATUS, EVENT_DEFINITION.
SourceExtra event_of(const Row& row);

}  // namespace catalog_rows

}  // namespace millrace::mysql
