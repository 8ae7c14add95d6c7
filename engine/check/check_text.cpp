#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/check/check.h"
#include "engine/shown_text.h"

namespace millrace {
namespace {

// In the order of a run.
constexpr std::array<std::string_view, 6> families = {"connection", "privileges", "source",
                                                      "target",     "values",     "gates"};
constexpr std::size_t indent = 8;

std::string_view color_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::ok: return "\x1b[32m";
    case Verdict::warn: return "\x1b[33m";
    case Verdict::fail: return "\x1b[1;31m";
  }
  return {};
}

/// Names from the servers may hold anything: one line of printable text.
std::string shown(std::string_view text) { return fitted(text, 100'000); }

std::string line_of(const Finding& finding, unsigned width, bool color) {
  std::string text = "  ";
  if (color) text += color_of(finding.verdict);
  text += fmt::format("{:<4}", word_of(finding.verdict));
  if (color) text += "\x1b[0m";
  text += "  " + wrapped(shown(finding.message), indent, width);
  if (!finding.advice.empty()) {
    text += std::string(indent, ' ') + "-> " + wrapped(shown(finding.advice), indent + 3, width);
  }
  return text;
}

std::string_view word_of_step(const std::vector<SeenStep>& steps, std::size_t step,
                              std::size_t now) {
  if (step == now) return "now";
  return step < now || steps[step].state == StepState::done ? "done" : "";
}

std::string verdict_line(const Findings& findings) {
  std::array<std::size_t, 3> counts{};
  for (const Finding& finding : findings) ++counts[static_cast<std::size_t>(finding.verdict)];
  std::string text = fmt::format("{} OK, {} WARN, {} FAIL: ", counts[0], counts[1], counts[2]);
  switch (worst_of(findings)) {
    case Verdict::ok: return text + "ready\n";
    case Verdict::warn: return text + "ready, with the warnings above\n";
    case Verdict::fail: return text + "not ready\n";
  }
  return text;
}

/// The steps, with the one that comes next.
std::string steps_of(const std::vector<SeenStep>& steps, unsigned width, bool color) {
  if (steps.empty()) return {};
  const std::size_t now = current_step(steps);
  std::string text = "\nsteps\n";
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (color && i == now) text += "\x1b[1m";
    text += fmt::format("  {:<4}  {}. ", word_of_step(steps, i, now), i + 1);
    text += wrapped(shown(steps[i].text), indent + 3, width);
    if (color && i == now) text += "\x1b[0m";
  }
  return text;
}

}  // namespace

std::string check_text(const CheckReport& report, unsigned width, bool color) {
  std::string text = report.source + "\n  -> " + report.target + "\n";
  for (const std::string_view family : families) {
    bool first = true;
    for (const Finding& finding : report.findings) {
      if (finding.family != family) continue;
      if (first) text += fmt::format("\n{}\n", family);
      first = false;
      text += line_of(finding, width, color);
    }
  }
  if (report.estimate) {
    text += "\nestimate\n";
    for (const std::string& line : estimate_lines(*report.estimate)) {
      text += "  " + wrapped(line, 4, width);
    }
  }
  text += steps_of(report.steps, width, color);
  return text + "\n" + verdict_line(report.findings);
}

std::string check_json(const CheckReport& report) {
  nlohmann::ordered_json json;
  json["source"] = report.source;
  json["target"] = report.target;
  json["verdict"] = word_of(worst_of(report.findings));
  json["findings"] = nlohmann::ordered_json::array();
  for (const Finding& finding : report.findings) {
    json["findings"].push_back({{"verdict", word_of(finding.verdict)},
                                {"family", finding.family},
                                {"subject", finding.subject},
                                {"message", finding.message},
                                {"advice", finding.advice}});
  }
  if (!report.steps.empty()) {
    const std::size_t now = current_step(report.steps);
    json["step"] = now + 1;  // the one that comes next; past the last: none does
    json["steps"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < report.steps.size(); ++i) {
      const std::string_view word = word_of_step(report.steps, i, now);
      json["steps"].push_back(
          {{"text", report.steps[i].text}, {"state", word.empty() ? "to do" : word}});
    }
  }
  if (report.estimate) {
    const Estimate& estimate = *report.estimate;
    const auto seconds = [](const std::optional<double>& time) {
      return time ? nlohmann::ordered_json(*time) : nlohmann::ordered_json();
    };
    json["estimate"] = {{"rows", estimate.footprint.rows},
                        {"tables", estimate.tables},
                        {"source_bytes", estimate.footprint.source_bytes},
                        {"copy_bytes", estimate.footprint.copy_bytes},
                        {"heap_bytes", estimate.footprint.heap_bytes},
                        {"index_bytes", estimate.footprint.index_bytes},
                        {"disk_bytes", estimate.disk_bytes},
                        {"rows_s", seconds(estimate.rows_s)},
                        {"keys_s", seconds(estimate.keys_s)},
                        {"lock_s", seconds(estimate.lock_s)},
                        {"read_bytes_per_s", estimate.read_bytes_per_s},
                        {"write_bytes_per_s", estimate.write_bytes_per_s}};
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace millrace
