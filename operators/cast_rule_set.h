#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "io/source_schema.h"
#include "operators/cast_rule.h"

namespace millrace {

/// The rules of a job, held against every column of a catalog; says at the end what each was good
/// for.
///
/// Order: of the rules that select a column the one wins that says most closely which columns it
/// means (closeness()); among equals the last one.
class CastRuleSet {
 public:
  CastRuleSet(const std::vector<CastRule>& rules, const SourceCatalog& catalog)
      : rules_(rules), catalog_(catalog), selected_(rules.size()), won_(rules.size()) {}

  /// The rule that decides over a column; null: none does.
  const CastRule* find(const SourceTable& table, const SourceColumn& column);

  struct Remark {
    const CastRule* rule = nullptr;
    std::string message;
  };
  /// What to tell of rules that never decided over anything. Call when all columns were asked for.
  ///
  /// Errors: Error{bad_request} for a rule that names columns, is not optional and selects none:
  ///         with the nearest name that there is.
  std::vector<Remark> remarks() const;

 private:
  [[noreturn]] void refuse_unknown(const CastRule& rule) const;

  const std::vector<CastRule>& rules_;
  const SourceCatalog& catalog_;
  std::vector<std::size_t> selected_;  // by rule: columns
  std::vector<std::size_t> won_;
};

}  // namespace millrace
