#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "operators/cast_rule.h"
#include "operators/row_encoder.h"
#include "operators/type_mapping.h"
#include "tests/support/wire_row.h"

// A case file: values, and what becomes of them.
//
//   file    := line*
//   line    := '#' comment | convert | ok | reject | null
//   convert := "convert" MySQL-type "->" PostgreSQL-type [ "with" (switch '=' value | "key")* ]
//            | "convert" MySQL-type "=>" result            a cast rule, as --cast takes it
//   ok      := "ok" value expected [ shown ]
//   reject  := "reject" value fault        null := "null"        nulled := "nulled" value
//   value   := word | '\'' (any | "\\" | "\'" | "\n" | "\xNN")* '\''
//
// A native enum is written "enum" as PostgreSQL type. The type must be the one that the mapping
// chooses, so the files pin the mapping too. `expected` is what the field holds; `shown` is what
// PostgreSQL shows where that differs (jsonb); * is anything.

namespace millrace {

/// What a `convert` line announces.
struct Conversion {
  SourceColumn source;
  std::string target;  // SQL, or "enum"
  ColumnMapping mapping;
  TypeChoices choices;
  bool key = false;
  std::optional<CastRule> rule;

  /// The mapping of a column that is told as `column` is: by the rule, where there is one.
  ColumnMapping map(const SourceColumn& column) const;
};

/// One value of a file; no text: NULL.
struct CaseValue {
  std::optional<std::string> text;
  std::optional<std::string> expected;  // none: NULL (by a rule, too), or a fault is expected
  std::string shown;                    // by PostgreSQL
  std::string fault;                    // empty: none
};

/// Runs values; the files are the same for each way to run them. Both throw std::exception to say
/// what is wrong.
class CaseJudge {
 public:
  virtual ~CaseJudge() = default;
  virtual void begin(const Conversion& conversion) = 0;
  virtual void check(const Conversion& conversion, const CaseValue& value) = 0;
};

/// Run one file and print what is wrong, by file and line.
/// Returns: the checks that failed. Errors: std::runtime_error if the file holds none.
int run_case_file(const std::string& path, CaseJudge& judge);

/// The word for a fault in case files: the enumerator.
std::string_view name_of_fault(ValueFault fault) noexcept;

/// What is wrong with an encoded row if `value` is expected; empty: nothing.
/// Source of the text: operators/copy_tuple.h.
std::string complaint(const Conversion& conversion, const CaseValue& value,
                      const EncodedRow& encoded);

}  // namespace millrace
