#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// How bad a finding is; in rising order.
enum class Verdict : std::uint8_t {
  ok,    // nothing to do
  warn,  // the run will work, but slower, held up, or not as somebody may expect
  fail,  // the run will stop, or lose what must not be lost
};

/// "OK", "WARN" or "FAIL".
constexpr std::string_view word_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::ok: return "OK";
    case Verdict::warn: return "WARN";
    case Verdict::fail: return "FAIL";
  }
  return {};
}

/// One line of a check. Never holds a secret.
struct Finding {
  Verdict verdict = Verdict::ok;
  std::string_view family;   // "connection", "privileges", "source", "target", "values", "gates"
  std::string_view subject;  // what was looked at, for programs: "latency", "max_wal_size"
  std::string message;       // one line
  std::string advice;        // what to type next; empty where nothing is to be done
};

using Findings = std::vector<Finding>;

/// The worst verdict; ok where there is none.
inline Verdict worst_of(const Findings& findings) noexcept {
  Verdict worst = Verdict::ok;
  for (const Finding& finding : findings) worst = std::max(worst, finding.verdict);
  return worst;
}

inline void append(Findings& findings, Findings more) {
  std::move(more.begin(), more.end(), std::back_inserter(findings));
}

}  // namespace millrace
