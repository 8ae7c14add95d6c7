#pragma once

#include <optional>

namespace millrace {

struct TerminalSize {
  unsigned columns = 80;
  unsigned lines = 24;
};

/// The size of the terminal behind `descriptor`; none where it is no terminal.
std::optional<TerminalSize> terminal_size(int descriptor) noexcept;

/// Does the user want colours? Source: no-color.org.
bool colors_wanted() noexcept;

}  // namespace millrace
