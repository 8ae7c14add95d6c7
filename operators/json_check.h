#pragma once

#include <cstddef>
#include <cstdint>

#include "operators/value_fault.h"

namespace millrace {

enum class JsonTarget : std::uint8_t { json, jsonb };

/// Whether PostgreSQL takes this text as json or jsonb: one value of RFC 8259 in valid UTF-8, and
/// for jsonb no \u0000, no lone surrogate, no number beyond numeric's limits, and no object with
/// equal keys: jsonb would keep the last one's value without a word.
///
/// Cost:   one pass without a parse tree; for jsonb the thread keeps room for the keys of the
/// objects
///         that are open at once.
/// Errors: invalid_utf8, invalid_json, equal_keys, or too_long for jsonb above 256 MiB.
/// Source: PostgreSQL, src/common/jsonapi.c; src/include/utils/jsonb.h, JENTRY_OFFLENMASK;
///         src/backend/utils/adt/numeric.c, make_result().
ValueFault check_json(const std::uint8_t* text, std::size_t bytes, JsonTarget target) noexcept;

}  // namespace millrace
