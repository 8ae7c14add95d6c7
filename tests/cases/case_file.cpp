#include "tests/cases/case_file.h"

#include <charconv>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <utility>
#include <vector>

#include "operators/copy_tuple.h"
#include "operators/named_conversion.h"
#include "operators/type_switches.h"
#include "tests/support/source_text.h"

namespace millrace {
namespace {

constexpr std::pair<std::string_view, ValueFault> faults[] = {
    {"out_of_range", ValueFault::out_of_range},
    {"not_boolean", ValueFault::not_boolean},
    {"zero_date", ValueFault::zero_date},
    {"invalid_time", ValueFault::invalid_time},
    {"nul_in_text", ValueFault::nul_in_text},
    {"invalid_utf8", ValueFault::invalid_utf8},
    {"invalid_json", ValueFault::invalid_json},
    {"equal_keys", ValueFault::equal_keys},
    {"too_long", ValueFault::too_long},
    {"invalid_enum", ValueFault::invalid_enum},
    {"invalid_uuid", ValueFault::invalid_uuid},
    {"invalid_inet", ValueFault::invalid_inet},
    {"invalid_geometry", ValueFault::invalid_geometry},
    {"invalid_number", ValueFault::invalid_number},
    {"inexact", ValueFault::inexact},
    {"unknown_word", ValueFault::unknown_word},
};

/// The words of one line, quotes and escapes undone.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  std::optional<std::string> next() {
    const std::size_t begin = rest_.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return std::nullopt;
    rest_.remove_prefix(begin);
    if (rest_.starts_with('\'')) return quoted();
    std::string word(rest_.substr(0, rest_.find_first_of(" \t")));
    rest_.remove_prefix(word.size());
    return word;
  }

  std::string_view rest() const { return rest_; }

 private:
  std::string quoted() {
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
      if (escaped == 'x' && i + 2 < rest_.size()) {
        unsigned byte = 0;
        std::from_chars(rest_.data() + i + 1, rest_.data() + i + 3, byte, 16);
        word += static_cast<char>(byte);
        i += 2;
      } else {
        word += escaped == 'n' ? '\n' : escaped;
      }
    }
    throw std::runtime_error("a quote is not closed");
  }

  std::string_view rest_;
};

// "convert int => timestamptz using epoch"
Conversion announced_rule(std::string_view line, std::size_t arrow) {
  Conversion conversion;
  conversion.source = column_of(line.substr(1, arrow - 1));
  conversion.rule = parse_cast_rule("*.*" + std::string(line.substr(arrow)), "the rule");
  conversion.mapping = conversion.map(conversion.source);
  // The rule names the type; the mapping spells it, and adds the digits behind a second.
  conversion.target = conversion.mapping.type.empty() ? "enum" : conversion.mapping.type;
  return conversion;
}

Conversion announced(std::string_view line) {
  if (const auto arrow = line.find(" => "); arrow != std::string_view::npos) {
    return announced_rule(line, arrow);
  }
  const std::size_t arrow = line.find(" -> ");
  if (arrow == std::string_view::npos) throw std::runtime_error("convert without ->");
  Conversion conversion;
  conversion.source = column_of(line.substr(1, arrow - 1));
  std::string_view target = line.substr(arrow + 4);
  if (const std::size_t with = target.find(" with "); with != std::string_view::npos) {
    Words words(target.substr(with + 6));
    target = target.substr(0, with);
    while (const auto word = words.next()) {
      const std::size_t equals = word->find('=');
      if (*word == "key") {
        conversion.key = true;
      } else if (!choose_type(conversion.choices, word->substr(0, equals),
                              word->substr(equals + 1))) {
        throw std::runtime_error("unknown switch " + *word);
      }
    }
  }
  conversion.target = target;
  conversion.mapping = conversion.map(conversion.source);
  return conversion;
}

CaseValue value_of(const std::string& verdict, Words& words) {
  CaseValue value;
  if (verdict == "null") return value;
  value.text = words.next();
  if (verdict == "nulled") {
    if (!value.text) throw std::runtime_error("a value must follow");
    return value;
  }
  const auto expected = words.next();
  if (!value.text || !expected)
    throw std::runtime_error("a value and what becomes of it must follow");
  if (verdict == "reject") {
    value.fault = *expected;
  } else if (verdict == "ok") {
    value.expected = *expected;
    value.shown = words.next().value_or(*expected);
  } else {
    throw std::runtime_error("unknown word " + verdict);
  }
  if (words.next()) throw std::runtime_error("a word too many");
  return value;
}

class CaseFile {
 public:
  CaseFile(std::string path, CaseJudge& judge) : path_(std::move(path)), judge_(judge) {}

  int run() {
    std::ifstream in(path_);
    if (!in) throw std::runtime_error(path_ + ": cannot be read");
    int line_number = 0;
    for (std::string line; std::getline(in, line);) {
      ++line_number;
      try {
        run_line(line);
      } catch (const std::exception& problem) {
        ++failures_;
        std::cout << path_ << ":" << line_number << ": " << problem.what() << "\n";
      }
    }
    if (checks_ == 0) throw std::runtime_error(path_ + ": holds no case");
    std::cout << path_ << ": " << checks_ << " checks, " << failures_ << " failed\n";
    return failures_;
  }

 private:
  void run_line(std::string_view line) {
    Words words(line);
    const auto word = words.next();
    if (!word || word->starts_with('#')) return;
    ++checks_;
    if (*word == "convert") {
      conversion_ = announced(words.rest());
      const std::string type =
          conversion_->mapping.type.empty() ? "enum" : conversion_->mapping.type;
      judge_.begin(*conversion_);
      if (type != conversion_->target) {
        throw std::runtime_error("maps to " + type + ", not to " + conversion_->target);
      }
      return;
    }
    if (!conversion_) throw std::runtime_error("a value before the first convert");
    judge_.check(*conversion_, value_of(*word, words));
  }

  std::string path_;
  CaseJudge& judge_;
  int checks_ = 0;
  int failures_ = 0;
  std::optional<Conversion> conversion_;
};

}  // namespace

ColumnMapping Conversion::map(const SourceColumn& column) const {
  return rule ? convert_column(column, *rule, choices, key) : map_column(column, choices, key);
}

std::string_view name_of_fault(ValueFault fault) noexcept {
  for (const auto& [name, known] : faults) {
    if (known == fault) return name;
  }
  return describe(fault);
}

int run_case_file(const std::string& path, CaseJudge& judge) { return CaseFile(path, judge).run(); }

std::string complaint(const Conversion& conversion, const CaseValue& value,
                      const EncodedRow& encoded) {
  const std::string shown = value.text ? "'" + *value.text + "'" : "NULL";
  if (encoded.outcome.status != RowStatus::encoded) {
    const std::string got = encoded.outcome.status == RowStatus::fault
                                ? std::string(name_of_fault(encoded.outcome.fault))
                                : "a broken row";
    return got == value.fault ? "" : shown + " is refused as " + got;
  }
  if (!value.fault.empty()) return shown + " is taken";
  const auto field = fields_of_tuple(encoded.tuple).at(0);
  if (field.has_value() != value.expected.has_value()) return shown + " changes to or from NULL";
  if (!field) return "";
  const std::string got = postgres_text(conversion.target, *field);
  return got == *value.expected ? "" : shown + " arrives as '" + got + "'";
}

}  // namespace millrace
