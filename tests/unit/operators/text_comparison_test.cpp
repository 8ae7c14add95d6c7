#include "operators/text_comparison.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(TextComparison, CollationSaysByItsNameWhetherItIgnoresCase) {
  for (const char* folding : {"utf8mb4_general_ci", "latin1_swedish_ci", "utf8mb4_0900_as_ci",
                              "utf8mb4_uca1400_ai_ci", "latin1_swedish_nopad_ci"}) {
    EXPECT_TRUE(ignores_case(folding)) << folding;
  }
  for (const char* exact : {"", "binary", "utf8mb4_bin", "latin1_general_cs", "utf8mb4_0900_as_cs",
                            "utf8mb4_nopad_bin"}) {
    EXPECT_FALSE(ignores_case(exact)) << exact;
  }
}

TEST(TextComparison, LocaleIsThatOfTheCollationsLanguage) {
  EXPECT_EQ(icu_locale_of("utf8mb4_general_ci"), "und-u-ks-level1");
  EXPECT_EQ(icu_locale_of("utf8mb4_unicode_520_ci"), "und-u-ks-level1");
  EXPECT_EQ(icu_locale_of("latin1_swedish_ci"), "sv-u-ks-level1");
  EXPECT_EQ(icu_locale_of("latin1_german1_ci"), "und-u-ks-level1");
  EXPECT_EQ(icu_locale_of("latin1_german2_ci"), "de-u-co-phonebk-ks-level1");
  EXPECT_EQ(icu_locale_of("utf8mb4_spanish2_ci"), "es-u-co-trad-ks-level1");
  EXPECT_EQ(icu_locale_of("utf8mb4_sv_0900_ai_ci"), "sv-u-ks-level1");
  EXPECT_EQ(icu_locale_of("utf8mb4_de_pb_0900_as_ci"), "de-u-co-phonebk-ks-level2");
  EXPECT_EQ(icu_locale_of("utf8mb4_uca1400_turkish_ai_ci"), "tr-u-ks-level1");
  EXPECT_EQ(icu_locale_of("utf8mb4_0900_as_ci"), "und-u-ks-level2");
}

TEST(TextComparison, CitextIsKnownWithItsSchemaAndWithout) {
  EXPECT_TRUE(is_citext("citext"));
  EXPECT_TRUE(is_citext("public.citext"));
  EXPECT_TRUE(is_citext("\"ext\".\"citext\""));
  EXPECT_FALSE(is_citext("text"));
  EXPECT_FALSE(is_citext("\"shop\".\"my citext\""));
}

}  // namespace
}  // namespace millrace
