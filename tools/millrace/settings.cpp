#include "tools/millrace/settings.h"

#include <algorithm>
#include <array>

#include "operators/cast_rule.h"
#include "operators/type_switches.h"
#include "tools/millrace/cast_table.h"
#include "tools/millrace/column_words.h"
#include "tools/millrace/consolidate_table.h"
#include "tools/millrace/fault_settings.h"
#include "tools/millrace/gate_table.h"
#include "tools/millrace/hook_settings.h"
#include "tools/millrace/setting_value.h"
#include "tools/millrace/shipped_profiles.h"
#include "tools/millrace/step_table.h"
#include "tools/millrace/table_rule_table.h"
#include "tools/millrace/text_settings.h"

namespace millrace {
namespace {

using Words = std::span<const std::string_view>;

// Each list of words is in the order of its enum's enumerators.
constexpr std::array<std::string_view, 3> scope_words = {"everything", "data-only", "schema-only"};
constexpr std::array<std::string_view, 4> if_exists_words = {"error", "drop", "truncate", "append"};
constexpr std::array<std::string_view, 6> snapshot_words = {
    "auto", "flush-lock", "backup-stage", "lock-tables", "position", "none"};
constexpr std::array<std::string_view, 3> generated_words = {"recreate", "stored", "plain"};
constexpr std::array<std::string_view, 2> on_update_words = {"trigger", "none"};
constexpr std::array<std::string_view, 2> partition_words = {"keep", "flatten"};
constexpr std::array<std::string_view, 2> fulltext_words = {"report", "gin"};
constexpr std::array<std::string_view, 3> identifier_words = {"keep", "lower", "snake"};
constexpr std::array<std::string_view, 2> view_words = {"recreate", "report"};
constexpr std::array<std::string_view, 5> progress_words = {"auto", "none", "plain", "bar", "json"};
constexpr std::array<std::string_view, 3> scan_words = {"none", "sample", "full"};
static_assert(static_cast<std::size_t>(ScanDepth::full) + 1 == scan_words.size());
constexpr std::array<std::string_view, 3> proof_words = {"none", "counts", "content"};
static_assert(static_cast<std::size_t>(ProofDepth::content) + 1 == proof_words.size());
constexpr std::array<std::string_view, 2> basis_words = {"ledger", "source"};
static_assert(static_cast<std::size_t>(ProofBasis::source) + 1 == basis_words.size());
static_assert(static_cast<std::size_t>(Scope::schema_only) + 1 == scope_words.size());
static_assert(static_cast<std::size_t>(IfExists::append) + 1 == if_exists_words.size());
static_assert(static_cast<std::size_t>(SnapshotMethod::none) + 1 == snapshot_words.size());
static_assert(static_cast<std::size_t>(GeneratedChoice::plain) + 1 == generated_words.size());
static_assert(static_cast<std::size_t>(OnUpdateChoice::none) + 1 == on_update_words.size());
static_assert(static_cast<std::size_t>(PartitionChoice::flatten) + 1 == partition_words.size());
static_assert(static_cast<std::size_t>(FulltextChoice::gin) + 1 == fulltext_words.size());
static_assert(static_cast<std::size_t>(IdentifierChoice::snake) + 1 == identifier_words.size());
static_assert(static_cast<std::size_t>(ViewChoice::report) + 1 == view_words.size());
static_assert(static_cast<std::size_t>(ProgressStyle::json) + 1 == progress_words.size());

template <class Enum>
Enum enumerator(const SettingValue& value) noexcept {
  return static_cast<Enum>(value.word);
}

Words profile_words() {
  static const std::vector<std::string_view> words = [] {
    std::vector<std::string_view> names;
    for (const ShippedProfile& profile : shipped_profiles()) names.push_back(profile.name);
    return names;
  }();
  return words;
}

using enum ValueShape;
using enum Command;
using R = Request;
using V = SettingValue;

constexpr std::string_view connections = "Connections";
constexpr std::string_view selection = "What to move";
constexpr std::string_view schema = "Schema (docs/schema.md has the whole of it)";
constexpr std::string_view faults = "Values that do not fit";
constexpr std::string_view speed = "Speed and memory";
constexpr std::string_view consistency = "Consistency";
constexpr std::string_view types =
    "Types (docs/types.md has the whole table, docs/conversions.md all that a rule may ask for)";
constexpr std::string_view showing = "Progress and reports";
constexpr std::string_view output = "Output";

// Who takes what: each option names one of these, or its commands one by one.
constexpr CommandSet reading = {migrate, plan, check, verify,
                                extract};                             // what is read, and as what
constexpr CommandSet storing = {migrate, plan, check, verify, load};  // what is made of it
constexpr CommandSet either = reading | storing;
constexpr CommandSet moving = {migrate, extract, load};
constexpr CommandSet reporting = moving | CommandSet{verify};
constexpr CommandSet on_target = storing | CommandSet{load_rejects, status, clean};

constexpr CountRange levels = {1,
                               19};  // beyond, zstd takes hundreds of MiB. Source: zstd(1), --ultra

// clang-format off
const std::array own_settings = std::to_array<Setting>({
    {.option = "SOURCE", .section = "source", .key = "url", .shape = url, .commands = reading,
     .help = "the server that is read, and its database",
     .example = R"("mysql://reader@db1/shop")",
     .apply = [](R& r, const V& v) { r.job.source = parse_endpoint(v.text, Side::source); r.source_given = true; }},
    {.option = "DIR", .key = "archive", .shape = text, .value = "DIR", .commands = {extract, load, archive},
     .help = "the folder of the archive",
     .example = R"("/backup/shop")",
     .apply = [](R& r, const V& v) { r.job.archive = v.text; }},
    {.option = "TARGET", .section = "target", .key = "url", .shape = url, .commands = on_target,
     .help = "the server that is filled, and its database",
     .example = R"("postgresql://owner@db2/shop")",
     .apply = [](R& r, const V& v) { r.job.target = parse_endpoint(v.text, Side::target); r.target_given = true; }},

    {.option = "--profile", .key = "profile", .shape = word, .value = "NAME", .words = profile_words(),
     .group = selection, .commands = reading,
     .help = "begin with a job file that is part of the program (millrace docs profile NAME prints it); what "
             "--job and the command line say wins",
     .example = R"("qube")",
     .apply = [](R& r, const V& v) { r.profile = shipped_profiles()[v.word].name; }},
    {.key = "step", .shape = tables,
     .help = "what an operator does around a run, in order: plan prints it, and check says what is done; one "
             "of source, target and done may tell ([operations.md](operations.md#before-a-run-millrace-check))",
     .example = R"(text = "Stop the farm"
source = "SELECT COUNT(*) = 0 FROM shop.queue")",
     .apply = [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.steps.push_back(read_step_table(t)); }},
    {.option = "--databases", .key = "databases", .shape = list, .value = "GLOBS",
     .group = selection, .commands = either,
     .help = "source databases, by name or glob: 'qube,*qube,pfx_dw'. Each becomes a schema of its name",
     .fallback = "the URL's database, or all but the system's", .example = R"(["qube", "*qube"])",
     .apply = [](R& r, const V& v) { r.job.databases = v.list; }},
    {.option = "--schema-map", .key = "schema_map", .shape = mapping, .value = "OLD=NEW",
     .group = selection, .commands = either,
     .help = "put database OLD into schema NEW (repeatable)",
     .example = R"(pfx_dw = "warehouse")",
     .hint = "write old=new, each database once",
     .apply = [](R& r, const V& v) { r.job.schema_of_database = v.mapping; }},
    {.option = "--include", .key = "include", .shape = list, .value = "GLOBS",
     .group = selection, .commands = either,
     .help = "only these tables: 'orders,log_*' or 'shop.orders'",
     .example = R"(["orders", "log_*"])",
     .apply = [](R& r, const V& v) { r.job.include = v.list; }},
    {.option = "--exclude", .key = "exclude", .shape = list, .value = "GLOBS",
     .group = selection, .commands = either,
     .help = "not these tables; wins over --include",
     .example = R"(["shop.stage_*"])",
     .apply = [](R& r, const V& v) { r.job.exclude = v.list; }},
    // Before the two flags, so that one on the command line wins over the file.
    {.key = "scope", .shape = word, .words = scope_words,
     .help = "what of each table is moved; data-only and schema-only are the options --data-only and "
             "--schema-only",
     .fallback = "everything", .example = R"("data-only")",
     .apply = [](R& r, const V& v) { r.job.scope = enumerator<Scope>(v); }},
    {.option = "--data-only", .shape = flag, .group = selection, .commands = storing,
     .help = "only rows, into tables that exist",
     .example = R"(scope = "data-only")",
     .apply = [](R& r, const V&) { r.job.scope = Scope::data_only; }},
    {.option = "--schema-only", .shape = flag, .group = selection, .commands = {migrate, plan, check, verify},
     .help = "only tables, indexes and keys, no rows",
     .example = R"(scope = "schema-only")",
     .apply = [](R& r, const V&) { r.job.scope = Scope::schema_only; }},
    {.option = "--if-exists", .key = "if_exists", .shape = word, .value = "WHAT", .words = if_exists_words,
     .group = selection, .commands = storing,
     .help = "when a table is in the way in the target: name all of them and touch nothing (error), or drop, "
             "truncate or append to them",
     .fallback = "error", .example = R"("drop")",
     .apply = [](R& r, const V& v) { r.job.if_exists = enumerator<IfExists>(v); }},
    {.key = "consolidate", .shape = tables,
     .help = "many tables of one shape become one ([consolidation.md](farms/consolidation.md))",
     .example = R"(from = ["*qube.job"]
into = "farm.job"
source_column = "shard"
source_value = "match")",
     .apply = [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.consolidations.push_back(read_consolidate_table(t)); }},
    {.key = "table", .shape = tables,
     .help = "what a table is called, and which of its rows and columns are moved",
     .example = R"(name = "shop.orders"
rename = "sales.orders"
where = "year >= 2020"
drop_columns = ["tmp_*"]
rename_columns = { qty = "quantity" }
add_columns = [{ name = "origin", type = "text", value = "old" }]
optional = true)",
     .apply = [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.table_rules.push_back(read_table_rule(t)); }},
    {.option = "--skip-keys", .key = "skip_keys", .shape = flag,
     .group = selection, .commands = storing,
     .help = "leave out indexes, primary and foreign keys",
     .example = "true",
     .apply = [](R& r, const V& v) { r.job.skip_keys = v.flag; }},

