#include "tools/millrace/step_table.h"

#include <array>
#include <string_view>

#include "io/error.h"

namespace millrace {

Step read_step_table(const SettingTable& table) {
  constexpr std::array<std::string_view, 4> keys = {"text", "source", "target", "done"};
  const TableReader reader(table, keys);
  Step step;
  step.text = reader.required_text("text", "text = \"Stop the farm\"");
  const int conditions =
      int{reader.has("source")} + int{reader.has("target")} + int{reader.has("done")};
  if (conditions > 1) {
    throw Error(
        ErrorKind::bad_request,
        "cannot use " + reader.origin() + ": it has " + std::to_string(conditions) + " conditions",
        {}, "write one of source, target and done");
  }
  if (reader.has("source")) {
    step.seen_by = StepSign::source_query;
    step.sql = reader.required_text("source", "source = \"SELECT COUNT(*) = 0 FROM shop.queue\"");
  } else if (reader.has("target")) {
    step.seen_by = StepSign::target_query;
    step.sql = reader.required_text("target", "target = \"SELECT EXISTS (SELECT FROM t)\"");
  } else if (reader.has("done")) {
    const std::string done = reader.required_text("done", "done = \"moved\"");
    if (done != "gates" && done != "moved") {
      throw Error(ErrorKind::bad_request,
                  "cannot use " + reader.origin_of("done") + ": it is '" + done + "'", {},
                  "write done = \"gates\" (every gate passes) or done = \"moved\" (a complete run "
                  "stored every table)");
    }
    step.seen_by = done == "gates" ? StepSign::gates : StepSign::moved;
  }
  return step;
}

std::string steps_text(const std::vector<Step>& steps) {
  if (steps.empty()) return {};
  std::string text = "\nsteps\n";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    text += "  " + std::to_string(i + 1) + ". " + steps[i].text + "\n";
  }
  return text;
}

}  // namespace millrace
