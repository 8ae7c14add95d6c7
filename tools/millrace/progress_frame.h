#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/millrace/progress_view.h"

namespace millrace {

/// What the terminal can show.
struct FrameStyle {
  unsigned width = 80;   // columns; no line is longer than width - 1
  unsigned height = 24;  // lines of the screen; the frame stays well below it
  bool color = false;
  bool unicode = true;
};

/// The live view: overall bar, figures, bars of the tables under way, what each side waits for.
std::vector<std::string> progress_frame(const ProgressView& view, const FrameStyle& style);

/// How many tables a frame of this style has room for.
std::size_t table_lines(const FrameStyle& style) noexcept;

/// One line of text without any escape, for logs and pipes.
std::string progress_line(const ProgressView& view);

/// One JSON object without line breaks, for programs.
std::string progress_json(const ProgressView& view);

}  // namespace millrace