    {.option = "--generated-columns", .section = "schema", .key = "generated_columns", .shape = word, .value = "WHAT", .words = generated_words,
     .group = schema, .commands = reading,
     .help = "recreate: the target computes them, VIRTUAL ones on writing where it cannot on reading; stored: "
             "all on writing; plain: plain columns with the source's values",
     .fallback = "recreate", .example = R"("plain")",
     .apply = [](R& r, const V& v) { r.job.schema.generated = enumerator<GeneratedChoice>(v); }},
    {.option = "--on-update", .section = "schema", .key = "on_update", .shape = word, .value = "WHAT", .words = on_update_words,
     .group = schema, .commands = reading,
     .help = "what becomes of ON UPDATE CURRENT_TIMESTAMP: a trigger, or none",
     .fallback = "trigger", .example = R"("none")",
     .apply = [](R& r, const V& v) { r.job.schema.on_update = enumerator<OnUpdateChoice>(v); }},
    {.option = "--identifiers", .section = "schema", .key = "identifiers", .shape = word, .value = "HOW", .words = identifier_words,
     .group = schema, .commands = reading,
     .help = "how names are spelled: as they are (keep), with A to Z in lower case, or in snake_case: job_id "
             "of JobID; names that clash then are refused",
     .fallback = "keep", .example = R"("snake")",
     .apply = [](R& r, const V& v) { r.job.schema.identifiers = enumerator<IdentifierChoice>(v); }},
    {.option = "--partitions", .section = "schema", .key = "partitions", .shape = word, .value = "WHAT", .words = partition_words,
     .group = schema, .commands = reading,
     .help = "RANGE and LIST partitions become PostgreSQL's where they mean the same (keep), or one plain "
             "table (flatten)",
     .fallback = "keep", .example = R"("flatten")",
     .apply = [](R& r, const V& v) { r.job.schema.partitions = enumerator<PartitionChoice>(v); }},
    {.option = "--views", .section = "schema", .key = "views", .shape = word, .value = "WHAT", .words = view_words,
     .group = schema, .commands = reading,
     .help = "views are made where PostgreSQL takes their text (recreate), or only listed (report)",
     .fallback = "recreate", .example = R"("report")",
     .apply = [](R& r, const V& v) { r.job.schema.views = enumerator<ViewChoice>(v); }},
    {.option = "--fulltext", .section = "schema", .key = "fulltext", .shape = word, .value = "WHAT", .words = fulltext_words,
     .group = schema, .commands = reading,
     .help = "FULLTEXT indexes are listed (report), or become GIN indexes of a tsvector",
     .fallback = "report", .example = R"("gin")",
     .apply = [](R& r, const V& v) { r.job.schema.fulltext = enumerator<FulltextChoice>(v); }},
    {.option = "--sql", .key = "sql", .shape = mapping, .value = "WHEN=SQL",
     .group = schema, .commands = either,
     .help = "run SQL of yours in the target: before_schema, after_schema, before_data, after_data, "
             "after_keys or end; source:before_data on the source; @FILE reads a file (repeatable)",
     .example = R"(end = "GRANT SELECT ON ALL TABLES IN SCHEMA shop TO reader")",
     .hint = "write a moment, = and its SQL, each moment once: end=ANALYZE",
     .apply = [](R& r, const V& v) { r.job.hooks = parse_hooks(v.mapping); }},

