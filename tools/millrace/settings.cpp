#include "tools/millrace/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "io/error.h"
#include "io/nearest_word.h"
#include "operators/cast_rule.h"
#include "operators/type_switches.h"
#include "tools/millrace/cast_table.h"
#include "tools/millrace/consolidate_table.h"
#include "tools/millrace/fault_settings.h"
#include "tools/millrace/gate_table.h"
#include "tools/millrace/hook_settings.h"
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

constexpr bool yes = true;
constexpr bool no = false;

int compression_level(std::uint64_t number, std::string_view origin) {
  constexpr std::uint64_t most =
      19;  // beyond, zstd takes hundreds of MiB. Source: zstd(1), --ultra
  if (number <= most) return static_cast<int>(number);
  throw Error(ErrorKind::bad_request,
              "cannot use " + std::string(origin) + ": levels end at " + std::to_string(most), {},
              "1 is the fastest; 3 to 9 are smaller");
}

// clang-format off
const std::array own_settings = {
  Setting{"SOURCE", "source", "url", url, "", "", "", {}, yes, yes,
    [](R& r, const V& v) { r.job.source = parse_endpoint(v.text, Side::source); r.source_given = true; }},
  Setting{"TARGET", "target", "url", url, "", "", "", {}, yes, yes,
    [](R& r, const V& v) { r.job.target = parse_endpoint(v.text, Side::target); r.target_given = true; }},

  Setting{"DIR", "", "archive", text, "DIR", "", "", {}, no, no,
    [](R& r, const V& v) { r.job.archive = v.text; }},
  Setting{"--profile", "", "profile", word, "NAME", selection,
    "begin with a job file that is part of the program (millrace docs profile NAME prints it); what --job and the "
    "command line say wins", profile_words(), yes, yes,
    [](R& r, const V& v) { r.profile = shipped_profiles()[v.word].name; }},
  Setting{"", "", "step", tables, "", "", "", {}, yes, yes,
    [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.steps.push_back(read_step_table(t)); }},
  Setting{"--databases", "", "databases", list, "GLOBS", selection,
    "source databases, by name or glob: 'qube,*qube,pfx_dw'. Default: the URL's database, or all "
    "but the system's. Each becomes a schema of its name", {}, yes, yes,
    [](R& r, const V& v) { r.job.databases = v.list; }},
  Setting{"--schema-map", "", "schema_map", mapping, "OLD=NEW", selection,
    "put database OLD into schema NEW (repeatable)", {}, yes, yes,
    [](R& r, const V& v) { r.job.schema_of_database = v.mapping; }},
  Setting{"--include", "", "include", list, "GLOBS", selection,
    "only these tables: 'orders,log_*' or 'shop.orders'", {}, yes, yes,
    [](R& r, const V& v) { r.job.include = v.list; }},
  Setting{"--exclude", "", "exclude", list, "GLOBS", selection,
    "not these tables; wins over --include", {}, yes, yes,
    [](R& r, const V& v) { r.job.exclude = v.list; }},
  // Before the two flags, so that one on the command line wins over the file.
  Setting{"", "", "scope", word, "", "", "", scope_words, yes, yes,
    [](R& r, const V& v) { r.job.scope = enumerator<Scope>(v); }},
  Setting{"--data-only", "", "", flag, "", selection,
    "only rows, into tables that exist", {}, yes, yes,
    [](R& r, const V&) { r.job.scope = Scope::data_only; }},
  Setting{"--schema-only", "", "", flag, "", selection,
    "only tables, indexes and keys, no rows", {}, yes, yes,
    [](R& r, const V&) { r.job.scope = Scope::schema_only; }},
  Setting{"--if-exists", "", "if_exists", word, "WHAT", selection,
    "when a table is in the way in the target: name all of them and touch nothing (error), or drop, "
    "truncate or append to them. Default: error", if_exists_words, yes, yes,
    [](R& r, const V& v) { r.job.if_exists = enumerator<IfExists>(v); }},
  Setting{"", "", "consolidate", tables, "", "", "", {}, yes, yes,
    [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.consolidations.push_back(read_consolidate_table(t)); }},
  Setting{"", "", "table", tables, "", "", "", {}, yes, yes,
    [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.table_rules.push_back(read_table_rule(t)); }},
  Setting{"--skip-keys", "", "skip_keys", flag, "", selection,
    "leave out indexes, primary and foreign keys", {}, yes, yes,
    [](R& r, const V& v) { r.job.skip_keys = v.flag; }},

  Setting{"--generated-columns", "schema", "generated_columns", word, "WHAT", schema,
    "recreate: the target computes them, VIRTUAL ones on writing where it cannot on reading; "
    "stored: all on writing; plain: plain columns with the source's values. Default: recreate",
    generated_words, yes, yes,
    [](R& r, const V& v) { r.job.schema.generated = enumerator<GeneratedChoice>(v); }},
  Setting{"--on-update", "schema", "on_update", word, "WHAT", schema,
    "what becomes of ON UPDATE CURRENT_TIMESTAMP: a trigger, or none. Default: trigger",
    on_update_words, yes, yes,
    [](R& r, const V& v) { r.job.schema.on_update = enumerator<OnUpdateChoice>(v); }},
  Setting{"--identifiers", "schema", "identifiers", word, "HOW", schema,
    "how names are spelled: as they are (keep), with A to Z in lower case, or in snake_case: job_id of JobID; "
    "names that clash then are refused. Default: keep", identifier_words, yes, yes,
    [](R& r, const V& v) { r.job.schema.identifiers = enumerator<IdentifierChoice>(v); }},
  Setting{"--partitions", "schema", "partitions", word, "WHAT", schema,
    "RANGE and LIST partitions become PostgreSQL's where they mean the same (keep), or one plain "
    "table (flatten). Default: keep", partition_words, yes, yes,
    [](R& r, const V& v) { r.job.schema.partitions = enumerator<PartitionChoice>(v); }},
  Setting{"--views", "schema", "views", word, "WHAT", schema,
    "views are made where PostgreSQL takes their text (recreate), or only listed (report). Default: "
    "recreate", view_words, yes, yes,
    [](R& r, const V& v) { r.job.schema.views = enumerator<ViewChoice>(v); }},
  Setting{"--fulltext", "schema", "fulltext", word, "WHAT", schema,
    "FULLTEXT indexes are listed (report), or become GIN indexes of a tsvector. Default: report",
    fulltext_words, yes, yes,
    [](R& r, const V& v) { r.job.schema.fulltext = enumerator<FulltextChoice>(v); }},
  Setting{"--sql", "", "sql", mapping, "WHEN=SQL", schema,
    "run SQL of yours in the target: before_schema, after_schema, before_data, after_data, "
    "after_keys or end; source:before_data on the source; @FILE reads a file (repeatable)", {}, yes, yes,
    [](R& r, const V& v) { r.job.hooks = parse_hooks(v.mapping); }},

  // The file's rules come before the command line's: of several that mean a column the last wins.
  Setting{"", "", "fault", tables, "", "", "", {}, yes, yes,
    [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.fault_rules.push_back(read_fault_table(t)); }},
  Setting{"", "", "collation", tables, "", "", "", {}, yes, yes,
    [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.case_rules.push_back(read_collation_table(t)); }},
  Setting{"--case-insensitive", "schema", "case_insensitive", list, "WHAT", schema,
    "text whose collation ignores case becomes plain text, which does not (keep), citext, or text with an "
    "ICU collation that ignores it too (icu). COLUMNS=WHAT is for some columns only: 'shop.users.email=citext'. "
    "Default: keep", {}, yes, yes,
    [](R& r, const V& v) { apply_case_insensitive(r.job, v.list); }},
  Setting{"", "", "charset", tables, "", "", "", {}, yes, yes,
    [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.charset_rules.push_back(read_charset_table(t)); }},
  Setting{"--on-fault", "", "on_fault", list, "WHAT", faults,
    "a value that the target cannot hold: name it and stop (stop), store NULL where the column allows it "
    "and count it (null), or set the row aside in a file, load the rest, and exit with code 8 (reject). "
    "COLUMNS=WHAT is for some columns only: 'shop.*.when=null'. Default: stop", {}, yes, yes,
    [](R& r, const V& v) { apply_on_fault(r.job, v.list); }},
  Setting{"--reject-dir", "", "reject_dir", text, "DIR", faults,
    "where rejected rows go: DIR/database.table.jsonl, a line of JSON each. Default: millrace-rejects",
    {}, yes, yes,
    [](R& r, const V& v) { r.job.reject_folder = v.text; }},

  Setting{"--readers", "", "readers", count, "N", speed,
    "connections that read. Default: from the machine and the server's limits", {}, yes, yes,
    [](R& r, const V& v) { r.job.readers = static_cast<unsigned>(v.number); }},
  Setting{"--writers", "", "writers", count, "N", speed,
    "connections that write. Default: likewise", {}, yes, yes,
    [](R& r, const V& v) { r.job.writers = static_cast<unsigned>(v.number); }},
  Setting{"--builders", "", "builders", count, "N", speed,
    "connections that build indexes. Default: likewise", {}, yes, yes,
    [](R& r, const V& v) { r.job.builders = static_cast<unsigned>(v.number); }},
  Setting{"--skip-analyze", "", "skip_analyze", flag, "", speed,
    "leave planner statistics to autovacuum, which looks for tables without any once a minute", {}, yes, yes,
    [](R& r, const V& v) { r.job.skip_analyze = v.flag; }},
  Setting{"--chunk-bytes", "", "chunk_bytes", size, "SIZE", speed,
    "source bytes per unit of work, for example 64MiB. Default: from the tables' sizes", {}, yes, yes,
    [](R& r, const V& v) { r.job.chunk_bytes = static_cast<std::size_t>(v.number); }},
  Setting{"--memory", "", "memory", size, "SIZE", speed,
    "the engine's whole memory budget, for example 256MiB. Default: from the connections", {}, yes, yes,
    [](R& r, const V& v) { r.job.memory_bytes = static_cast<std::size_t>(v.number); }},

  Setting{"--spill", "", "spill", text, "DIR", speed,
    "keep chunks that the target cannot take yet in compressed files in DIR, so that the source and "
    "its locks are released as soon as it has been read", {}, no, yes,
    [](R& r, const V& v) { r.job.spill = v.text; }},
  Setting{"--spill-limit", "", "spill_limit", size, "SIZE", speed,
    "the most that may lie there at once, for example 200GiB. Default: what the disk has", {}, no, yes,
    [](R& r, const V& v) { r.job.spill_limit_bytes = v.number; }},
  Setting{"--spill-level", "", "spill_level", count, "LEVEL", speed,
    "their zstd level, 1 to 19. Default: 1", {}, no, yes,
    [](R& r, const V& v) { r.job.spill_level = compression_level(v.number, "--spill-level"); }},
  Setting{"--compression", "", "compression", count, "LEVEL", speed,
    "zstd level of the archive's chunks, 1 (fast) to 19 (small). Default: 1", {}, no, no,
    [](R& r, const V& v) { r.job.compression = compression_level(v.number, "--compression"); }},

  Setting{"--snapshot", "", "snapshot", word, "HOW", consistency,
    "how all readers come to see one instant of the source: FLUSH TABLES WITH READ LOCK, MariaDB's "
    "BACKUP STAGE, LOCK TABLES, or equal binlog positions before and after without a lock. none: a "
    "fuzzy copy. Default: the first that the account may use, never none", snapshot_words, yes, yes,
    [](R& r, const V& v) { r.job.snapshot = enumerator<SnapshotMethod>(v); }},

  Setting{"--scan", "", "scan", word, "DEPTH", consistency,
    "read rows beforehand through the encoders of the run and count values that do not fit, orphans and "
    "duplicates: some from all over each table (sample), or every row (full). Default: none; for millrace "
    "check: sample", scan_words, no, yes,
    [](R& r, const V& v) { r.job.scan = enumerator<ScanDepth>(v); r.scan_given = true; }, yes},
  Setting{"", "", "gate", tables, "", "", "", {}, yes, yes,
    [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.gates.push_back(read_gate_table(t)); }},
  Setting{"--skip-check", "", "skip_check", flag, "", consistency,
    "begin without looking at both sides first (millrace check tells what would be looked at)", {}, no, yes,
    [](R& r, const V& v) { r.job.skip_check = v.flag; }},
  Setting{"--resume", "", "", flag, "", consistency,
    "go on with the unfinished run of this job: what is stored stays, the rest is read from a new "
    "snapshot, once the source has been found to be what it was", {}, no, yes,
    [](R& r, const V&) { r.job.resume = true; }},
  Setting{"--resume-changed", "", "", flag, "", consistency,
    "the same although the source changed meanwhile: the copy is then of two instants", {}, no, yes,
    [](R& r, const V&) { r.job.resume = r.job.resume_changed = true; }},
  Setting{"--retries", "", "retries", number, "N", consistency,
    "how often a chunk, an index or a connection is tried anew after a lost connection, a deadlock, "
    "too many clients or a server's restart. 0: stop at the first. Default: 8", {}, no, yes,
    [](R& r, const V& v) { r.job.retry.retries = static_cast<unsigned>(v.number); }},
  Setting{"--retry-pause", "", "retry_pause", count, "SECONDS", consistency,
    "the longest pause between two attempts; each lasts a random time up to a limit that doubles from "
    "half a second. Default: 30", {}, no, yes,
    [](R& r, const V& v) { r.job.retry.longest_pause = std::chrono::seconds(v.number); }},
  Setting{"--no-ledger", "", "no_ledger", flag, "", consistency,
    "keep no account of the run in the target's schema millrace: such a run cannot be resumed, and "
    "millrace status does not see it", {}, no, yes,
    [](R& r, const V& v) { r.job.ledger = !v.flag; }, yes},
  Setting{"--verify", "", "verify", word, "HOW", consistency,
    "when all rows are in: read them back and compare the digest of every table with that of the rows "
    "that were read (content), only count them (counts), or neither. Default: content", proof_words,
    no, yes, [](R& r, const V& v) { r.job.verify = enumerator<ProofDepth>(v); }},
  Setting{"--skip-digest", "", "skip_digest", flag, "", consistency,
    "do not digest rows while they are encoded: what arrived can then be counted, not compared",
    {}, no, yes,
    [](R& r, const V& v) { r.job.skip_digest = v.flag; }},

  Setting{"--source-password-file", "source", "password_file", text, "FILE", connections,
    "its first line is the source's password", {}, yes, yes,
    [](R& r, const V& v) { r.source_password_file = v.text; }},
  Setting{"--defaults-file", "source", "defaults_file", text, "FILE", connections,
    "MySQL option file to read instead of ~/.my.cnf and /etc/mysql/my.cnf", {}, yes, yes,
    [](R& r, const V& v) { r.defaults_file = v.text; }},
  Setting{"--no-defaults", "source", "no_defaults", flag, "", connections,
    "read no MySQL option file", {}, yes, yes,
    [](R& r, const V& v) { r.no_defaults = v.flag; }},
  Setting{"--source-ssl-mode", "source", "ssl_mode", text, "MODE", connections,
    "disabled, preferred, required, verify-ca or verify-full", {}, yes, yes,
    [](R& r, const V& v) { set_parameter(r.job.source, "ssl-mode", v.text); }},
  Setting{"--source-ssl-ca", "source", "ssl_ca", text, "FILE", connections,
    "authority that must have signed the source's certificate", {}, yes, yes,
    [](R& r, const V& v) { set_parameter(r.job.source, "ssl-ca", v.text); }},
  Setting{"--source-ssl-cert", "source", "ssl_cert", text, "FILE", connections,
    "our certificate for the source", {}, yes, yes,
    [](R& r, const V& v) { set_parameter(r.job.source, "ssl-cert", v.text); }},
  Setting{"--source-ssl-key", "source", "ssl_key", text, "FILE", connections,
    "its key", {}, yes, yes,
    [](R& r, const V& v) { set_parameter(r.job.source, "ssl-key", v.text); }},
  Setting{"--target-password-file", "target", "password_file", text, "FILE", connections,
    "its first line is the target's password", {}, yes, yes,
    [](R& r, const V& v) { r.target_password_file = v.text; }},
  Setting{"--target-sslmode", "target", "sslmode", text, "MODE", connections,
    "disable, allow, prefer, require, verify-ca or verify-full", {}, yes, yes,
    [](R& r, const V& v) { set_parameter(r.job.target, "sslmode", v.text); }},
  Setting{"--target-sslrootcert", "target", "sslrootcert", text, "FILE", connections,
    "authority that must have signed the target's certificate", {}, yes, yes,
    [](R& r, const V& v) { set_parameter(r.job.target, "sslrootcert", v.text); }},
  Setting{"--target-sslcert", "target", "sslcert", text, "FILE", connections,
    "our certificate for the target", {}, yes, yes,
    [](R& r, const V& v) { set_parameter(r.job.target, "sslcert", v.text); }},
  Setting{"--target-sslkey", "target", "sslkey", text, "FILE", connections,
    "its key", {}, yes, yes,
    [](R& r, const V& v) { set_parameter(r.job.target, "sslkey", v.text); }},
  Setting{"--password-prompt", "", "", flag, "", connections,
    "ask for both passwords at once. Without it they are asked for when a server wants one and a "
    "terminal is there", {}, yes, yes,
    [](R& r, const V& v) { r.password_prompt = v.flag; }},

  Setting{"", "", "cast", tables, "", "", "", {}, yes, yes,
    [](R& r, const V& v) { for (const SettingTable& t : v.tables) r.job.casts.push_back(read_cast_table(t)); }},
  Setting{"--cast", "", "", texts, "RULE", types,
    "convert columns by a rule: 'int unsigned => integer', 'shop.*.created => timestamptz using epoch null if 0' "
    "(repeatable; in a job file [[cast]])", {}, yes, yes,
    [](R& r, const V& v) { for (const std::string& t : v.list) r.job.casts.push_back(parse_cast_rule(t, "--cast '" + t + "'")); }},

  Setting{"--report", "", "report", list, "FILE", showing,
    "write a report when the run ends, however it ends: .html or .json (repeatable)", {}, no, yes,
    [](R& r, const V& v) { r.reports = v.list; }},
  Setting{"--progress", "", "progress", word, "STYLE", showing,
    "bar: a live view; plain: a line every few seconds; json: an object per line on stderr, for "
    "programs. Default: bar on a terminal, else plain", progress_words, no, yes,
    [](R& r, const V& v) { r.progress = enumerator<ProgressStyle>(v); }},
  Setting{"--verbose", "", "verbose", flag, "", showing,
    "tell each phase and each finished table on stderr (short: -v)", {}, no, yes,
    [](R& r, const V& v) { r.verbose = v.flag; }},
  Setting{"--log-file", "", "log_file", text, "FILE", showing,
    "append the same, with times, to FILE", {}, no, yes,
    [](R& r, const V& v) { r.log_file = v.text; }},

  Setting{"--against", "", "", word, "WHAT", "Verification",
    "ledger: hold the target against the digests that the runs which loaded it noted there; the source's "
    "rows are not read again, but where something differs. source: read the source too, as it is now. "
    "Default: ledger", basis_words, no, no,
    [](R& r, const V& v) { r.job.against = enumerator<ProofBasis>(v); }, no, yes},
  Setting{"--counts", "", "", flag, "", "Verification",
    "compare numbers of rows alone: quicker, and proves no value", {}, no, no,
    [](R& r, const V& v) { r.job.counts_only = v.flag; }, no, yes},
  Setting{"--repair", "", "", flag, "", "Verification",
    "copy just the rows that differ: insert missing ones, update changed ones, delete extra ones, in "
    "one transaction a table", {}, no, no,
    [](R& r, const V& v) { r.job.repair = v.flag; }, no, yes},
  Setting{"--rows-shown", "", "", count, "N", "Verification",
    "list at most N of the rows that differ. Default: 100", {}, no, no,
    [](R& r, const V& v) { r.job.rows_shown = static_cast<std::size_t>(v.number); }, no, yes},

  Setting{"--ddl", "", "", flag, "", output, "print the statements that migrate would run, as a script", {}, yes, no,
    [](R& r, const V& v) { r.ddl = v.flag; }},
  Setting{"--json", "", "", flag, "", output, "print it as JSON", {}, yes, no,
    [](R& r, const V& v) { r.json = v.flag; }, yes},
};
// clang-format on

