#pragma once

#include <string_view>

namespace millrace {

namespace fault {
/// Whether MILLRACE_FAULT arms any point. Read once, before main().
extern const bool armed;
void reach(std::string_view name);
}  // namespace fault

/// A place where a test may let the process fail. Costs one predictable branch; never stands where
/// it would be met once per row.
///
/// MILLRACE_FAULT=name:nth:action[,...] arms points: the nth time (from 1) that any thread comes to
/// `name`, the action is taken.
///   kill       end at once, as kill -9 does
///   stop       stop the whole process, as SIGSTOP does; whoever stopped it lets it go on
///   lost, conflict, exhausted, doubt
///              throw an Error of the kind connection_lost, conflict, exhausted, commit_in_doubt
/// Threads: any.
inline void fault_point(std::string_view name) {
  if (fault::armed) [[unlikely]] {
    fault::reach(name);
  }
}

}  // namespace millrace
