#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "io/source_schema.h"

namespace millrace {

/// Whether a rule's name means `table`: a consolidated one by its own name, or by a pattern that
/// means every one of the tables that it is made of. `means(database, table)` holds the name
/// against one of them; `origin` is the rule's.
///
/// Errors: Error{bad_request} where it means only some of these tables, naming the others: the rule
///         would be followed for their rows too, or for none.
bool means_table(
    const SourceTable& table, std::string_view origin,
    const std::function<bool(const std::string& database, const std::string& name)>& means);

/// The same for what only the tables themselves can tell: whether a rule means every one of the
/// tables that a consolidated one is made of. Errors: as means_table(); `hint`: what to do then.
bool means_members(const SourceTable& table, std::string_view origin, std::string_view hint,
                   const std::function<bool(const SourceMember& member)>& means);

}  // namespace millrace