    // The file's rules come before the command line's: of several that mean a column the last wins.
    {.key = "fault", .shape = tables,
     .help = "what --on-fault says, for the columns that it names ([operations.md](operations.md#values-that-do-not-fit))",
     .example = R"(column = "shop.*.deleted_at"
on_fault = "null")",
     .apply = [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.fault_rules.push_back(read_fault_table(t)); }},
    {.key = "collation", .shape = tables,
     .help = "what --case-insensitive says, for the columns that it names ([schema.md](schema.md#text-that-ignores-case))",
     .example = R"(column = "shop.users.email"
case_insensitive = "citext")",
     .apply = [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.case_rules.push_back(read_collation_table(t)); }},
    {.option = "--case-insensitive", .section = "schema", .key = "case_insensitive", .shape = list, .value = "WHAT",
     .group = schema, .commands = reading,
     .help = "text whose collation ignores case becomes plain text, which does not (keep), citext, or text "
             "with an ICU collation that ignores it too (icu). COLUMNS=WHAT is for some columns only: "
             "'shop.users.email=citext'",
     .fallback = "keep", .example = R"(["icu", "shop.users.email=citext"])",
     .apply = [](R& r, const V& v) { apply_case_insensitive(r.job, v.list); }},
    {.key = "charset", .shape = tables,
     .help = "columns whose character set lies: they hold utf8, or utf8-twice "
             "([operations.md](operations.md#values-that-do-not-fit))",
     .example = R"(column = "shop.old_*.*"
holds = "utf8")",
     .apply = [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.charset_rules.push_back(read_charset_table(t)); }},
    {.option = "--on-fault", .key = "on_fault", .shape = list, .value = "WHAT",
     .group = faults, .commands = reading,
     .help = "a value that the target cannot hold: name it and stop (stop), store NULL where the column "
             "allows it and count it (null), or set the row aside in a file, load the rest, and exit with "
             "code 8 (reject). COLUMNS=WHAT is for some columns only: 'shop.*.when=null'",
     .fallback = "stop", .example = R"(["reject", "shop.*.deleted_at=null"])",
     .apply = [](R& r, const V& v) { apply_on_fault(r.job, v.list); }},
    {.option = "--reject-dir", .key = "reject_dir", .shape = text, .value = "DIR",
     .group = faults, .commands = reading,
     .help = "where rejected rows go: DIR/database.table.jsonl, a line of JSON each",
     .fallback = "millrace-rejects", .example = R"("/var/tmp/rejects")",
     .apply = [](R& r, const V& v) { r.job.reject_folder = v.text; }},
    {.option = "--rejects", .shape = texts, .value = "FILE", .group = faults, .commands = {load_rejects},
     .help = "a file that --on-fault reject has written (repeatable)",
     .apply = [](R& r, const V& v) { r.reject_files = v.list; }},

    {.option = "--readers", .key = "readers", .shape = count, .value = "N",
     .group = speed, .commands = either,
     .help = "connections that read",
     .fallback = "from the machine and the server's limits", .example = "4",
     .hint = "leave it out to let the machine decide",
     .apply = [](R& r, const V& v) { r.job.readers = static_cast<unsigned>(v.number); }},
    {.option = "--writers", .key = "writers", .shape = count, .value = "N",
     .group = speed, .commands = either,
     .help = "connections that write",
     .fallback = "from the machine and the server's limits", .example = "4",
     .hint = "leave it out to let the machine decide",
     .apply = [](R& r, const V& v) { r.job.writers = static_cast<unsigned>(v.number); }},
    {.option = "--builders", .key = "builders", .shape = count, .value = "N",
     .group = speed, .commands = {migrate, plan, check, load},
     .help = "connections that build indexes",
     .fallback = "from the machine and the server's limits", .example = "2",
     .hint = "leave it out to let the machine decide",
     .apply = [](R& r, const V& v) { r.job.builders = static_cast<unsigned>(v.number); }},
    {.option = "--skip-analyze", .key = "skip_analyze", .shape = flag,
     .group = speed, .commands = {migrate, plan, check, load},
     .help = "leave planner statistics to autovacuum, which looks for tables without any once a minute",
     .example = "true",
     .apply = [](R& r, const V& v) { r.job.skip_analyze = v.flag; }},
    {.option = "--chunk-bytes", .key = "chunk_bytes", .shape = size, .value = "SIZE",
     .group = speed, .commands = reading,
     .help = "source bytes per unit of work, for example 64MiB",
     .fallback = "from the tables' sizes", .example = R"("64MiB")",
     .apply = [](R& r, const V& v) { r.job.chunk_bytes = static_cast<std::size_t>(v.number); }},
    {.option = "--memory", .key = "memory", .shape = size, .value = "SIZE",
     .group = speed, .commands = either,
     .help = "the engine's whole memory budget, for example 1GiB",
     .fallback = "256MiB", .example = R"("1GiB")",
     .apply = [](R& r, const V& v) { r.job.memory_bytes = static_cast<std::size_t>(v.number); }},

    {.option = "--spill", .key = "spill", .shape = text, .value = "DIR",
     .group = speed, .commands = {migrate},
     .help = "keep chunks that the target cannot take yet in compressed files in DIR, so that the source and "
             "its locks are released as soon as it has been read",
     .example = R"("/var/tmp/spill")",
     .apply = [](R& r, const V& v) { r.job.spill = v.text; }},
    {.option = "--spill-limit", .key = "spill_limit", .shape = size, .value = "SIZE",
     .group = speed, .commands = {migrate},
     .help = "the most that may lie there at once, for example 200GiB",
     .fallback = "what the disk has", .example = R"("200GiB")",
     .apply = [](R& r, const V& v) { r.job.spill_limit_bytes = v.number; }},
    {.option = "--spill-level", .key = "spill_level", .shape = count, .value = "LEVEL", .range = levels,
     .group = speed, .commands = {migrate},
     .help = "their zstd level, 1 to 19",
     .fallback = "1", .example = "3",
     .hint = "1 is the fastest; 3 to 9 are smaller",
     .apply = [](R& r, const V& v) { r.job.spill_level = static_cast<int>(v.number); }},
    {.option = "--compression", .key = "compression", .shape = count, .value = "LEVEL", .range = levels,
     .group = speed, .commands = {extract},
     .help = "zstd level of the archive's chunks, 1 (fast) to 19 (small)",
     .fallback = "1", .example = "9",
     .hint = "1 is the fastest; 3 to 9 are smaller",
     .apply = [](R& r, const V& v) { r.job.compression = static_cast<int>(v.number); }},

    {.option = "--snapshot", .key = "snapshot", .shape = word, .value = "HOW", .words = snapshot_words,
     .group = consistency, .commands = reading,
     .help = "how all readers come to see one instant of the source: FLUSH TABLES WITH READ LOCK, MariaDB's "
             "BACKUP STAGE, LOCK TABLES, or equal binlog positions before and after without a lock. none: a "
             "fuzzy copy",
     .fallback = "the first that the account may use, never none", .example = R"("lock-tables")",
     .apply = [](R& r, const V& v) { r.job.snapshot = enumerator<SnapshotMethod>(v); }},

    {.option = "--scan", .key = "scan", .shape = word, .value = "DEPTH", .words = scan_words,
     .group = consistency, .commands = {migrate, check},
     .help = "read rows beforehand through the encoders of the run and count values that do not fit, orphans "
             "and duplicates: some from all over each table (sample), or every row (full)",
     .fallback = "none; for millrace check: sample", .example = R"("sample")",
     .apply = [](R& r, const V& v) { r.job.scan = enumerator<ScanDepth>(v); r.scan_given = true; }},
    {.key = "gate", .shape = tables,
     .help = "a query, and the value that it must give or no run begins "
             "([operations.md](operations.md#before-a-run-millrace-check))",
     .example = R"(sql = "SELECT version FROM shop.schema_version"
expect = 37
at = "source"
hint = "upgrade the schema first")",
     .apply = [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.gates.push_back(read_gate_table(t)); }},
    {.option = "--skip-check", .key = "skip_check", .shape = flag,
     .group = consistency, .commands = {migrate, extract},
     .help = "begin without looking at both sides first (millrace check tells what would be looked at)",
     .example = "true",
     .apply = [](R& r, const V& v) { r.job.skip_check = v.flag; }},
    {.option = "--resume", .shape = flag, .group = consistency, .commands = moving,
     .help = "go on with the unfinished run of this job: what is stored stays, the rest is read from a new "
             "snapshot, once the source has been found to be what it was",
     .apply = [](R& r, const V&) { r.job.resume = true; }},
    {.option = "--resume-changed", .shape = flag, .group = consistency, .commands = {migrate, extract},
     .help = "the same although the source changed meanwhile: the copy is then of two instants",
     .apply = [](R& r, const V&) { r.job.resume = r.job.resume_changed = true; }},
    {.option = "--retries", .key = "retries", .shape = count, .value = "N", .range = {0, 1024},
     .group = consistency, .commands = moving,
     .help = "how often a chunk, an index or a connection is tried anew after a lost connection, a deadlock, "
             "too many clients or a server's restart. 0: stop at the first",
     .fallback = "8", .example = "20",
     .hint = "0 stops at the first failure",
     .apply = [](R& r, const V& v) { r.job.retry.retries = static_cast<unsigned>(v.number); }},
    {.option = "--retry-pause", .key = "retry_pause", .shape = count, .value = "SECONDS", .range = {1, 3600},
     .group = consistency, .commands = moving,
     .help = "the longest pause between two attempts; each lasts a random time up to a limit that doubles "
             "from half a second",
     .fallback = "30", .example = "60",
     .hint = "it is in seconds",
     .apply = [](R& r, const V& v) { r.job.retry.longest_pause = std::chrono::seconds(v.number); }},
    {.option = "--no-ledger", .key = "no_ledger", .shape = flag,
     .group = consistency, .commands = {migrate, check, load},
     .help = "keep no account of the run in the target's schema millrace: such a run cannot be resumed, and "
             "millrace status does not see it",
     .example = "true",
     .apply = [](R& r, const V& v) { r.job.ledger = !v.flag; }},
    {.option = "--verify", .key = "verify", .shape = word, .value = "HOW", .words = proof_words,
     .group = consistency, .commands = {migrate, load},
     .help = "when all rows are in: read them back and compare the digest of every table with that of the "
             "rows that were read (content), only count them (counts), or neither",
     .fallback = "content", .example = R"("counts")",
     .apply = [](R& r, const V& v) { r.job.verify = enumerator<ProofDepth>(v); }},
    {.option = "--skip-digest", .key = "skip_digest", .shape = flag,
     .group = consistency, .commands = {migrate, extract},
     .help = "do not digest rows while they are encoded: what arrived can then be counted, not compared",
     .example = "true",
     .apply = [](R& r, const V& v) { r.job.skip_digest = v.flag; }},

    {.option = "--source-password-file", .section = "source", .key = "password_file", .shape = text, .value = "FILE",
     .group = connections, .commands = reading,
     .help = "its first line is the source's password",
     .example = R"("/etc/millrace/source.password")",
     .apply = [](R& r, const V& v) { r.source_password_file = v.text; }},
    {.option = "--defaults-file", .section = "source", .key = "defaults_file", .shape = text, .value = "FILE",
     .group = connections, .commands = reading,
     .help = "MySQL option file to read instead of ~/.my.cnf and /etc/mysql/my.cnf",
     .example = R"("/etc/millrace/source.cnf")",
     .apply = [](R& r, const V& v) { r.defaults_file = v.text; }},
    {.option = "--no-defaults", .section = "source", .key = "no_defaults", .shape = flag,
     .group = connections, .commands = reading,
     .help = "read no MySQL option file",
     .example = "true",
     .apply = [](R& r, const V& v) { r.no_defaults = v.flag; }},
    {.option = "--source-ssl-mode", .section = "source", .key = "ssl_mode", .shape = text, .value = "MODE",
     .group = connections, .commands = reading,
     .help = "disabled, preferred, required, verify-ca or verify-full",
     .example = R"("verify-full")",
     .apply = [](R& r, const V& v) { set_parameter(r.job.source, "ssl-mode", v.text); }},
    {.option = "--source-ssl-ca", .section = "source", .key = "ssl_ca", .shape = text, .value = "FILE",
     .group = connections, .commands = reading,
     .help = "authority that must have signed the source's certificate",
     .example = R"("/etc/ssl/db1.pem")",
     .apply = [](R& r, const V& v) { set_parameter(r.job.source, "ssl-ca", v.text); }},
    {.option = "--source-ssl-cert", .section = "source", .key = "ssl_cert", .shape = text, .value = "FILE",
     .group = connections, .commands = reading,
     .help = "our certificate for the source",
     .example = R"("/etc/ssl/us.pem")",
     .apply = [](R& r, const V& v) { set_parameter(r.job.source, "ssl-cert", v.text); }},
    {.option = "--source-ssl-key", .section = "source", .key = "ssl_key", .shape = text, .value = "FILE",
     .group = connections, .commands = reading,
     .help = "its key",
     .example = R"("/etc/ssl/us.key")",
     .apply = [](R& r, const V& v) { set_parameter(r.job.source, "ssl-key", v.text); }},
    {.option = "--target-password-file", .section = "target", .key = "password_file", .shape = text, .value = "FILE",
     .group = connections, .commands = on_target,
     .help = "its first line is the target's password",
     .example = R"("/etc/millrace/target.password")",
     .apply = [](R& r, const V& v) { r.target_password_file = v.text; }},
    {.option = "--target-sslmode", .section = "target", .key = "sslmode", .shape = text, .value = "MODE",
     .group = connections, .commands = on_target,
     .help = "disable, allow, prefer, require, verify-ca or verify-full",
     .example = R"("verify-full")",
     .apply = [](R& r, const V& v) { set_parameter(r.job.target, "sslmode", v.text); }},
    {.option = "--target-sslrootcert", .section = "target", .key = "sslrootcert", .shape = text, .value = "FILE",
     .group = connections, .commands = on_target,
     .help = "authority that must have signed the target's certificate",
     .example = R"("/etc/ssl/db2.pem")",
     .apply = [](R& r, const V& v) { set_parameter(r.job.target, "sslrootcert", v.text); }},
    {.option = "--target-sslcert", .section = "target", .key = "sslcert", .shape = text, .value = "FILE",
     .group = connections, .commands = on_target,
     .help = "our certificate for the target",
     .example = R"("/etc/ssl/us.pem")",
     .apply = [](R& r, const V& v) { set_parameter(r.job.target, "sslcert", v.text); }},
    {.option = "--target-sslkey", .section = "target", .key = "sslkey", .shape = text, .value = "FILE",
     .group = connections, .commands = on_target,
     .help = "its key",
     .example = R"("/etc/ssl/us.key")",
     .apply = [](R& r, const V& v) { set_parameter(r.job.target, "sslkey", v.text); }},
    {.option = "--password-prompt", .shape = flag, .group = connections, .commands = either | on_target,
     .help = "ask for both passwords at once. Without it they are asked for when a server wants one and a "
             "terminal is there",
     .apply = [](R& r, const V& v) { r.password_prompt = v.flag; }},

    {.key = "cast", .shape = tables,
     .help = "what columns become ([conversions.md](conversions.md)); --cast says the same in a line",
     .example = R"(column = "shop.*.created"
type = "int unsigned"
to = "timestamptz"
using = "epoch"
null_if = [0]
optional = true)",
     .apply = [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.casts.push_back(read_cast_table(t)); }},
    {.option = "--cast", .shape = texts, .value = "RULE", .group = types, .commands = reading,
     .help = "convert columns by a rule: 'int unsigned => integer', 'shop.*.created => timestamptz using "
             "epoch null if 0' (repeatable; in a job file [[cast]])",
     .example = "[[cast]]",
     .apply = [](R& r, const V& v) { for (const std::string& t : v.list) r.job.casts.push_back(parse_cast_rule(t, "--cast '" + t + "'")); }},

    {.option = "--report", .key = "report", .shape = list, .value = "FILE",
     .group = showing, .commands = reporting,
     .help = "write a report when the run ends, however it ends: .html or .json (repeatable)",
     .example = R"(["run.html", "run.json"])",
     .apply = [](R& r, const V& v) { r.reports = v.list; }},
    {.option = "--progress", .key = "progress", .shape = word, .value = "STYLE", .words = progress_words,
     .group = showing, .commands = reporting,
     .help = "bar: a live view; plain: a line every few seconds; json: an object per line on stderr, for "
             "programs",
     .fallback = "bar on a terminal, else plain", .example = R"("plain")",
     .apply = [](R& r, const V& v) { r.progress = enumerator<ProgressStyle>(v); }},
    {.option = "--verbose", .key = "verbose", .shape = flag,
     .group = showing, .commands = reporting,
     .help = "tell each phase and each finished table on stderr (short: -v)",
     .example = "true",
     .apply = [](R& r, const V& v) { r.verbose = v.flag; }},
    {.option = "--log-file", .key = "log_file", .shape = text, .value = "FILE",
     .group = showing, .commands = reporting,
     .help = "append the same, with times, to FILE",
     .example = R"("run.log")",
     .apply = [](R& r, const V& v) { r.log_file = v.text; }},

    {.option = "--against", .shape = word, .value = "WHAT", .words = basis_words,
     .group = "Verification", .commands = {verify},
     .help = "ledger: hold the target against the digests that the runs which loaded it noted there; the "
             "source's rows are not read again, but where something differs. source: read the source too, as "
             "it is now",
     .fallback = "ledger",
     .apply = [](R& r, const V& v) { r.job.against = enumerator<ProofBasis>(v); }},
    {.option = "--counts", .shape = flag, .group = "Verification", .commands = {verify},
     .help = "compare numbers of rows alone: quicker, and proves no value",
     .apply = [](R& r, const V& v) { r.job.counts_only = v.flag; }},
    {.option = "--repair", .shape = flag, .group = "Verification", .commands = {verify},
     .help = "copy just the rows that differ, in one transaction: insert missing ones, update changed ones, "
             "delete extra ones",
     .apply = [](R& r, const V& v) { r.job.repair = v.flag; }},
    {.option = "--rows-shown", .shape = count, .value = "N", .range = {0, 1'000'000}, .group = "Verification", .commands = {verify},
     .help = "list at most N of the rows that differ",
     .fallback = "100",
     .hint = "all of them are counted, whatever is listed",
     .apply = [](R& r, const V& v) { r.job.rows_shown = static_cast<std::size_t>(v.number); }},

    {.option = "--ddl", .shape = flag, .group = output, .commands = {plan},
     .help = "print the statements that migrate would run, as a script",
     .apply = [](R& r, const V& v) { r.ddl = v.flag; }},
    {.option = "--json", .shape = flag, .group = output, .commands = {plan, check, archive, status},
     .help = "print it as JSON",
     .apply = [](R& r, const V& v) { r.json = v.flag; }},
});
// clang-format on

