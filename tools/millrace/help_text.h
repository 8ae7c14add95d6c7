#pragma once

#include <string>

#include "tools/millrace/command.h"

namespace millrace {

/// How wide help may be, and whether headings may stand out.
struct HelpStyle {
  unsigned width = 80;
  bool color = false;
};

/// The style that suits standard output.
HelpStyle help_style_of_stdout();

/// `millrace --help`: the commands, the exit codes, where to read on.
std::string overview_help(const HelpStyle& style);
/// `millrace COMMAND --help`
std::string help_of(Command command, const HelpStyle& style);

}  // namespace millrace