[[noreturn]] void refuse(std::string_view origin, const std::string& why, std::string hint = {}) {
  throw Error(ErrorKind::bad_request, "cannot use " + std::string(origin) + ": " + why, {},
              std::move(hint));
}

std::string joined(Words words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::size_t parse_word(std::string_view text, Words words, std::string_view origin) {
  const auto known = std::find(words.begin(), words.end(), text);
  if (known != words.end()) return static_cast<std::size_t>(known - words.begin());
  const std::string_view meant = nearest_word(text, words);
  refuse(origin, "no such value: '" + std::string(text) + "'",
         meant.empty() ? "use " + joined(words) : "did you mean " + std::string(meant) + "?");
}

std::uint64_t parse_count(std::string_view text, std::string_view origin) {
  constexpr std::uint64_t most = 1024;
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || number == 0 || number > most) {
    refuse(origin, "'" + std::string(text) + "' is no whole number from 1 to 1024",
           "leave it out to let the machine decide");
  }
  return number;
}

std::uint64_t parse_number(std::string_view text, std::string_view origin) {
  if (text == "0") return 0;
  return parse_count(text, origin);
}

std::vector<std::string> parse_list(std::span<const std::string> values, std::string_view origin) {
  std::vector<std::string> list;
  for (std::string_view rest : values) {
    while (true) {
      const std::size_t comma = rest.find(',');
      const std::string_view item = trimmed(rest.substr(0, comma));
      if (item.empty()) refuse(origin, "an empty name", "write 'a,b' without a comma at the end");
      list.emplace_back(item);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return list;
}

std::map<std::string, std::string> parse_mapping(std::span<const std::string> values,
                                                 std::string_view origin) {
  std::map<std::string, std::string> mapping;
  for (const std::string& pair : values) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
      refuse(origin, "'" + pair + "' is no pair of names", "write old=new");
    }
    if (!mapping.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second) {
      refuse(origin, "'" + pair.substr(0, equals) + "' is mapped twice", "name each database once");
    }
  }
  return mapping;
}

