#include "tools/farmgen/prose.h"

#include <array>

namespace millrace {
namespace {

constexpr std::size_t pool_bytes = 1 << 20;

constexpr std::array<std::string_view, 64> words = {
    "render",  "frame",   "shader",  "texture", "cache",   "plate",  "camera",  "light",
    "volume",  "smoke",   "water",   "cloth",   "hair",    "crowd",  "matte",   "comp",
    "final",   "pending", "quickly", "slowly",  "never",   "always", "again",   "after",
    "before",  "during",  "through", "above",   "beneath", "around", "between", "without",
    "the",     "a",       "some",    "every",   "each",    "no",     "other",   "same",
    "wakes",   "sleeps",  "waits",   "loads",   "writes",  "reads",  "sends",   "keeps",
    "bold",    "silent",  "regular", "special", "even",    "odd",    "blue",    "green",
    "deposit", "package", "request", "account", "pixel",   "sample", "noise",   "proxy"};

constexpr std::array<std::string_view, 8> joints = {" ", " ", " ", " ", " ", ", ", "; ", ". "};

}  // namespace

Prose::Prose(std::uint64_t seed) {
  Random random(seed, stream_of("prose"), 0);
  pool_.reserve(pool_bytes + 16);
  while (pool_.size() < pool_bytes) {
    pool_ += random.pick(words);
    pool_ += random.pick(joints);
  }
}

}  // namespace millrace
