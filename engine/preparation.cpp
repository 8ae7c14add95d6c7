#include "engine/preparation.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/alike_notes.h"
#include "engine/row_filter.h"
#include "engine/standing_columns.h"
#include "engine/target_requirements.h"
#include "io/archive/frame.h"
#include "io/error.h"
#include "io/mysql/catalog.h"
#include "io/postgres/ddl.h"
#include "operators/glob.h"
#include "operators/text_comparison.h"

namespace millrace {

namespace {

bool has_wildcard(std::string_view glob) {
  return glob.find_first_of("*?[") != std::string_view::npos;
}

std::vector<std::string> choose_databases(const Job& job, mysql::Connection& source,
                                          std::vector<NoteReport>& notes) {
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
    if (std::any_of(all.begin(), all.end(),
                    [&](const std::string& name) { return matches_glob(glob, name); })) {
      continue;
    }
    // A profile also asks for what not every farm has.
    if (has_wildcard(glob) && !chosen.empty()) {
      notes.push_back({"not migrated", glob, "no database of the source matches it"});
      continue;
    }
    throw Error(ErrorKind::bad_request,
                fmt::format("cannot find a database that matches '{}' on the source", glob),
                {.side = Side::source}, fmt::format("the account sees: {}", fmt::join(all, ", ")));
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

}  // namespace

void read_source(const Job& job, mysql::Connection& source, Preparation& preparation) {
  preparation.source_version = source.version();
  const std::vector<std::string> databases = choose_databases(job, source, preparation.notes);
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

void translate_catalog(const Job& job, Preparation& preparation, postgres::Connection* target) {
  // First: rules then speak of the tables that there are to be.
  for (TranslationNote& note : consolidate(preparation.catalog, job.consolidations)) {
    preparation.notes.push_back({note.topic, note.where, note.message});
  }
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
                             .citext_schema = preparation.target.citext_schema.empty()
                                                  ? "public"
                                                  : preparation.target.citext_schema};
  if (choices.types.geometry == GeometryChoice::automatic) {
    choices.types.geometry =
        preparation.target.has_postgis ? GeometryChoice::postgis : GeometryChoice::bytea;
  }
  preparation.translation = translate(preparation.catalog, choices);
  if (target != nullptr && loads_what_stands(job)) {
    // What stands decides over the types: the same translation, with those.
    const StandingTables standing =
        read_standing(*target, preparation.translation.schemas, postgres::ReadColumns::yes);
    std::vector<CastRule> rules = rules_for_standing(preparation.catalog, preparation.translation,
                                                     job.casts, job.types, standing);
    if (!rules.empty()) {
      std::ranges::copy(job.casts, std::back_inserter(rules));
      choices.casts = std::move(rules);
      preparation.translation = translate(preparation.catalog, choices);
    }
    mind_standing_nulls(standing, preparation.translation);
  }
  for (TranslationNote& note : preparation.translation.notes) {
    preparation.notes.push_back(
        {std::move(note.topic), std::move(note.where), std::move(note.message)});
  }
  // The report's now: with thousands of tables they are megabytes.
  preparation.translation.notes = {};
  refuse_idle_fault_rules(job.fault_rules, preparation.catalog);
  for (NoteReport& note :
       notes_on_fault_rules(job.fault_rules, preparation.catalog, preparation.translation)) {
    preparation.notes.push_back(std::move(note));
  }
  preparation.notes = merge_alike_notes(std::move(preparation.notes));
}

void read_target(postgres::Connection& target, Preparation& preparation) {
  require_supported_version(target.server_version());
  preparation.target = postgres::read_server_facts(target);
  for (const Error& unmet : unmet_requirements(preparation.target)) throw unmet;
}

bool loads_what_stands(const Job& job) noexcept {
  return job.if_exists == IfExists::truncate || job.if_exists == IfExists::append ||
         job.scope == Scope::data_only;
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
    // As the ledger has it, which a proof compares with.
    std::optional<std::uint64_t>& next = preparation.translation.tables[i].target.next_identity;
    if (next && run.tables[i].next_auto_increment) next = run.tables[i].next_auto_increment;
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
  translate_catalog(job, preparation, &target);
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

/// Whether a table is to be made that has a column of citext.
bool makes_citext(const Preparation& preparation) {
  return std::ranges::any_of(preparation.work.tables, [](const TableWork& table) {
    const auto& columns = std::as_const(*table.translated).target.columns;
    return !table.exists && std::ranges::any_of(columns, [](const TargetColumn& column) {
      return is_citext(column.type);
    });
  });
}

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
  if (preparation.target.citext_schema.empty() && makes_citext(preparation)) {
    // Its owner may: the extension is a trusted one.
    statements.push_back({"CREATE EXTENSION IF NOT EXISTS citext SCHEMA public", 1});
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
    append(finishing_statements(work, gathers_statistics(work, choices)));
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
