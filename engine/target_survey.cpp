#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "engine/preparation.h"
#include "engine/standing_columns.h"
#include "io/error.h"
#include "io/postgres/ddl.h"
#include "io/quoting.h"

namespace millrace {

namespace {

/// Compares what stands in the target with what the job would make there.
class TargetSurvey {
 public:
  TargetSurvey(const Job& job, postgres::Connection& target, Preparation& preparation)
      : job_(job), preparation_(preparation) {
    const bool may_stay = loads_what_stands(job);
    standing_ = read_standing(target, preparation.translation.schemas,
                              may_stay ? postgres::ReadColumns::yes : postgres::ReadColumns::no);
    if (may_stay && !preparation.translation.enums.empty()) {
      labels_ = postgres::read_enum_labels(target);
    }
    const auto present = postgres::read_schemas(target, preparation.translation.schemas);
    for (const std::string& schema : preparation.translation.schemas) {
      if (std::find(present.begin(), present.end(), schema) == present.end()) {
        preparation.schemas.push_back(schema);
      }
    }
    if (preparation.begun) {
      for (const StoredRun::Table& table : preparation.begun->tables) {
        if (!table.stood_before) made_.emplace(table.target_schema, table.target_name);
      }
    }
    if (!preparation.translation.collations.empty() && !present.empty()) {
      preparation.kept_collations = postgres::read_collations(target, present);
    }
  }

  void survey() {
    const Translation& translation = preparation_.translation;
    preparation_.exists.resize(translation.tables.size());
    for (std::size_t i = 0; i < translation.tables.size(); ++i) survey_table(i);
    if (job_.scope == Scope::data_only) {
      preparation_.schemas.clear();
      preparation_.translation.views.clear();
      preparation_.translation.sequences.clear();
      for (const TargetEnum& type : translation.enums) {
        preparation_.kept_types.insert(type.schema + '\0' + type.name);
      }
      preparation_.translation.collations.clear();
      return;
    }
    for (const TargetEnum& type : translation.enums) survey_enum(type);
    for (const TargetView& view : translation.views) {
      survey_relation(view.schema, view.name, 'v', preparation_.dropped_views);
    }
    for (const TargetSequence& sequence : translation.sequences) {
      survey_relation(sequence.schema, sequence.name, 'S', preparation_.dropped_sequences);
    }
  }

 private:
  const postgres::ExistingTable* find(const std::string& schema, const std::string& name) const {
    const auto found = standing_.find(schema + '\0' + name);
    return found == standing_.end() ? nullptr : &found->second;
  }

  void drop(const TargetTable& table) {
    preparation_.to_drop.push_back(postgres::quote_qualified(table.schema, table.name));
    preparation_.locks_to_drop += locks_of(table);
  }

  /// Where nothing may stand in the way, types and sequences that do are those of the run that died
  /// while it made them.
  bool replaces() const {
    return job_.if_exists == IfExists::drop ||
           (preparation_.begun && job_.if_exists == IfExists::error);
  }

  void survey_table(std::size_t index) {
    const TargetTable& table = preparation_.translation.tables[index].target;
    const postgres::ExistingTable* standing = find(table.schema, table.name);
    const bool data_only = job_.scope == Scope::data_only;
    if (standing == nullptr) {
      if (data_only) {
        throw Error(ErrorKind::bad_request, "cannot load the table: it is not in the target",
                    {.side = Side::target, .table = table.full_name()},
                    "create it, leave it out with --exclude, or run without --data-only");
      }
      return;
    }
    const bool is_table = standing->kind == 'r' || standing->kind == 'p';
    if (is_table && !standing->has_rows && made_.contains({table.schema, table.name})) {
      drop(table);
      return;
    }
    const bool stays = job_.if_exists == IfExists::truncate || job_.if_exists == IfExists::append ||
                       (data_only && !standing->has_rows);
    if (!is_table || (!stays && job_.if_exists != IfExists::drop)) {
      preparation_.in_the_way.push_back(table.full_name());
      return;
    }
    if (job_.if_exists == IfExists::drop && !data_only) {
      drop(table);
      return;
    }
    const std::string quoted = postgres::quote_qualified(table.schema, table.name);
    if (job_.if_exists == IfExists::truncate) preparation_.to_truncate.push_back(quoted);
    check_columns(table, *standing, preparation_.translation.enums, labels_);
    preparation_.exists[index] = true;
  }

