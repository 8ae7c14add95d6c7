#include <utility>

#include <fmt/format.h>

#include "tools/farmgen/profiles.h"
#include "tools/farmgen/slurm_table.h"

namespace millrace {

// Slurm's accounting: 12 tables that all clusters share, and 22 for each cluster.
FarmPlan plan_slurm(const FarmOptions& options) {
  const auto prose = std::make_shared<const Prose>(options.seed);
  FarmPlan plan;
  plan.databases = {"slurm_acct_db"};
  plan.engine = options.engine;
  for (SlurmTable& table : slurm_shared_tables(options)) {
    plan.tables.push_back(plan_slurm_table(std::move(table), 0, options, prose));
  }
  for (std::uint64_t cluster = 0; cluster < options.clusters; ++cluster) {
    for (SlurmTable& table : slurm_cluster_tables(options)) {
      table.name = fmt::format("cluster-{}_{}", cluster + 1, table.name);
      plan.tables.push_back(plan_slurm_table(std::move(table), cluster, options, prose));
    }
  }
  return plan;
}

}  // namespace millrace