const Assignment* find_last(std::span<const Assignment> assignments, const Setting& setting) {
  const auto found = std::find_if(assignments.rbegin(), assignments.rend(),
                                  [&](const Assignment& a) { return a.setting == &setting; });
  return found == assignments.rend() ? nullptr : &*found;
}

/// The settings of the type mapping, made from its own table of switches.
class TypeSettings {
 public:
  TypeSettings() {
    const auto switches = type_switches();
    words_.resize(switches.size());
    helps_.resize(switches.size());
    examples_.resize(switches.size());
    for (std::size_t i = 0; i < switches.size(); ++i) {
      for (const TypeSwitchValue& value : switches[i].values) words_[i].push_back(value.name);
      helps_[i] =
          std::string(switches[i].subject) + ": " + std::string(switches[i].values.front().meaning);
      examples_[i] = '"' + std::string(words_[i].back()) + '"';
      settings_.push_back({.option = switches[i].option,
                           .section = "types",
                           .key = switches[i].name,
                           .shape = word,
                           .value = "TYPE",
                           .words = words_[i],
                           .group = types,
                           .commands = reading,
                           .help = helps_[i],
                           .fallback = words_[i].front(),
                           .example = examples_[i],
                           .apply = [i](R& r, const V& v) {
                             type_switches()[i].values[v.word].choose(r.job.types);
                           }});
    }
  }

