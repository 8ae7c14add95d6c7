#pragma once

#include <cstdint>

namespace millrace {

/// What becomes of generated columns.
enum class GeneratedChoice : std::uint8_t {
  recreate,  // STORED as STORED; VIRTUAL as VIRTUAL where the target can, else as STORED
  stored,    // all as STORED
  plain,     // plain columns that hold the source's values
};

/// What becomes of ON UPDATE CURRENT_TIMESTAMP.
enum class OnUpdateChoice : std::uint8_t { trigger, none };

/// The switches of the schema beside the types; the defaults are the ones in docs/schema.md.
struct SchemaChoices {
  GeneratedChoice generated = GeneratedChoice::recreate;
  OnUpdateChoice on_update = OnUpdateChoice::trigger;
};

}  // namespace millrace
