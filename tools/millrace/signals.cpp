#include "tools/millrace/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <string_view>

#include "io/error.h"

namespace millrace {
namespace {

/// Sent to our own thread to end it; from elsewhere it means nothing.
constexpr int wake_up = SIGUSR1;

// A signal that the caller told us to ignore (nohup, a shell's background job) stays ignored.
sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN || signal == SIGTERM) sigaddset(&set, signal);
  }
  sigaddset(&set, wake_up);
  return set;
}

void say(std::string_view text) noexcept {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

SignalWatch::SignalWatch(StopRequest& stop) : stop_(stop) {
  ::signal(SIGPIPE, SIG_IGN);  // a server that went away is an answer of write(), not our death
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] { watch(); });
}

SignalWatch::~SignalWatch() {
  done_.store(true);
  pthread_kill(thread_.native_handle(), wake_up);
  thread_.join();
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void SignalWatch::watch() {
  const sigset_t set = watched_signals();
  std::thread raiser;
  while (true) {
    int signal = 0;
    sigwait(&set, &signal);
    if (done_.load()) break;
    if (signal == wake_up) continue;
    if (raiser.joinable()) {
      say("\nmillrace: stopped at once; the servers take back by themselves what was not "
          "committed\n");
      ::_exit(exit_code(ErrorKind::cancelled));
    }
    // Wakers talk to servers that may be gone: this thread stays free for the second signal.
    raiser = std::thread([this] { stop_.raise(); });
  }
  if (raiser.joinable()) raiser.join();
}

}  // namespace millrace
