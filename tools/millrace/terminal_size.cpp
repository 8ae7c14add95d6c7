#include "tools/millrace/terminal_size.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace millrace {

std::optional<TerminalSize> terminal_size(int descriptor) noexcept {
  if (::isatty(descriptor) == 0) return std::nullopt;
  TerminalSize size;
  winsize window{};
  if (::ioctl(descriptor, TIOCGWINSZ, &window) == 0) {
    if (window.ws_col != 0) size.columns = window.ws_col;
    if (window.ws_row != 0) size.lines = window.ws_row;
  }
  return size;
}

bool colors_wanted() noexcept {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

}  // namespace millrace
