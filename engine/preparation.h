#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/job.h"
#include "engine/report.h"
#include "engine/stored_run.h"
#include "engine/table_build.h"
#include "engine/target_statements.h"
#include "engine/work_plan.h"
#include "io/mysql/connection.h"
#include "io/postgres/catalog.h"
#include "io/postgres/connection.h"

namespace millrace {

/// All that is known of a run before anything is written. `work` points into `catalog` and
/// `translation`, so it stays where it was made.
struct Preparation {
  Preparation() = default;
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;

  mysql::ServerVersion source_version;
  postgres::ServerFacts target;
  SourceCatalog catalog;
  Translation translation;
  std::size_t tables_left_out = 0;             // by --include and --exclude
  std::vector<bool> exists;                    // per table: stands in the target, and stays
  std::vector<std::string> schemas;            // to create: those that do not exist yet
  std::vector<std::string> to_drop;            // quoted names of tables
  std::size_t locks_to_drop = 0;               // that dropping them all takes
  std::vector<TargetStatement> to_unlink;      // foreign keys among them, if one transaction cannot
                                               // drop them all
  std::vector<std::string> dropped_types;      // quoted names
  std::vector<std::string> dropped_views;      // quoted names
  std::vector<std::string> dropped_sequences;  // quoted names
  std::set<std::string> kept_relations;        // schema, NUL, name of sequences and views that stay
  std::set<std::string> kept_types;            // schema, NUL, name of enums that exist and stay
  std::set<std::string> kept_collations;       // likewise, of collations
  std::vector<std::string> to_truncate;        // quoted names
  std::vector<std::string> in_the_way;         // names, when the job says `error`
  std::optional<StoredRun> resumed;  // the run that is taken up again; set before prepare()
  std::optional<StoredRun> begun;    // or one that died before all of its tables were made: they
                                     // are in nobody's way
  Sizing sizing;
  WorkPlan work;
  std::vector<NoteReport> notes;
};

/// Read both sides and work everything out. Writes nothing.
///
/// Errors: bad_request where nothing matches, the target's encoding is not UTF8, the account may
///         not create, or existing tables do not fit; what is in the way is only listed.
void prepare(const Job& job, mysql::Connection& source, postgres::Connection& target,
             Preparation& preparation);

/// The steps of prepare(), for runs that have only one of the two sides.
///
/// The source's version and the tables that the job selects.
void read_source(const Job& job, mysql::Connection& source, Preparation& preparation);
/// Translate the catalog; geometry by what preparation.target says. With a target, and where the
/// job loads into tables that stand, columns get the types that they have there.
void translate_catalog(const Job& job, Preparation& preparation,
                       postgres::Connection* target = nullptr);
/// Whether rows may go into tables that somebody else made.
bool loads_what_stands(const Job& job) noexcept;
/// The target's facts. Errors: bad_request where nothing can be loaded into it.
void read_target(postgres::Connection& target, Preparation& preparation);
/// Compare the translation with what stands in the target.
void survey_target(const Job& job, postgres::Connection& target, Preparation& preparation);
/// What becomes of the rows that do not fit, for each column of the plan.
void set_fault_policies(const Job& job, WorkPlan& work);
/// What the job says of sizes; 0 where it does not.
Sizing asked_sizing(const Job& job);
unsigned machine_cores();
/// Tables of which the job keeps rows back.
std::size_t tables_filtered(const Preparation& preparation);
/// How many more sessions a server allows; 0 where it does not say.
unsigned free_source_connections(mysql::Connection& source);
unsigned free_connections(const postgres::ServerFacts& target);

/// Put the plan of preparation.resumed in the place of survey_target() and make_work_plan().
void restore_target(postgres::Connection& target, Preparation& preparation);
/// The second half of it, for a plan whose tables are there.
void restore_stored(postgres::Connection& target, Preparation& preparation);

/// Throws Error{bad_request} naming every object in the way, if there is one.
void refuse_if_in_the_way(const Preparation& preparation);

/// The locks that one transaction of the control session may hold while no other session works.
std::size_t control_locks(const Preparation& preparation);

/// The statements that come before the first row, in order: drops and truncations, schemas, types,
/// tables. Tables of groups are left to their groups unless `grouped_too`.
std::vector<TargetStatement> ddl_before_rows(const Preparation& preparation, bool grouped_too);

/// The statements that come after the last row: indexes, keys, foreign keys, statistics.
std::vector<TargetStatement> ddl_after_rows(const Preparation& preparation, BuildChoices choices);

}  // namespace millrace