bool parse_flag(std::string_view text, std::string_view origin) {
  if (text == "true") return true;
  if (text == "false") return false;
  refuse(origin, "neither true nor false");
}

SettingValue parse_value(const Assignment& assignment) {
  const Setting& setting = *assignment.setting;
  const std::vector<std::string>& values = assignment.values;
  const std::string& origin = assignment.origin;
  const bool several = setting.shape == list || setting.shape == mapping ||
                       setting.shape == texts || setting.shape == tables;
  if (!several && values.size() != 1) refuse(origin, "given more than once", "give it once");

  SettingValue value;
  switch (setting.shape) {
    case url:
    case text: value.text = values.front(); break;
    case list:
      // A file name may hold a comma; globs may not, since no glob needs one.
      value.list = setting.option == "--report" ? values : parse_list(values, origin);
      break;
    case mapping: value.mapping = parse_mapping(values, origin); break;
    case word: value.word = parse_word(values.front(), setting.words, origin); break;
    case count: value.number = parse_count(values.front(), origin); break;
    case number: value.number = parse_number(values.front(), origin); break;
    case size: value.number = parse_size(values.front(), origin); break;
    case flag: value.flag = parse_flag(values.front(), origin); break;
    case texts: value.list = values; break;
    case tables: value.tables = assignment.tables; break;
  }
  return value;
}

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
    for (std::size_t i = 0; i < switches.size(); ++i) {
      for (const TypeSwitchValue& value : switches[i].values) words_[i].push_back(value.name);
      helps_[i] = std::string(switches[i].subject) + ": " +
                  std::string(switches[i].values.front().meaning) +
                  ". Default: " + std::string(switches[i].values.front().name);
      settings_.push_back(Setting{switches[i].option, "types", switches[i].name, word, "TYPE",
                                  types, helps_[i], words_[i], yes, yes, [i](R& r, const V& v) {
                                    type_switches()[i].values[v.word].choose(r.job.types);
                                  }});
    }
  }

  std::span<const Setting> settings() const noexcept { return settings_; }

 private:
  std::vector<std::vector<std::string_view>> words_;
  std::vector<std::string> helps_;
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

