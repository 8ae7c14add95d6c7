#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "engine/chunk.h"
#include "engine/report.h"
#include "engine/verify/row_search.h"

namespace millrace {

/// Count `rows` of one table in the report, and list them there as long as it lists fewer than
/// `most_shown`: their keys, and the columns that differ with both values.
void report_differences(const TableWork& table, std::span<const FoundRow> rows,
                        std::size_t most_shown, ProofReport& proof);

/// A tuple that begins with the row's ctid: the place that it names, and in `tuple` the rest.
RowPlace take_place(std::span<const std::byte> placed, std::string& tuple);

}  // namespace millrace
