// A view of a block that dies at the end of the line must not compile; a view of one that stays
// must.
#include "io/copy_block.h"

namespace millrace {

CopyBlock make_block() { return CopyBlock(64); }

std::size_t view_size() {
#ifdef MILLRACE_SHOULD_FAIL
  return make_block().view().size();
#else
  const CopyBlock block = make_block();
  return block.view().size();
#endif
}

}  // namespace millrace