/// What decides how rows are read and what they become, and how the run is shown.
bool is_for_verify(const Setting& setting) {
  constexpr std::array<std::string_view, 10> only_when_writing = {
      "--data-only",    "--schema-only", "--if-exists",   "--skip-keys", "--builders",
      "--skip-analyze", "--verify",      "--skip-digest", "--ddl",       "--json"};
  return (setting.plan || setting.group == showing) &&
         std::find(only_when_writing.begin(), only_when_writing.end(), setting.option) ==
             only_when_writing.end();
}

void refuse_unknown_report(const Request& request) {
  for (const std::string& path : request.reports) {
    if (path.ends_with(".json") || path.ends_with(".html")) continue;
    refuse("--report " + path, "neither .json nor .html", "name it report.html or report.json");
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
    for (Setting& setting : all) setting.verify = setting.verify || is_for_verify(setting);
    return all;
  }();
  return settings;
}

std::uint64_t parse_size(std::string_view text, std::string_view origin) {
  struct Unit {
    std::string_view name;
    std::uint64_t bytes;
  };
  constexpr std::array<Unit, 6> units = {{{"", 1},
                                          {"B", 1},
                                          {"KiB", std::uint64_t{1} << 10},
                                          {"MiB", std::uint64_t{1} << 20},
                                          {"GiB", std::uint64_t{1} << 30},
                                          {"TiB", std::uint64_t{1} << 40}}};
  const auto unfit = [&]() {
    refuse(origin, "'" + std::string(text) + "' is no size", "write bytes, or 512KiB, 64MiB, 2GiB");
  };
  double amount = 0;
  const std::string_view clean = trimmed(text);
  const auto [end, fault] =
      std::from_chars(clean.data(), clean.data() + clean.size(), amount, std::chars_format::fixed);
  if (fault != std::errc{} || !(amount > 0)) unfit();
  const std::string_view unit = trimmed(clean.substr(static_cast<std::size_t>(end - clean.data())));
  const auto known = std::find_if(units.begin(), units.end(),
                                  [&](const Unit& candidate) { return candidate.name == unit; });
  if (known == units.end()) unfit();
  const double bytes = amount * static_cast<double>(known->bytes);
  constexpr double most = 9.0e18;  // below 2^63, whatever the rounding
  if (bytes > most || bytes < 1) unfit();
  return static_cast<std::uint64_t>(bytes);
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
