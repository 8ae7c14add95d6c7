#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "engine/ledger_status.h"
#include "tools/millrace/commands.h"
#include "tools/millrace/target_session.h"
#include "tools/millrace/terminal_size.h"

namespace millrace {

int run_status(const CommandLine& line) {
  Request request = line.request;
  postgres::Connection target = open_target(request, "millrace status");
  const std::vector<LedgerRun> runs = read_ledger(target);
  constexpr unsigned widest = 160;
  const auto size = terminal_size(STDOUT_FILENO);
  const std::string text = request.json
                               ? ledger_json(runs)
                               : ledger_text(runs, size ? std::min(size->columns, widest) : 100);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

}  // namespace millrace
