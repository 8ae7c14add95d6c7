#pragma once

#include <string>

#include "engine/report.h"

namespace millrace {

/// What did not fit and what became of it, in one line: "2 values stored as NULL, 1 row rejected".
std::string faults_caption(const RunReport& report);

/// The summary's lines on it, for a terminal; empty where everything fitted.
std::string faults_summary(const RunReport& report);

/// The same as an HTML table, and the reject files below it.
std::string faults_list(const RunReport& report);

}  // namespace millrace
