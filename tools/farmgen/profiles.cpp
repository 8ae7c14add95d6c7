#include "tools/farmgen/profiles.h"

namespace millrace {

std::span<const FarmProfile> farm_profiles() {
  static const std::vector<FarmProfile> profiles = {
      {"qube",
       "a render farm: qube, <n>qube and pfx_dw",
       {"--jobs", "--frames", "--skew", "--skew-frames", "--jobs-per-db", "--layout", "--hosts",
        "--facts", "--beyond"},
       plan_qube},
      {"slurm",
       "Slurm's accounting: 12 tables and 22 for each cluster",
       {"--clusters", "--jobs", "--steps"},
       plan_slurm},
      {"render",
       "a render manager's boards",
       {"--jobs", "--frames", "--skew", "--skew-frames", "--hosts"},
       plan_render},
      {"frames",
       "one table of 13 mixed columns, 4,000,000 rows",
       {"--rows", "--database"},
       plan_frames},
      {"small", "2,000 tables of 100 rows", {"--tables", "--rows", "--database"}, plan_small},
      {"tpch", "the tables, keys and row counts of TPC-H", {"--scale", "--database"}, plan_tpch},
      {"wide",
       "one table of 1 KiB rows, 1,000,000 of them",
       {"--rows", "--row-bytes", "--database"},
       plan_wide},
  };
  return profiles;
}

}  // namespace millrace
