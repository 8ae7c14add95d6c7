#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/farmgen/farm_plan.h"

namespace millrace {

enum class FarmLayout : std::uint8_t { shared, per_job };

/// What the command line says about the data; each profile reads its part.
struct FarmOptions {
  std::uint64_t seed = 1;
  std::string engine = "InnoDB";

  std::uint64_t jobs = 1000;
  std::uint64_t frames = 100;  // per job
  std::uint64_t skew = 0;      // jobs that have skew_frames instead
  std::uint64_t skew_frames = 100'000;
  std::uint64_t jobs_per_database = 256;
  std::uint64_t facts = 0;  // warehouse rows; 0: ten for each job
  std::uint64_t hosts = 0;  // 0: one for each four jobs
  FarmLayout layout = FarmLayout::shared;
  bool beyond = false;  // unsigned values past what the target's narrower types hold

  std::uint64_t clusters = 2;
  std::uint64_t steps = 3;  // of each job of a cluster

  std::uint64_t rows = 0;  // 0: the profile's own default
  std::uint64_t row_bytes = 1024;
  std::uint64_t tables = 2000;
  double scale = 1.0;
};

/// A kind of data set.
struct FarmProfile {
  std::string_view name;
  std::string_view purpose;
  std::vector<std::string_view> options;  // that it reads, beside --seed and --engine
  FarmPlan (*plan)(const FarmOptions& options);
};

/// Every profile, in the order of the help.
std::span<const FarmProfile> farm_profiles();

FarmPlan plan_frames(const FarmOptions& options);
FarmPlan plan_small(const FarmOptions& options);
FarmPlan plan_tpch(const FarmOptions& options);
FarmPlan plan_wide(const FarmOptions& options);
FarmPlan plan_qube(const FarmOptions& options);
FarmPlan plan_slurm(const FarmOptions& options);
FarmPlan plan_render(const FarmOptions& options);

}  // namespace millrace
