#pragma once

#include <optional>
#include <string_view>

#include "io/key_range.h"
#include "io/mysql/key_splitter.h"
#include "io/source_schema.h"

namespace millrace::mysql {

/// The range that range_condition() wrote as `condition`, for keys of whole numbers.
///
/// Ensures: what is returned, range_condition() writes as `condition` again, byte by byte.
/// Returns: none where a bound is no whole number, or where the text is another's.
std::optional<KeyRange> parse_range(const SourceTable& table, const ChunkKey& key,
                                    std::string_view condition);

}  // namespace millrace::mysql