  std::span<const Setting> settings() const noexcept { return settings_; }

 private:
  std::vector<std::vector<std::string_view>> words_;
  std::vector<std::string> helps_;
  std::vector<std::string> examples_;
  std::vector<Setting> settings_;
};

/// Whether the setting decides on what is moved and what it becomes, not on how.
bool decides_on_content(const Setting& setting) noexcept {
  constexpr std::array how{speed, consistency, connections, showing, output};
  constexpr std::array<std::string_view, 3> not_content{"profile", "step", "gate"};
  return setting.shape != url && setting.option != "--if-exists" && setting.option != "DIR" &&
         std::find(not_content.begin(), not_content.end(), setting.key) == not_content.end() &&
         std::find(how.begin(), how.end(), setting.group) == how.end();
}

/// The values of a setting as one text, the same from the command line and a job file.
std::string joined_values(const Assignment& assignment) {
  std::string text;
  for (const std::string& value : assignment.values) text += (text.empty() ? "" : ",") + value;
  for (const SettingTable& table : assignment.tables) text += text_of(table);
  return text;
}

void refuse_unknown_report(const Request& request) {
  for (const std::string& path : request.reports) {
    if (path.ends_with(".json") || path.ends_with(".html")) continue;
    refuse_setting("--report " + path, "neither .json nor .html",
                   "name it report.html or report.json");
  }
}

}  // namespace

