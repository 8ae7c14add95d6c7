#include "tools/millrace/terminal_progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <spdlog/spdlog.h>

#include "engine/shown_text.h"
#include "tools/millrace/terminal_size.h"

namespace millrace {
namespace {

using namespace std::chrono_literals;

constexpr double plain_period_s = 5.0;

std::string_view variable(const char* name) noexcept {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool terminal_shows_utf8() noexcept {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view locale = variable(name);
    if (locale.empty()) continue;
    return locale.find("UTF-8") != std::string_view::npos ||
           locale.find("utf8") != std::string_view::npos ||
           locale.find("utf-8") != std::string_view::npos;
  }
  return false;
}

FrameStyle style_of_stderr() noexcept {
  constexpr unsigned narrowest = 20;
  FrameStyle style;
  if (const auto size = terminal_size(STDERR_FILENO)) {
    style.width = std::max(size->columns, narrowest);
    style.height = size->lines;
  }
  style.color = colors_wanted();
  style.unicode = terminal_shows_utf8();
  return style;
}

/// One write, so that a frame appears whole.
void write_all(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Cursor to the first column of the line where the frame begins.
std::string to_frame_start(std::size_t lines) {
  if (lines == 0) return {};
  return "\r\x1b[" + std::to_string(lines) + 'A';
}

std::chrono::milliseconds period_of(ProgressStyle style) noexcept {
  switch (style) {
    case ProgressStyle::bar: return 125ms;
    case ProgressStyle::none: return 500ms;  // for the log only
    case ProgressStyle::json:
    case ProgressStyle::plain:  // to look; see plain_period_s
    case ProgressStyle::automatic: break;
  }
  return 1s;
}

}  // namespace

ProgressStyle resolve_style(ProgressStyle wanted) {
  if (wanted != ProgressStyle::automatic) return wanted;
  const bool live = ::isatty(STDERR_FILENO) == 1 && variable("TERM") != "dumb";
  return live ? ProgressStyle::bar : ProgressStyle::plain;
}

TerminalProgress::TerminalProgress(const Progress& progress, const StopRequest& stop,
                                   ProgressStyle style)
    : progress_(progress), stop_(stop), observer_(progress), style_(resolve_style(style)) {
  thread_ = std::thread([this] { run(); });
}

TerminalProgress::~TerminalProgress() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  ended_changed_.notify_one();
  thread_.join();
}

void TerminalProgress::run() {
  std::unique_lock lock(mutex_);
  while (!ended_changed_.wait_for(lock, period_of(style_), [this] { return ended_; })) {
    lock.unlock();
    show();
    lock.lock();
  }
  lock.unlock();
  log_news();
  erase();
}

void TerminalProgress::show() {
  if (style_ == ProgressStyle::bar) frame_style_ = style_of_stderr();
  constexpr std::size_t most_for_programs = 64;
  ProgressView view =
      observer_.look(style_ == ProgressStyle::json ? most_for_programs : table_lines(frame_style_));
  view.stopping = stop_.raised();
  log_news();
  switch (style_) {
    case ProgressStyle::bar: paint(view); break;
    case ProgressStyle::json: write_all(progress_json(view) + '\n'); break;
    case ProgressStyle::plain:
    case ProgressStyle::automatic: write_plain(view); break;
    case ProgressStyle::none: break;
  }
}

void TerminalProgress::write_plain(const ProgressView& view) {
  const bool due = view.elapsed_s - plain_at_s_ >= plain_period_s;
  if (!due && view.phase == plain_phase_ && view.stopping == plain_stopping_) return;
  plain_at_s_ = view.elapsed_s;
  plain_phase_ = view.phase;
  plain_stopping_ = view.stopping;
  write_all(progress_line(view) + '\n');
}

void TerminalProgress::paint(const ProgressView& view) {
  const std::vector<std::string> lines = progress_frame(view, frame_style_);
  std::string text = to_frame_start(painted_lines_);
  for (const std::string& line : lines) text += line + "\x1b[K\n";
  text += "\x1b[J";
  painted_lines_ = lines.size();
  write_all(text);
}

void TerminalProgress::log_news() {
  if (!spdlog::should_log(spdlog::level::info)) return;
  const std::vector<PhaseReport> phases = progress_.phases();
  const std::vector<std::string> finished = observer_.take_finished_tables();
  if (logged_phases_ == phases.size() && finished.empty()) return;
  erase();  // the lines go where the view was; it is painted anew below them
  for (; logged_phases_ < phases.size(); ++logged_phases_) {
    spdlog::info("phase: {}", phases[logged_phases_].name);
  }
  constexpr std::size_t most_columns = 256;
  for (const std::string& name : finished)
    spdlog::info("table done: {}", fitted(name, most_columns));
}

void TerminalProgress::erase() {
  if (painted_lines_ == 0) return;
  write_all(to_frame_start(painted_lines_) + "\x1b[J");
  painted_lines_ = 0;
}

}  // namespace millrace
