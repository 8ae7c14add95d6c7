#include "operators/identifiers.h"

#include <string>

#include <gtest/gtest.h>

namespace millrace {
namespace {

const std::string sixty_three(63, 'a');
const std::string sixty_four(64, 'a');

TEST(Identifiers, NameOf63BytesIsKept) { EXPECT_EQ(shorten_identifier(sixty_three), sixty_three); }

TEST(Identifiers, NameOf64BytesIsCutTo63WithAHash) {
  const std::string name = shorten_identifier(sixty_four);

  EXPECT_EQ(name.size(), 63U);
  EXPECT_TRUE(name.starts_with(std::string(54, 'a') + "_"));
}

TEST(Identifiers, ShortenedNameIsTheSameInEveryRelease) {
  EXPECT_EQ(shorten_identifier(std::string(70, 'x')), std::string(54, 'x') + "_c07d9e28");
}

TEST(Identifiers, NamesThatDifferAfterTheCutStayApart) {
  EXPECT_NE(shorten_identifier(sixty_four + "1"), shorten_identifier(sixty_four + "2"));
}

TEST(Identifiers, CutFallsBetweenCharacters) {
  std::string name = "a";
  for (int i = 0; i < 32; ++i) name += "é";  // 65 bytes; byte 54 lies within a character

  const std::string shortened = shorten_identifier(name);

  EXPECT_EQ(shortened.size(), 62U);
  EXPECT_EQ(shortened.substr(0, 53), name.substr(0, 53));
  EXPECT_EQ(shortened[53], '_');
}

TEST(Identifiers, EmojiIsKeptWhole) {
  const std::string name = std::string(52, 'a') + "😀" + std::string(20, 'b');

  EXPECT_EQ(shorten_identifier(name).substr(0, 53), std::string(52, 'a') + "_");
}

TEST(Identifiers, SystemColumnsAreKnownInLowerCaseOnly) {
  EXPECT_TRUE(is_system_column("xmin"));
  EXPECT_TRUE(is_system_column("tableoid"));
  EXPECT_FALSE(is_system_column("XMIN"));
  EXPECT_FALSE(is_system_column("oid"));
}

TEST(Identifiers, SchemasOfTheServerAreKnown) {
  EXPECT_TRUE(is_system_schema("pg_farm"));
  EXPECT_TRUE(is_system_schema("information_schema"));
  EXPECT_FALSE(is_system_schema("public"));
  EXPECT_FALSE(is_system_schema("pgfarm"));
}

TEST(Identifiers, NameIsClaimedOnce) {
  NameSpace names;

  EXPECT_EQ(names.try_claim("job"), "job");
  EXPECT_EQ(names.try_claim("job"), "");
  EXPECT_TRUE(names.taken("job"));
}

TEST(Identifiers, NamesThatDifferInCaseAreTwo) {
  NameSpace names;

  EXPECT_EQ(names.try_claim("Job"), "Job");
  EXPECT_EQ(names.try_claim("job"), "job");
}

TEST(Identifiers, TakenNameGetsTheFirstFreeNumber) {
  NameSpace names;

  EXPECT_EQ(names.claim("job"), "job");
  EXPECT_EQ(names.claim("job_2"), "job_2");
  EXPECT_EQ(names.claim("job"), "job_3");
}

TEST(Identifiers, NumberFitsWithinTheLimit) {
  NameSpace names;
  names.claim(sixty_three);

  EXPECT_EQ(names.claim(sixty_three), std::string(61, 'a') + "_2");
}

TEST(SnakeCase, PutsAnUnderscoreBeforeEachWord) {
  EXPECT_EQ(snake_case("jobId"), "job_id");
  EXPECT_EQ(snake_case("JobID"), "job_id");
  EXPECT_EQ(snake_case("HTTPServer"), "http_server");
  EXPECT_EQ(snake_case("frame2Render"), "frame2_render");
  EXPECT_EQ(snake_case("ID2"), "id2");
}

TEST(SnakeCase, TurnsSeparatorsIntoUnderscoresAndKeepsTheRest) {
  EXPECT_EQ(snake_case("render-host.name x"), "render_host_name_x");
  EXPECT_EQ(snake_case("already_snake_case"), "already_snake_case");
  EXPECT_EQ(snake_case("__x"), "__x");
  EXPECT_EQ(snake_case("Prénom"), "prénom");
  EXPECT_EQ(snake_case(""), "");
}

TEST(Identifiers, FoldingTouchesTheLettersAToZ) {
  EXPECT_EQ(fold_identifier("Größe_A b", IdentifierChoice::lower), "größe_a b");
  EXPECT_EQ(fold_identifier("ÄA", IdentifierChoice::lower), "Äa");
  EXPECT_EQ(fold_identifier("JobID", IdentifierChoice::snake), "job_id");
  EXPECT_EQ(fold_identifier("Größe_A b", IdentifierChoice::keep), "Größe_A b");
}

}  // namespace
}  // namespace millrace
