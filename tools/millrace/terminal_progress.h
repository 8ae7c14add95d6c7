#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>

#include "engine/progress.h"
#include "engine/stop_request.h"
#include "tools/millrace/progress_frame.h"
#include "tools/millrace/progress_view.h"
#include "tools/millrace/request.h"

namespace millrace {

/// Shows a Progress on stderr for as long as it lives, from a thread of its own.
///
/// The live view is painted over itself and taken away at the end: what stays on the terminal is
/// the summary. It changes no mode of the terminal, so that nothing can leave it spoilt.
class TerminalProgress {
 public:
  TerminalProgress(const Progress& progress, const StopRequest& stop, ProgressStyle style);
  ~TerminalProgress();
  TerminalProgress(const TerminalProgress&) = delete;
  TerminalProgress& operator=(const TerminalProgress&) = delete;

 private:
  void run();
  void show();
  void paint(const ProgressView& view);
  void write_plain(const ProgressView& view);
  void log_news();
  void erase();

  const Progress& progress_;
  const StopRequest& stop_;
  ProgressObserver observer_;
  ProgressStyle style_;
  FrameStyle frame_style_;
  std::size_t painted_lines_ = 0;
  std::size_t logged_phases_ = 0;
  double plain_at_s_ = 0;
  std::string plain_phase_;
  bool plain_stopping_ = false;
  std::mutex mutex_;
  std::condition_variable ended_changed_;
  bool ended_ = false;  // guarded by mutex_
  std::thread thread_;
};

/// The style for `wanted`: automatic becomes bar on a terminal that can show it, else plain.
ProgressStyle resolve_style(ProgressStyle wanted);

}  // namespace millrace
