// Runs case files: each value goes through the encoder, and what comes out is read back by the
// decoder of tests/support and compared with the text that PostgreSQL would print.
//
//   file    := line*
//   line    := '#' comment | convert | ok | reject | null
//   convert := "convert" MySQL-type "->" PostgreSQL-type [ "with" (switch '=' value | "key")* ]
//   ok      := "ok" value expected         reject := "reject" value fault        null := "null"
//   value   := word | '\'' (any | "\\" | "\'" | "\n" | "\xNN")* '\''
// A native enum is written "enum" as PostgreSQL type. The type must be the one that the mapping
// chooses, so the files pin the mapping too.
//
// usage: millrace_cases FILE...          exit code: 0 all right, 1 something differs, 2 a bad file

#include <charconv>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "io/error.h"
#include "operators/row_encoder.h"
#include "operators/type_mapping.h"
#include "operators/type_switches.h"
#include "tests/support/copy_tuple.h"
#include "tests/support/source_text.h"
#include "tests/support/wire_row.h"

namespace {

using namespace millrace;

constexpr std::pair<std::string_view, ValueFault> faults[] = {
    {"out_of_range", ValueFault::out_of_range},
    {"not_boolean", ValueFault::not_boolean},
    {"zero_date", ValueFault::zero_date},
    {"invalid_time", ValueFault::invalid_time},
    {"nul_in_text", ValueFault::nul_in_text},
    {"invalid_utf8", ValueFault::invalid_utf8},
    {"invalid_json", ValueFault::invalid_json},
    {"too_long", ValueFault::too_long},
    {"invalid_enum", ValueFault::invalid_enum},
    {"invalid_uuid", ValueFault::invalid_uuid},
    {"invalid_inet", ValueFault::invalid_inet},
    {"invalid_geometry", ValueFault::invalid_geometry},
    {"invalid_number", ValueFault::invalid_number},
};

std::string_view name_of_fault(ValueFault fault) {
  for (const auto& [name, known] : faults) {
    if (known == fault) return name;
  }
  return describe(fault);
}

/// What `convert` announced.
struct Conversion {
  SourceColumn source;
  std::string target;
  RowEncoder encoder{{}};
};

class CaseFile {
 public:
  explicit CaseFile(std::string path) : path_(std::move(path)) {}

  // Returns how many checks failed.
  int run() {
    std::ifstream in(path_);
    if (!in) throw std::runtime_error(path_ + ": cannot be read");
    for (std::string line; std::getline(in, line);) {
      ++line_number_;
      try {
        check_line(line);
      } catch (const std::exception& problem) {
        fail(problem.what());
      }
    }
    if (checks_ == 0) throw std::runtime_error(path_ + ": holds no case");
    std::cout << path_ << ": " << checks_ << " checks, " << failures_ << " failed\n";
    return failures_;
  }

 private:
  void fail(const std::string& problem) {
    ++failures_;
    std::cout << path_ << ":" << line_number_ << ": " << problem << "\n";
  }

  void check_line(std::string_view line) {
    rest_ = line;
    const auto word = next_word();
    if (!word || word->starts_with('#')) return;
    ++checks_;
    if (*word == "convert") return announce();
    if (!conversion_) throw std::runtime_error("a value before the first convert");
    if (*word == "null") return check_null();
    const auto value = next_word();
    const auto expected = next_word();
    if (!value || !expected || next_word()) throw std::runtime_error("two words must follow");
    if (*word == "ok") return check_value(*value, *expected);
    if (*word == "reject") return check_fault(*value, *expected);
    throw std::runtime_error("unknown word " + *word);
  }

