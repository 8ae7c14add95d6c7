#include "operators/wire_forms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace {
namespace {

using testing::ElementsAre;

TEST(WireForms, SayWhatEachEncoderReads) {
  EXPECT_THAT(wire_forms(std::vector<ColumnEncoding>{
                  {.encoding = Encoding::int32_to_int4},
                  {.encoding = Encoding::uint64_to_numeric},
                  {.encoding = Encoding::integer_to_text, .wire = WireInteger::uint16},
                  {.encoding = Encoding::integer_to_text, .wire = WireInteger::int8},
                  {.encoding = Encoding::int8_to_bool},
                  {.encoding = Encoding::double_to_float4},
                  {.encoding = Encoding::datetime_to_timestamp},
                  {.encoding = Encoding::latin1_to_enum},
                  {.encoding = Encoding::decimal_to_numeric},
              }),
              ElementsAre(WireForm{WireShape::four, WireContent::signed_integer},
                          WireForm{WireShape::eight, WireContent::unsigned_integer},
                          WireForm{WireShape::two, WireContent::unsigned_integer},
                          WireForm{WireShape::one, WireContent::signed_integer},
                          WireForm{WireShape::one, WireContent::any},  // TINYINT(1) of either sign
                          WireForm{WireShape::eight, WireContent::floating},
                          WireForm{WireShape::temporal, WireContent::date},
                          WireForm{WireShape::string, WireContent::latin1_text},
                          WireForm{WireShape::string, WireContent::any}));
}

}  // namespace
}  // namespace millrace
