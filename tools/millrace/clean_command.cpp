#include <cstdio>

#include "engine/ledger_status.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/target_session.h"

namespace millrace {

int run_clean(const CommandLine& line) {
  Request request = line.request;
  postgres::Connection target = open_target(request, "millrace clean");
  const std::uint64_t runs = remove_ledger(target);
  std::printf("removed the ledger, schema millrace, with %llu %s\n",
              static_cast<unsigned long long>(runs), runs == 1 ? "run" : "runs");
  return 0;
}

}  // namespace millrace
