#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operators/expression_parser.h"
#include "operators/view_translation.h"

namespace millrace {

/// Reads a view's SELECT, as VIEW_DEFINITION prints it, and writes it for PostgreSQL.
///
//    view    := query [WITH (CASCADED | LOCAL) CHECK OPTION]
//    query   := select (UNION [ALL] select)* [ORDER BY ..] [LIMIT n [, n]]
//    select  := SELECT [DISTINCT] item, .. [FROM from] [WHERE ..] [GROUP BY ..] [HAVING ..]
//             | '(' query ')'
//    from    := joined (',' joined)*
//    joined  := factor ([LEFT | RIGHT | CROSS] JOIN factor [ON ..])*
//    factor  := '(' from ')' | '(' query ')' alias | name ['.' name] [alias]
class ViewParser : public expression::Parser {
 public:
  ViewParser(std::string_view text, const ViewNames& names) : Parser(text), names_(names) {}

  TranslatedView whole_view();

 private:
  using Expression = expression::Expression;
  using Result = expression::Result;

  struct Output {
    ViewColumn column;     // as who selects from this query sees it
    Expression value;      // as it is written in here
    std::string selected;  // `value`, as it stands in the list
  };
  struct Query {
    std::string sql;
    std::vector<Output> outputs;
    bool one_select = true;  // no UNION
  };
  /// What FROM names.
  struct Source {
    std::string alias;     // of the source's text
    std::string database;  // empty: only its alias names it
    std::string prefix;    // of its columns in PostgreSQL
    const ViewRelation* relation = nullptr;
  };
  struct Scope {
    Scope* outer = nullptr;
    std::vector<Source> sources;
    const std::vector<Output>* outputs = nullptr;  // once they are known
  };
  /// A column of the innermost scope that an expression is, and nothing else.
  struct Origin {
    std::size_t source = 0;
    const ViewColumn* column = nullptr;
    std::string bare;  // without what makes plain text of it
  };

  Result column() override;
  Result call(const std::string& name) override;
  Result scalar_query() override;
  Result is_in_query(const Expression& left) override;

  void refuse(const std::string& what);
  bool refused() const { return !refused_.empty(); }
  void tell(std::string_view caveat);
  void tell_pads(const Expression& e);
  void unexpected();
  /// Read an expression; what cannot be translated is refused with its text.
  Result expression();
  std::string condition();
  std::string text_from(const Token& first, Lexer ahead) const;
  bool at_clause() const;

  std::vector<std::string> dotted();
  Result find(const Scope& scope, const std::vector<std::string>& parts, bool innermost);
  Result of_source(const Scope& scope, std::size_t source, const std::string& name, bool innermost);
  Result aggregate(const std::string& name);

  Query query();
  Query select(bool behind_union);
  void select_list(Query& query);
  void select_item(Query& query);
  std::string unite(Query& left, const Query& right);
  void refuse_folded(const std::vector<Output>& outputs, const std::string& what);
  std::string from();
  std::string joined();
  std::string factor();
  std::string derived();
  std::string relation();
  std::string grouping();
  std::string order_and_limit(const Query& query);
  std::string order_item(const Query& query, bool& by_text);
  const Output* output_at_token(const Query& query) const;
  std::string limit();

  const ViewNames& names_;
  Scope* scope_ = nullptr;
  std::deque<ViewRelation> derived_;  // keeps what `Scope`s point at
  std::map<std::string, Origin, std::less<>>
      origins_;  // by the SQL of the innermost scope's columns
  std::string refused_;
  std::vector<std::string> caveats_;
};

}  // namespace millrace
