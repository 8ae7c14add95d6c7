#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tools/farmgen/random.h"

namespace millrace {

/// A pool of made-up words, from which any number of comments and log lines are cut without
/// composing each. Holds no character that LOAD DATA text must escape.
class Prose {
 public:
  explicit Prose(std::uint64_t seed);

  /// Between `shortest` and `longest` bytes. Requires: shortest <= longest <= 65536.
  /// Valid as long as the pool.
  std::string_view cut(Random& random, std::size_t shortest, std::size_t longest) const {
    const std::size_t length = shortest + random.below(longest - shortest + 1);
    return std::string_view(pool_).substr(random.below(pool_.size() - length), length);
  }

 private:
  std::string pool_;
};

}  // namespace millrace
