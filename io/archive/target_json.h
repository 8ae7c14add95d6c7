#pragma once

#include <string>

#include "io/target_schema.h"

namespace millrace::archive {

/// A table of the target as one line of JSON. What has its default value is left out.
std::string target_table_json(const TargetTable& table);
/// Errors: bad_data where the text is no such table.
TargetTable parse_target_table(const std::string& json);

std::string target_enum_json(const TargetEnum& type);
TargetEnum parse_target_enum(const std::string& json);

std::string target_collation_json(const TargetCollation& collation);
TargetCollation parse_target_collation(const std::string& json);

std::string target_sequence_json(const TargetSequence& sequence);
TargetSequence parse_target_sequence(const std::string& json);

std::string target_view_json(const TargetView& view);
TargetView parse_target_view(const std::string& json);

}  // namespace millrace::archive
