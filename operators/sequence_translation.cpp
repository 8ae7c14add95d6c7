#include <utility>

#include "operators/schema_translator.h"

namespace millrace {

void Translator::translate_sequences() {
  for (const SourceSequence& source : catalog_.sequences) {
    TargetSequence target;
    target.schema = schema_of(source.database);
    target.name = relations_[target.schema].claim(folded(source.name));
    target.next = source.next;
    target.minimum = source.minimum;
    target.maximum = source.maximum;
    target.start = source.start;
    target.increment = source.increment;
    target.cycle = source.cycle;
    if (target.name != folded(source.name)) {
      note("renamed", source.database + "." + source.name, "sequence becomes " + target.name);
    }
    out_.sequences.push_back(std::move(target));
  }
}

}  // namespace millrace
