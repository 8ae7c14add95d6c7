#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// The fields of one COPY binary tuple as raw bytes; no value: NULL.
/// Errors: std::runtime_error if the tuple is not exactly what `tuple` holds.
std::vector<std::optional<std::string>> fields_of_tuple(std::string_view tuple);

/// A field's bytes as PostgreSQL prints the value. Written apart from the encoders, the slow and
/// simple way. `type` is SQL: "numeric(10,2)", "timestamptz", "text[]"; "enum" for any enum.
/// Errors: std::runtime_error if the bytes are not what the server accepts for the type.
std::string postgres_text(std::string_view type, std::string_view bytes);

}  // namespace millrace
