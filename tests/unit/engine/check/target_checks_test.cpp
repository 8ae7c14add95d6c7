#include "engine/check/target_checks.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

Finding about(const Findings& findings, std::string_view subject) {
  for (const Finding& finding : findings) {
    if (finding.subject == subject) return finding;
  }
  throw std::out_of_range(std::string(subject));
}

Footprint large() {
  Footprint print;
  print.heap_bytes = 30 * gib;
  print.index_bytes = 10 * gib;
  print.index_sizes = {6 * gib, 1 * gib, gib / 1024};
  return print;
}

postgres::LoadFacts usual() {
  postgres::LoadFacts facts;
  facts.wal_level = "replica";
  facts.max_wal_size_bytes = gib;
  facts.maintenance_work_mem_bytes = 64 * gib / 1024;
  facts.data_directory = "/srv/pg";
  return facts;
}

TEST(TargetChecks, DiskThatCannotHoldTheLoadFails) {
  postgres::LoadFacts facts = usual();

  facts.free_disk_bytes = 20 * gib;
  EXPECT_EQ(about(check_load_settings(facts, large()), "disk").verdict, Verdict::fail);
  facts.free_disk_bytes = 45 * gib;
  EXPECT_EQ(about(check_load_settings(facts, large()), "disk").verdict, Verdict::warn);
  facts.free_disk_bytes = 500 * gib;
  EXPECT_EQ(about(check_load_settings(facts, large()), "disk").verdict, Verdict::ok);
  facts.free_disk_bytes.reset();
  const Finding unseen = about(check_load_settings(facts, large()), "disk");
  EXPECT_EQ(unseen.verdict, Verdict::ok);
  EXPECT_NE(unseen.message.find("cannot be seen"), std::string::npos);
}

TEST(TargetChecks, DiskThatIsMadeFreeOrFilledAlreadyOnlyWarns) {
  postgres::LoadFacts facts = usual();
  facts.free_disk_bytes = 20 * gib;

  const Finding finding =
      about(check_load_settings(facts, large(), "less will do, since it is so"), "disk");

  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_NE(finding.message.find("; less will do, since it is so"), std::string::npos);
}

TEST(TargetChecks, CheckpointsOfALargeLoadAreCounted) {
  const Finding finding = about(check_load_settings(usual(), large()), "max_wal_size");

  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_NE(finding.message.find("80 checkpoints"), std::string::npos) << finding.message;
  EXPECT_NE(finding.advice.find("max_wal_size = '41GB'"), std::string::npos) << finding.advice;
}

TEST(TargetChecks, SmallLoadsNeedNoSettings) {
  Footprint small;
  small.heap_bytes = 100'000;
  small.index_sizes = {20'000};

  EXPECT_EQ(worst_of(check_load_settings(usual(), small)), Verdict::ok);
}

TEST(TargetChecks, IndexesThatSortOnDiskAreCounted) {
  const Finding finding = about(check_load_settings(usual(), large()), "maintenance_work_mem");

  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_NE(finding.message.find("2 of 3 index builds"), std::string::npos) << finding.message;
  EXPECT_NE(finding.message.find("with 2 GiB 1"), std::string::npos) << finding.message;
}

TEST(TargetChecks, ConnectionsLeftForOthersAreMinded) {
  EXPECT_EQ(worst_of(check_connections(12, 97, 100)), Verdict::ok);
  EXPECT_EQ(worst_of(check_connections(12, 14, 100)), Verdict::warn);
}

}  // namespace
}  // namespace millrace
