#include "tools/millrace/error_printing.h"

#include <new>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace millrace {
namespace {

struct Ending {
  int code;
  std::string text;
};

Ending ending_of(const std::function<int()>& command) {
  testing::internal::CaptureStderr();
  const int code = run_and_print_errors(command);
  return {code, testing::internal::GetCapturedStderr()};
}

TEST(ErrorPrinting, ReturnsWhatTheCommandReturns) {
  const Ending ending = ending_of([] { return 0; });

  EXPECT_EQ(ending.code, 0);
  EXPECT_EQ(ending.text, "");
}

TEST(ErrorPrinting, PrintsMessageAndHintAndExitsByKind) {
  const Ending ending = ending_of([]() -> int {
    throw Error(ErrorKind::exhausted, "cannot write: disk full", {}, "free some space");
  });

  EXPECT_EQ(ending.code, 6);
  EXPECT_EQ(ending.text, "millrace: cannot write: disk full\n  hint: free some space\n");
}

TEST(ErrorPrinting, PrintsNoEmptyHint) {
  EXPECT_EQ(error_text(Error(ErrorKind::cancelled, "stopped on request")),
            "millrace: stopped on request\n");
}

TEST(ErrorPrinting, AnInternalErrorNamesItsPlaceAndAsksForAReport) {
  const std::string text = error_text(Error(ErrorKind::internal, "cannot happen"));

  EXPECT_NE(text.find("report it"), std::string::npos);
  EXPECT_NE(text.find("error_printing_test.cpp:"), std::string::npos);
}

TEST(ErrorPrinting, AnyOtherExceptionIsInternal) {
  const Ending ending = ending_of([]() -> int { throw std::runtime_error("odd"); });

  EXPECT_EQ(ending.code, 70);
  EXPECT_NE(ending.text.find("odd"), std::string::npos);
}

TEST(ErrorPrinting, NoMemoryIsExhaustion) {
  EXPECT_EQ(ending_of([]() -> int { throw std::bad_alloc(); }).code, 6);
}

}  // namespace
}  // namespace millrace
