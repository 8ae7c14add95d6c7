#include <cstdio>
#include <string>

#include "engine/load_rejects.h"
#include "engine/stop_request.h"
#include "io/error.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/credentials.h"
#include "tools/millrace/signals.h"

namespace millrace {
namespace {

LoadedRejects load_asking_for_a_password(Request& request, const std::string& file,
                                         StopRequest& stop) {
  for (;;) {
    try {
      return load_rejects(request.job.target, file, stop);
    } catch (const Error& error) {
      if (stop.raised() || !can_prompt() || !wants_password(error, request)) throw;
    }
    prompt_password(request.job.target);
  }
}

}  // namespace

int run_load_rejects(const CommandLine& line) {
  Request request = line.request;
  StopRequest stop;
  const SignalWatch signals(stop);
  complete_target_credentials(request, process_environment);
  prompt_where_asked(request, request.job.target);
  for (const std::string& file : request.reject_files) {
    const LoadedRejects loaded = load_asking_for_a_password(request, file, stop);
    std::printf("%llu rows of %s into %s\n", static_cast<unsigned long long>(loaded.rows),
                file.c_str(), loaded.table.c_str());
    if (loaded.moved_to.empty()) {
      std::printf("  the file could not be renamed: do not load it again\n");
    } else {
      std::printf("  the file is now %s\n", loaded.moved_to.c_str());
    }
  }
  return 0;
}

}  // namespace millrace
