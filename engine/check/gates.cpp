#include "engine/check/gates.h"

#include <optional>

#include <fmt/format.h>

#include "io/error.h"

namespace millrace {
namespace {

constexpr std::string_view family = "gates";

template <class Rows>
std::optional<std::string> first_value(const Rows& rows) {
  if (rows.empty() || rows[0].empty()) return std::nullopt;
  return rows[0][0].null ? std::string("NULL") : rows[0][0].text;
}

/// Requires: the gate's side is there.
Finding check_gate(const Gate& gate, mysql::Connection* source, postgres::Connection* target) {
  const std::string_view at = gate.at == Side::source ? "source" : "target";
  std::optional<std::string> found;
  try {
    found = gate.at == Side::source ? first_value(source->query(gate.sql))
                                    : first_value(target->query(gate.sql));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::connection_lost) throw;
    return {Verdict::fail, family, "gate",
            fmt::format("the {}'s gate cannot be asked: {}: {}", at, gate.sql, error.message()),
            gate.hint.empty() ? error.hint() : gate.hint};
  }
  if (found && *found == gate.expect) {
    return {Verdict::ok, family, "gate", fmt::format("{}: {} gives {}", at, gate.sql, *found), {}};
  }
  return {
      Verdict::fail, family, "gate",
      fmt::format("{}: {} gives {}, not {}", at, gate.sql, found ? *found : "no row", gate.expect),
      gate.hint.empty() ? "this job was written for another state of the database" : gate.hint};
}

}  // namespace

Findings check_gates(const Job& job, mysql::Connection* source, postgres::Connection* target) {
  Findings findings;
  for (const Gate& gate : job.gates) {
    const bool is_there = gate.at == Side::source ? source != nullptr : target != nullptr;
    if (is_there) findings.push_back(check_gate(gate, source, target));
  }
  return findings;
}

void require_source_gates(const Job& job, mysql::Connection& source) {
  std::string all;
  std::string hint;
  for (const Finding& finding : check_gates(job, &source, nullptr)) {
    if (finding.verdict != Verdict::fail) continue;
    if (hint.empty()) hint = finding.advice;
    all += (all.empty() ? "" : "; ") + finding.message;
  }
  if (all.empty()) return;
  throw Error(ErrorKind::bad_request, "cannot begin the run: " + all, {.side = Side::source}, hint);
}

}  // namespace millrace
