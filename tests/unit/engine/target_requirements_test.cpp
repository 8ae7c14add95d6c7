#include "engine/target_requirements.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

std::string refusal(int version) {
  try {
    require_supported_version(version);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_FALSE(error.hint().empty());
    return error.message();
  }
  return {};
}

TEST(TargetRequirements, OldServersAreRefusedByTheirVersion) {
  EXPECT_NE(refusal(120017).find("it is PostgreSQL 12, the oldest that will do is 13"),
            std::string::npos);
  EXPECT_NE(refusal(90624).find("it is PostgreSQL 9.6,"), std::string::npos);
  EXPECT_EQ(refusal(130000), "");
  EXPECT_EQ(refusal(180001), "");
}

TEST(TargetRequirements, EveryUnmetOneIsNamed) {
  postgres::ServerFacts facts;
  facts.encoding = "UTF8";
  EXPECT_TRUE(unmet_requirements(facts).empty());
  facts.encoding = "LATIN1";
  facts.read_only = true;
  EXPECT_EQ(unmet_requirements(facts).size(), 2);
}

}  // namespace
}  // namespace millrace
