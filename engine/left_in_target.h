#pragma once

#include <string>
#include <vector>

#include "engine/preparation.h"
#include "engine/progress.h"
#include "engine/table_build.h"

namespace millrace {

/// What stands half-done in the target of a run that ended early, by name: schemas, types and
/// collations that it made, and each table with how far it is. A line each.
std::vector<std::string> left_in_target(const Preparation& preparation, const Progress& progress,
                                        BuildChoices choices);

}  // namespace millrace
