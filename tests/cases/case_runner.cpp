// Runs case files through the encoder alone: what comes out is read back by the decoder of
// tests/support and compared with what the file expects.
//
// usage: millrace_cases FILE...          exit code: 0 all right, 1 something differs, 2 a bad file

#include <exception>
#include <iostream>
#include <stdexcept>

#include "tests/cases/case_file.h"
#include "tests/support/source_text.h"

namespace {

using namespace millrace;

class EncoderJudge : public CaseJudge {
 public:
  void begin(const Conversion& conversion) override {
    encoder_ = RowEncoder({conversion.mapping.encoding});
  }

  void check(const Conversion& conversion, const CaseValue& value) override {
    // Where the source converts to utf8mb4, the files hold what it then sends.
    const WireRow row({value.text ? wire_value(conversion.source, *value.text) : WireField()});
    const std::string problem = complaint(conversion, value, encode_into(encoder_, row));
    if (!problem.empty()) throw std::runtime_error(problem);
  }

 private:
  RowEncoder encoder_{{}};
};

}  // namespace

int main(int argc, char** argv) {
  int failures = 0;
  try {
    EncoderJudge judge;
    for (int i = 1; i < argc; ++i) failures += run_case_file(argv[i], judge);
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << "\n";
    return 2;
  }
  if (argc < 2) return 2;
  return failures == 0 ? 0 : 1;
}
