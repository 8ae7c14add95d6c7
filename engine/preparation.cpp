#include "engine/preparation.h"

#include <algorithm>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/row_filter.h"
#include "engine/target_requirements.h"
#include "io/archive/frame.h"
#include "io/error.h"
#include "io/mysql/catalog.h"
#include "io/postgres/ddl.h"
#include "operators/glob.h"

namespace millrace {

namespace {

std::vector<std::string> choose_databases(const Job& job, mysql::Connection& source) {
  std::vector<std::string> all = mysql::read_databases(source);
  std::vector<std::string> globs = job.databases;
  if (globs.empty() && !job.source.database.empty()) globs.push_back(job.source.database);
  if (globs.empty()) return all;
  std::vector<std::string> chosen;
  for (const std::string& name : all) {
    if (std::any_of(globs.begin(), globs.end(),
                    [&](const std::string& glob) { return matches_glob(glob, name); })) {
      chosen.push_back(name);
    }
  }
  for (const std::string& glob : globs) {
    if (std::none_of(all.begin(), all.end(),
                     [&](const std::string& name) { return matches_glob(glob, name); })) {
      throw Error(ErrorKind::bad_request,
                  fmt::format("cannot find a database that matches '{}' on the source", glob),
                  {.side = Side::source},
                  fmt::format("the account sees: {}", fmt::join(all, ", ")));
    }
  }
  return chosen;
}

void choose_tables(const Job& job, SourceCatalog& catalog) {
  std::erase_if(catalog.tables, [&](const SourceTable& table) {
    return !selects_table(job.include, job.exclude, table.database, table.name);
  });
  std::erase_if(catalog.sequences, [&](const SourceSequence& sequence) {
    return !selects_table(job.include, job.exclude, sequence.database, sequence.name);
  });
  std::erase_if(catalog.extras, [&](const SourceExtra& extra) {
    return !selects_table(job.include, job.exclude, extra.database, extra.name);
  });
  if (catalog.tables.empty()) {
    throw Error(ErrorKind::bad_request, "cannot find a single table to move",
                {.side = Side::source}, "check --databases, --include and --exclude");
  }
}

/// Compares what stands in the target with what the job would make there.
class TargetSurvey {
 public:
  TargetSurvey(const Job& job, postgres::Connection& target, Preparation& preparation)
      : job_(job), preparation_(preparation) {
    const bool may_stay = job.if_exists == IfExists::truncate ||
                          job.if_exists == IfExists::append || job.scope == Scope::data_only;
    for (auto& table :
         postgres::read_tables(target, preparation.translation.schemas,
                               may_stay ? postgres::ReadColumns::yes : postgres::ReadColumns::no)) {
      standing_.emplace(table.schema + '\0' + table.name, std::move(table));
    }
    const auto present = postgres::read_schemas(target, preparation.translation.schemas);
    for (const std::string& schema : preparation.translation.schemas) {
      if (std::find(present.begin(), present.end(), schema) == present.end()) {
        preparation.schemas.push_back(schema);
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
    const bool stays = job_.if_exists == IfExists::truncate || job_.if_exists == IfExists::append ||
                       (data_only && !standing->has_rows);
    if (!is_table || (!stays && job_.if_exists != IfExists::drop)) {
      preparation_.in_the_way.push_back(table.full_name());
      return;
    }
    const std::string quoted =
        postgres::quote_identifier(table.schema) + "." + postgres::quote_identifier(table.name);
    if (job_.if_exists == IfExists::drop && !data_only) {
      preparation_.to_drop.push_back(quoted);
      preparation_.locks_to_drop += locks_of(table);
      return;
    }
    if (job_.if_exists == IfExists::truncate) preparation_.to_truncate.push_back(quoted);
    check_columns(table, *standing);
    preparation_.exists[index] = true;
  }

  /// A view or a sequence of that name.
  void survey_relation(const std::string& schema, const std::string& name, char kind,
                       std::vector<std::string>& dropped) {
    const postgres::ExistingTable* standing = find(schema, name);
    if (standing == nullptr) return;
    const bool ours = preparation_.resumed && standing->kind == kind;  // made by the run before
    if (!ours && (job_.if_exists == IfExists::error || standing->kind != kind)) {
      preparation_.in_the_way.push_back(schema + "." + name);
    } else if (!ours && job_.if_exists == IfExists::drop) {
      dropped.push_back(postgres::quote_qualified(schema, name));
    } else {
      preparation_.kept_relations.insert(schema + '\0' + name);
    }
  }

  void survey_enum(const TargetEnum& type) {
    const postgres::ExistingTable* standing = find(type.schema, type.name);
    if (standing == nullptr) return;
    if (job_.if_exists == IfExists::drop && standing->kind == 'e') {
      preparation_.dropped_types.push_back(postgres::quote_identifier(type.schema) + "." +
                                           postgres::quote_identifier(type.name));
    } else if (job_.if_exists == IfExists::error || standing->kind != 'e') {
      preparation_.in_the_way.push_back(type.schema + "." + type.name + " (type)");
    } else {
      preparation_.kept_types.insert(type.schema + '\0' + type.name);
    }
  }

  static void check_columns(const TargetTable& table, const postgres::ExistingTable& standing) {
    for (const TargetColumn& column : table.columns) {
      const auto found = std::find_if(
          standing.columns.begin(), standing.columns.end(),
          [&](const postgres::ExistingColumn& other) { return other.name == column.name; });
      const Where where{.side = Side::target, .table = table.full_name(), .column = column.name};
      if (found == standing.columns.end()) {
        throw Error(ErrorKind::bad_request,
                    "cannot load the table: it stands in the target without this column", where,
                    "add the column, or let the table be made anew with --if-exists drop");
      }
      if (found->generated) {
        throw Error(ErrorKind::bad_request,
                    "cannot load the table: the target computes this column itself", where,
                    "make it a plain column, or use --if-exists drop");
      }
      if (plain_type(found->type) != plain_type(column.type)) {
        throw Error(ErrorKind::bad_request,
                    fmt::format("cannot load the table: its column is {} in the target, not {}",
                                found->type, column.type),
                    where, "alter the column, or use --if-exists drop");
      }
    }
  }

  /// The type without quotes: format_type() quotes only where it must.
  static std::string plain_type(std::string type) {
    std::erase(type, '"');
    const auto replace = [&](std::string_view from, std::string_view to) {
      if (const auto at = type.find(from); at != std::string::npos) {
        type.replace(at, from.size(), to);
      }
    };
    replace("character varying", "varchar");
    if (type.starts_with("timestamp") && type.find("with time zone") == std::string::npos &&
        type.find("without") == std::string::npos && !type.starts_with("timestamptz")) {
      type += " without time zone";
    }
    if (type.starts_with("timestamptz")) {
      type = "timestamp" + type.substr(11) + " with time zone";
    }
    return type;
  }

  const Job& job_;
  Preparation& preparation_;
  std::unordered_map<std::string, postgres::ExistingTable> standing_;
};

}  // namespace

void read_source(const Job& job, mysql::Connection& source, Preparation& preparation) {
  preparation.source_version = source.version();
  const std::vector<std::string> databases = choose_databases(job, source);
  preparation.catalog = mysql::read_catalog(source, databases);
  const std::size_t all = preparation.catalog.tables.size();
  choose_tables(job, preparation.catalog);
  preparation.tables_left_out = all - preparation.catalog.tables.size();
  for (const std::string& database : databases) {
    const auto& tables = preparation.catalog.tables;
    if (std::none_of(tables.begin(), tables.end(),
                     [&](const SourceTable& table) { return table.database == database; })) {
      preparation.notes.push_back(
          {"not migrated", database, "database without a table to move: no schema is made"});
    }
  }
}

namespace {

/// Where citext columns find their type; empty where none is asked for.
std::string citext_schema(const Job& job, const postgres::ServerFacts& target) {
  const bool asked =
      job.case_insensitive == CaseChoice::citext ||
      std::any_of(job.case_rules.begin(), job.case_rules.end(),
                  [](const CaseRule& rule) { return rule.becomes == CaseChoice::citext; });
  if (!asked) return {};
  if (target.version == 0) return "public";  // nobody knows yet: the archive goes somewhere
  if (target.citext_schema.empty()) {
    throw Error(ErrorKind::bad_request,
                "cannot make citext columns: the target's database has no citext",
                {.side = Side::target},
                "CREATE EXTENSION citext in it (who owns the database may), or --case-insensitive "
                "icu");
  }
  return target.citext_schema;
}

}  // namespace

void translate_catalog(const Job& job, Preparation& preparation) {
  TranslationChoices choices{.types = job.types,
                             .schema = job.schema,
                             .casts = job.casts,
                             .table_rules = job.table_rules,
                             .target_version = preparation.target.version,
                             .schema_of_database = job.schema_of_database,
                             .postgis_schema = preparation.target.postgis_schema,
                             .text_holds = text_holds(job.charset_rules, preparation.catalog),
                             .case_insensitive = job.case_insensitive,
                             .case_choices = case_choices(job.case_rules, preparation.catalog),
                             .citext_schema = citext_schema(job, preparation.target)};
  if (choices.types.geometry == GeometryChoice::automatic) {
    choices.types.geometry =
        preparation.target.has_postgis ? GeometryChoice::postgis : GeometryChoice::bytea;
  }
  for (TranslationNote& note : consolidate(preparation.catalog, job.consolidations)) {
    preparation.notes.push_back({note.topic, note.where, note.message});
  }
  preparation.translation = translate(preparation.catalog, choices);
  for (const TranslationNote& note : preparation.translation.notes) {
    preparation.notes.push_back({note.topic, note.where, note.message});
  }
  refuse_idle_fault_rules(job.fault_rules, preparation.catalog);
  for (NoteReport& note :
       notes_on_fault_rules(job.fault_rules, preparation.catalog, preparation.translation)) {
    preparation.notes.push_back(std::move(note));
  }
}

void read_target(postgres::Connection& target, Preparation& preparation) {
  require_supported_version(target.server_version());
  preparation.target = postgres::read_server_facts(target);
  for (const Error& unmet : unmet_requirements(preparation.target)) throw unmet;
}

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

std::size_t tables_filtered(const Preparation& preparation) {
  return static_cast<std::size_t>(std::ranges::count_if(
      preparation.translation.tables,
      [](const TranslatedTable& table) { return !table.row_filter.empty(); }));
}

unsigned machine_cores() { return std::max(1U, std::thread::hardware_concurrency()); }

unsigned free_source_connections(mysql::Connection& source) {
  const auto number = [&](const std::string& sql) -> long {
    const auto rows = source.query(sql);
    return rows.empty() ? 0 : std::stol(rows[0][1].text);
  };
  const long most = number("SHOW GLOBAL VARIABLES LIKE 'max_connections'");
  const long used = number("SHOW GLOBAL STATUS LIKE 'Threads_connected'");
  return most > used ? static_cast<unsigned>(most - used) : 0;
}

Sizing asked_sizing(const Job& job) {
  return {.readers = job.readers,
          .writers = job.writers,
          .builders = job.builders,
          .chunk_bytes = job.chunk_bytes,
          .memory_bytes = job.memory_bytes,
          .packing_bytes = job.spill.empty() ? 0 : archive::Packer::memory_bytes(job.spill_level)};
}

unsigned free_connections(const postgres::ServerFacts& target) {
  const int spare = target.max_connections - target.reserved_connections - target.used_connections;
  return static_cast<unsigned>(std::max(spare, 1));
}

void restore_target(postgres::Connection& target, Preparation& preparation) {
  preparation.exists.resize(preparation.translation.tables.size());
  preparation.work =
      make_uncut_plan(preparation.catalog, preparation.translation, preparation.exists);
  restore_stored(target, preparation);
}

void restore_stored(postgres::Connection& target, Preparation& preparation) {
  const StoredRun& run = *preparation.resumed;
  restore_plan(run, preparation.work);
  for (std::size_t i = 0; i < preparation.work.tables.size(); ++i) {
    preparation.exists[i] = preparation.work.tables[i].exists;
  }
  read_standing_keys(target, run, preparation.work);
  for (const TargetEnum& type : preparation.translation.enums) {
    preparation.kept_types.insert(type.schema + '\0' + type.name);
  }
  for (const TargetCollation& collation : preparation.translation.collations) {
    preparation.kept_collations.insert(collation.schema + '\0' + collation.name);
  }
}

void set_fault_policies(const Job& job, WorkPlan& work) {
  for (TableWork& table : work.tables) {
    table.on_fault =
        fault_policies(job.fault_rules, job.on_fault, *table.source, *table.translated);
  }
}

void prepare(const Job& job, mysql::Connection& source, postgres::Connection& target,
             Preparation& preparation) {
  if (job.reads_only) {
    preparation.target = postgres::read_server_facts(target);
  } else {
    read_target(target, preparation);
  }
  read_source(job, source, preparation);
  translate_catalog(job, preparation);
  check_row_filters(source, preparation.catalog, preparation.translation);
  if (job.reads_only) {
    preparation.exists.resize(preparation.translation.tables.size());
  } else if (!preparation.resumed) {
    survey_target(job, target, preparation);
  }
  const Limits limits{.cores = machine_cores(),
                      .source_connections = free_source_connections(source),
                      .target_connections = free_connections(preparation.target),
                      .target_locks = shared_locks(preparation.target)};
  preparation.sizing = work_out_sizing(asked_sizing(job), limits);
  if (preparation.resumed) {
    restore_target(target, preparation);
  } else if (job.reads_only && job.against == ProofBasis::ledger) {
    // The ledger knows how the tables were cut.
    preparation.work =
        make_uncut_plan(preparation.catalog, preparation.translation, preparation.exists);
  } else {
    preparation.work = make_work_plan(source, preparation.catalog, preparation.translation,
                                      preparation.exists, preparation.sizing);
  }
  preparation.work.digests = !job.skip_digest;
  set_fault_policies(job, preparation.work);
}

void refuse_if_in_the_way(const Preparation& preparation) {
  if (preparation.in_the_way.empty()) return;
  constexpr std::size_t shown = 50;
  std::vector<std::string> names = preparation.in_the_way;
  std::string more;
  if (names.size() > shown) {
    more = fmt::format(" and {} more (millrace plan lists them)", names.size() - shown);
    names.resize(shown);
  }
  throw Error(ErrorKind::bad_request,
              fmt::format("cannot create what stands in the target already: {}{}",
                          fmt::join(names, ", "), more),
              {.side = Side::target},
              "nothing was touched; use --if-exists drop, truncate or append, map the database "
              "elsewhere with --schema-map, or leave tables out with --exclude");
}

std::size_t control_locks(const Preparation& preparation) {
  return locks_per_transaction(preparation.target, 1);
}

namespace {

/// DROP TABLE of as many as one transaction can hold the locks of; of all of them in one statement
/// where it can, since foreign keys among them are no obstacle then.
void append_drops(const Preparation& preparation, std::vector<TargetStatement>& statements) {
  const std::vector<std::string>& names = preparation.to_drop;
  if (names.empty()) return;
  const std::size_t locks_each = (preparation.locks_to_drop + names.size() - 1) / names.size();
  const std::size_t most = std::max<std::size_t>(1, control_locks(preparation) / locks_each / 2);
  const bool at_once = preparation.locks_to_drop <= control_locks(preparation);
  const std::size_t step = at_once ? names.size() : most;
  for (const TargetStatement& unlink : preparation.to_unlink) statements.push_back(unlink);
  for (std::size_t i = 0; i < names.size(); i += step) {
    const std::size_t end = std::min(names.size(), i + step);
    statements.push_back(
        {fmt::format("DROP TABLE {}",
                     fmt::join(names.begin() + static_cast<std::ptrdiff_t>(i),
                               names.begin() + static_cast<std::ptrdiff_t>(end), ", ")),
         (end - i) * locks_each});
  }
}

}  // namespace

std::vector<TargetStatement> ddl_before_rows(const Preparation& preparation, bool grouped_too) {
  std::vector<TargetStatement> statements;
  if (!preparation.dropped_views.empty()) {
    statements.push_back({fmt::format("DROP VIEW {}", fmt::join(preparation.dropped_views, ", ")),
                          preparation.dropped_views.size()});
  }
  append_drops(preparation, statements);
  if (!preparation.dropped_sequences.empty()) {
    statements.push_back(
        {fmt::format("DROP SEQUENCE {}", fmt::join(preparation.dropped_sequences, ", ")),
         preparation.dropped_sequences.size()});
  }
  if (!preparation.dropped_types.empty()) {
    statements.push_back({fmt::format("DROP TYPE {}", fmt::join(preparation.dropped_types, ", ")),
                          preparation.dropped_types.size()});
  }
  if (!preparation.to_truncate.empty()) {
    // One statement: foreign keys among the tables are no obstacle then.
    statements.push_back({fmt::format("TRUNCATE {}", fmt::join(preparation.to_truncate, ", ")),
                          5 * preparation.to_truncate.size()});
  }
  for (const std::string& schema : preparation.schemas) {
    statements.push_back({postgres::create_schema(schema), 1});
  }
  for (const TargetEnum& type : preparation.translation.enums) {
    if (!preparation.kept_types.contains(type.schema + '\0' + type.name)) {
      statements.push_back({postgres::create_enum(type), 1});
    }
  }
  for (const TargetCollation& collation : preparation.translation.collations) {
    if (preparation.kept_collations.contains(collation.schema + '\0' + collation.name)) continue;
    statements.push_back({postgres::create_collation(collation), 1});
  }
  for (const TargetSequence& sequence : preparation.translation.sequences) {
    if (preparation.kept_relations.contains(sequence.schema + '\0' + sequence.name)) continue;
    statements.push_back({postgres::create_sequence(sequence), 1});
  }
  grouped_too = grouped_too || preparation.work.tables_first;
  for (const TableWork& table : preparation.work.tables) {
    if (table.exists || (table.grouped && !grouped_too)) continue;
    std::size_t locks = locks_of(table.translated->target);
    for (std::string& statement : creation_statements(table.translated->target)) {
      statements.push_back({std::move(statement), std::exchange(locks, 0)});
    }
  }
  return statements;
}

std::vector<TargetStatement> ddl_after_rows(const Preparation& preparation, BuildChoices choices) {
  std::vector<TargetStatement> statements;
  for (const TableWork& work : preparation.work.tables) {
    const TargetTable& table = work.translated->target;
    if (work.exists) continue;
    std::size_t locks = locks_of(table);
    const auto append = [&](std::vector<std::string> more) {
      for (std::string& statement : more) {
        statements.push_back({std::move(statement), std::exchange(locks, 0)});
      }
    };
    if (choices.keys) append(key_statements_in_place(table));
    append(finishing_statements(table, choices.analyze));
  }
  if (!choices.keys) return statements;
  constexpr std::size_t both_tables = 2;
  for (const TableWork& work : preparation.work.tables) {
    if (work.exists) continue;
    for (const TargetForeignKey& key : work.translated->target.foreign_keys) {
      statements.push_back(
          {postgres::add_foreign_key_not_valid(work.translated->target, key), both_tables});
      statements.push_back({postgres::validate_foreign_key(work.translated->target, key), 0});
    }
  }
  return statements;
}

}  // namespace millrace
