#include <algorithm>
#include <utility>

#include "operators/schema_translator.h"

namespace millrace {

void Translator::translate_on_update(std::size_t table) {
  const SourceTable& source = catalog_.tables[table];
  TargetTable& target = out_.tables[table].target;
  TargetTouch touch;
  for (std::size_t column = 0; column < source.columns.size(); ++column) {
    if (!source.columns[column].on_update_current_timestamp) continue;
    const TargetColumn* const stamped = target_of({table, column});
    if (stamped == nullptr) continue;
    if (choices_.schema.on_update == OnUpdateChoice::none) {
      note("on update", source.full_name() + "." + source.columns[column].name,
           "ON UPDATE CURRENT_TIMESTAMP is not made: an UPDATE must set the column, or a trigger");
      continue;
    }
    touch.columns.push_back(stamped->name);
  }
  if (touch.columns.empty()) return;
  // The same columns give the same name, and so one function for all tables that have them.
  std::string function = "millrace_on_update";
  // A comma between them: (a, b) is not the column a_b.
  char before = '_';
  for (const std::string& column : touch.columns) {
    function += before + column;
    before = ',';
  }
  touch.function = shorten_identifier(function);
  touch.name = "on_update_current_timestamp";
  target.touch = std::move(touch);
}

}  // namespace millrace