std::span<const Setting> all_settings() {
  static const TypeSettings types_from_switches;
  static const std::vector<Setting> settings = [] {
    std::vector<Setting> all(own_settings.begin(), own_settings.end());
    // Shown where the groups of consistency and connections meet.
    const auto before = std::find_if(all.begin(), all.end(), [](const Setting& setting) {
      return setting.group == connections;
    });
    const std::span<const Setting> more = types_from_switches.settings();
    all.insert(before, more.begin(), more.end());
    return all;
  }();
  return settings;
}

Request make_request(std::span<const Assignment> file, std::span<const Assignment> command_line) {
  return make_request({.profile = {}, .file = file, .command_line = command_line});
}

Request make_request(const Layers& layers) {
  Request request;
  for (const Setting& setting : all_settings()) {
    const Assignment* last = nullptr;
    std::string text;
    for (const auto& layer : {layers.profile, layers.file, layers.command_line}) {
      const Assignment* const assignment = find_last(layer, setting);
      if (assignment == nullptr) continue;
      if (setting.shape == tables) {
        setting.apply(request, parse_value(*assignment));
        text += joined_values(*assignment);
      }
      last = assignment;
    }
    if (last == nullptr) continue;
    if (setting.shape != tables) {
      setting.apply(request, parse_value(*last));
      text = joined_values(*last);
    }
    if (decides_on_content(setting)) {
      request.job.settings.emplace_back(setting.option.empty() ? setting.key : setting.option,
                                        text);
    }
  }
  refuse_unknown_report(request);
  return request;
}

}  // namespace millrace