  void announce() {
    conversion_.reset();
    const std::size_t arrow = rest_.find(" -> ");
    if (arrow == std::string_view::npos) throw std::runtime_error("convert without ->");
    const std::string_view source = rest_.substr(1, arrow - 1);
    std::string_view target = rest_.substr(arrow + 4);
    TypeChoices choices;
    bool key = false;
    if (const std::size_t with = target.find(" with "); with != std::string_view::npos) {
      rest_ = target.substr(with + 6);
      target = target.substr(0, with);
      while (const auto word = next_word()) {
        const std::size_t equals = word->find('=');
        if (*word == "key") {
          key = true;
        } else if (!choose_type(choices, word->substr(0, equals), word->substr(equals + 1))) {
          throw std::runtime_error("unknown switch " + *word);
        }
      }
    }
    SourceColumn column = column_of(source);
    const ColumnMapping mapping = map_column(column, choices, key);
    const std::string type = mapping.type.empty() ? "enum" : mapping.type;
    if (type != target) fail("maps to " + type + ", not to " + std::string(target));
    // What CONVERT(.. USING utf8mb4) sends: the values of such cases are written in UTF-8.
    conversion_ = Conversion{std::move(column), type, RowEncoder({mapping.encoding})};
  }

  void check_null() {
    const auto encoded = encode_into(conversion_->encoder, WireRow({std::nullopt}));
    if (encoded.outcome.status != RowStatus::encoded || fields_of_tuple(encoded.tuple).at(0)) {
      fail("NULL does not arrive as NULL");
    }
  }

  EncodedRow encode(const std::string& value) const {
    return encode_into(conversion_->encoder, WireRow({wire_value(conversion_->source, value)}));
  }

  void check_value(const std::string& value, const std::string& expected) {
    const auto encoded = encode(value);
    if (encoded.outcome.status != RowStatus::encoded) {
      return fail("'" + value +
                  "' is refused: " + std::string(name_of_fault(encoded.outcome.fault)));
    }
    const auto field = fields_of_tuple(encoded.tuple).at(0);
    const std::string got = field ? postgres_text(conversion_->target, *field) : "NULL";
    if (got != expected) fail("'" + value + "' arrives as '" + got + "', not '" + expected + "'");
  }

  void check_fault(const std::string& value, const std::string& expected) {
    const auto encoded = encode(value);
    if (encoded.outcome.status == RowStatus::encoded) return fail("'" + value + "' is taken");
    if (name_of_fault(encoded.outcome.fault) != expected) {
      fail("'" + value + "' is refused as " + std::string(name_of_fault(encoded.outcome.fault)) +
           ", not " + expected);
    }
  }

  // The next word of rest_, quotes and escapes undone.
  std::optional<std::string> next_word() {
    const std::size_t begin = rest_.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return std::nullopt;
    rest_.remove_prefix(begin);
    if (!rest_.starts_with('\'')) {
      const std::string word(rest_.substr(0, rest_.find_first_of(" \t")));
      rest_.remove_prefix(word.size());
      return word;
    }
    std::string word;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\'') {
        rest_.remove_prefix(i + 1);
        return word;
      }
      if (rest_[i] != '\\') {
        word += rest_[i];
        continue;
      }
      const char escaped = i + 1 < rest_.size() ? rest_[++i] : '\\';
      unsigned byte = 0;
      if (escaped == 'x' && i + 2 < rest_.size()) {
        std::from_chars(rest_.data() + i + 1, rest_.data() + i + 3, byte, 16);
        word += static_cast<char>(byte);
        i += 2;
      } else {
        word += escaped == 'n' ? '\n' : escaped;
      }
    }
    throw std::runtime_error("a quote is not closed");
  }

  std::string path_;
  int line_number_ = 0;
  int checks_ = 0;
  int failures_ = 0;
  std::string_view rest_;
  std::optional<Conversion> conversion_;
};

}  // namespace

int main(int argc, char** argv) {
  int failures = 0;
  try {
    for (int i = 1; i < argc; ++i) failures += CaseFile(argv[i]).run();
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << "\n";
    return 2;
  }
  return argc < 2 ? 2 : failures == 0 ? 0 : 1;
}
