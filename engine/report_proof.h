#pragma once

#include <string>

#include "engine/report.h"

namespace millrace {

/// The proof for a terminal: the line that signs it off, the tables that are not equal, the first
/// rows and parts of the schema that differ. Empty where nothing was verified.
std::string proof_text(const ProofReport& proof);

/// The same as a section of the HTML page, with every table's rows and digests.
std::string proof_html(const ProofReport& proof);

}  // namespace millrace
