#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "engine/load_rejects.h"
#include "engine/stop_request.h"
#include "io/error.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/credentials.h"
#include "tools/millrace/help_text.h"
#include "tools/millrace/request.h"
#include "tools/millrace/signals.h"

namespace millrace {
namespace {

constexpr const char* hint = "write millrace load --rejects FILE postgresql://user@host/database";

/// `load --rejects FILE TARGET`: the files, and a request that has a target only.
struct Call {
  std::vector<std::string> files;
  Request request;
};

Call parse(std::vector<std::string> arguments) {
  CLI::App app;
  Call call;
  std::string target;
  app.set_help_flag();
  app.add_option("--rejects", call.files)->allow_extra_args(false);
  app.add_option("--target-password-file", call.request.target_password_file);
  app.add_option("TARGET", target);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants it
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& fault) {
    throw Error(ErrorKind::bad_request,
                std::string("cannot read the command line: ") + fault.what(), {}, hint);
  }
  if (target.empty()) throw Error(ErrorKind::bad_request, "no target given", {}, hint);
  call.request.no_defaults = true;  // the source's option files are not for us
  call.request.job.target = parse_endpoint(target, Side::target);
  return call;
}

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

bool is_load_rejects(const std::vector<std::string>& arguments) {
  return !arguments.empty() && arguments.front() == "load" &&
         std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
           return argument == "--rejects" || argument.starts_with("--rejects=");
         });
}

int run_load_rejects(const std::vector<std::string>& arguments) {
  if (std::find(arguments.begin(), arguments.end(), "--help") != arguments.end()) {
    std::fputs(load_rejects_help(help_style_of_stdout()).c_str(), stdout);
    return 0;
  }
  Call call = parse({arguments.begin() + 1, arguments.end()});
  StopRequest stop;
  const SignalWatch signals(stop);
  complete_credentials(call.request, process_environment);
  for (const std::string& file : call.files) {
    const LoadedRejects loaded = load_asking_for_a_password(call.request, file, stop);
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
