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

/// What becomes of native partitions.
enum class PartitionChoice : std::uint8_t { keep, flatten };

/// What becomes of FULLTEXT indexes.
enum class FulltextChoice : std::uint8_t { report, gin };

/// How names are spelled in the target.
enum class IdentifierChoice : std::uint8_t { keep, lower, snake };

/// What becomes of views.
enum class ViewChoice : std::uint8_t { recreate, report };

/// The switches of the schema beside the types; the defaults are the ones in docs/schema.md.
struct SchemaChoices {
  GeneratedChoice generated = GeneratedChoice::recreate;
  OnUpdateChoice on_update = OnUpdateChoice::trigger;
  PartitionChoice partitions = PartitionChoice::keep;
  FulltextChoice fulltext = FulltextChoice::report;
  IdentifierChoice identifiers = IdentifierChoice::keep;
  ViewChoice views = ViewChoice::recreate;
};

}  // namespace millrace