  /// A view or a sequence of that name.
  void survey_relation(const std::string& schema, const std::string& name, char kind,
                       std::vector<std::string>& dropped) {
    const postgres::ExistingTable* standing = find(schema, name);
    if (standing == nullptr) return;
    const bool ours = preparation_.resumed && standing->kind == kind;  // made by the run before
    const bool replaced = replaces() && (kind == 'S' || job_.if_exists == IfExists::drop);
    if (!ours && ((job_.if_exists == IfExists::error && !replaced) || standing->kind != kind)) {
      preparation_.in_the_way.push_back(schema + "." + name);
    } else if (!ours && replaced) {
      dropped.push_back(postgres::quote_qualified(schema, name));
    } else {
      preparation_.kept_relations.insert(schema + '\0' + name);
    }
  }

  void survey_enum(const TargetEnum& type) {
    const postgres::ExistingTable* standing = find(type.schema, type.name);
    if (standing == nullptr) return;
    if (replaces() && standing->kind == 'e') {
      preparation_.dropped_types.push_back(postgres::quote_identifier(type.schema) + "." +
                                           postgres::quote_identifier(type.name));
    } else if (job_.if_exists == IfExists::error || standing->kind != 'e') {
      preparation_.in_the_way.push_back(type.schema + "." + type.name + " (type)");
    } else {
      preparation_.kept_types.insert(type.schema + '\0' + type.name);
    }
  }

  const Job& job_;
  Preparation& preparation_;
  StandingTables standing_;
  std::set<std::pair<std::string, std::string>> made_;      // by a run that died while it made them
  std::map<std::string, std::vector<std::string>> labels_;  // of the enums that stand
};

}  // namespace

void survey_target(const Job& job, postgres::Connection& target, Preparation& preparation) {
  TargetSurvey(job, target, preparation).survey();
  if (preparation.locks_to_drop > control_locks(preparation)) {
    for (std::string& statement : postgres::drop_foreign_keys_of(target, preparation.to_drop)) {
      preparation.to_unlink.push_back({std::move(statement), 2});
    }
  }
  if (job.scope != Scope::data_only) {
    if (!preparation.schemas.empty() && !preparation.target.may_create_schema) {
      throw Error(ErrorKind::bad_request,
                  fmt::format("cannot create schema {} in the target: permission denied",
                              preparation.schemas.front()),
                  {.side = Side::target},
                  fmt::format("GRANT CREATE ON DATABASE {} TO {}",
                              postgres::quote_identifier(preparation.target.database),
                              job.target.user.empty() ? "<user>" : job.target.user));
    }
    std::vector<std::string> present;
    std::copy_if(preparation.translation.schemas.begin(), preparation.translation.schemas.end(),
                 std::back_inserter(present), [&](const std::string& schema) {
                   return std::find(preparation.schemas.begin(), preparation.schemas.end(),
                                    schema) == preparation.schemas.end();
                 });
    const auto closed = postgres::read_closed_schemas(target, present);
    if (!closed.empty()) {
      throw Error(
          ErrorKind::bad_request,
          "cannot create tables in schema " + closed.front() + " of the target: permission denied",
          {.side = Side::target},
          fmt::format("GRANT CREATE ON SCHEMA {} TO {}", postgres::quote_identifier(closed.front()),
                      job.target.user.empty() ? "<user>" : job.target.user));
    }
  }
}

}  // namespace millrace
