#pragma once

#include <span>
#include <string_view>

namespace millrace {

/// A job file that is part of the program: profiles/NAME.toml.
struct ShippedProfile {
  std::string_view name;     // "qube"
  std::string_view subject;  // what it is for, in a few words
  std::string_view text;     // TOML
};

/// All of them, by name.
std::span<const ShippedProfile> shipped_profiles() noexcept;

/// Null if there is none of this name.
const ShippedProfile* find_profile(std::string_view name) noexcept;

}  // namespace millrace
