#include "tools/millrace/checklist.h"

namespace millrace {

std::string checklist_text(const std::vector<std::string>& steps) {
  if (steps.empty()) return {};
  std::string text = "\nsteps\n";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    text += "  " + std::to_string(i + 1) + ". " + steps[i] + "\n";
  }
  return text;
}

}  // namespace millrace
