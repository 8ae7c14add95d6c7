#include "engine/target_lanes.h"

#include <fmt/format.h>

#include "engine/open_sessions.h"
#include "io/postgres/table_guards.h"

namespace millrace {

void TargetLanes::open(const Sizing& sizing, bool as_replica) {
  as_replica_ = as_replica;
  writers_ = open_sessions<postgres::Connection>(sizing.writers, [&](std::size_t lane) {
    return open_patiently(
        pauses_, lane, [&] { return open_writer(lane); }, retries_.of("writer"));
  });
  builders_ = open_sessions<postgres::Connection>(sizing.builders, [&](std::size_t lane) {
    return open_patiently(
        pauses_, lane, [&] { return open_builder(lane); }, retries_.of("builder"));
  });
}

postgres::Connection TargetLanes::open_writer(std::size_t lane) const {
  postgres::Connection session(job_.target, fmt::format("millrace writer {}", lane));
  if (as_replica_) postgres::act_as_replica(session);
  return session;
}

postgres::Connection TargetLanes::open_builder(std::size_t lane) const {
  return {job_.target, fmt::format("millrace builder {}", lane)};
}

std::vector<std::unique_ptr<LaneSession>> TargetLanes::late() {
  std::vector<std::unique_ptr<LaneSession>> lanes;
  for (unsigned lane = 0; lane < builders_.size(); ++lane) {
    lanes.push_back(std::make_unique<LaneSession>(
        builders_[lane], [this, lane] { return open_builder(lane); }, &pauses_));
  }
  return lanes;
}

void TargetLanes::close() {
  writers_.clear();
  builders_.clear();
}

}  // namespace millrace
