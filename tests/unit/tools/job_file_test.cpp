#include "tools/millrace/job_file.h"

#include <string>

#include <gtest/gtest.h>

#include "io/error.h"

namespace millrace {
namespace {

Request request(std::string_view text) {
  return make_request(parse_job_file(text, "job.toml"), {});
}

std::string refusal(std::string_view text) {
  try {
    request(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_NE(error.hint(), "");
    return std::string(error.what()) + " | " + error.hint();
  }
  ADD_FAILURE() << "not refused: " << text;
  return {};
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(JobFile, SaysTheSameThingsAsTheCommandLine) {
  const Request made = request(R"(
databases = ["qube", "*qube"]
include = "a,b"
exclude = ["log_*"]
scope = "data-only"
if_exists = "truncate"
skip_keys = true
readers = 4
writers = 3
builders = 2
chunk_bytes = "64MiB"
memory = 268435456
snapshot = "flush-lock"
report = ["run.html", "run.json"]
progress = "plain"
verbose = true
log_file = "run.log"

[source]
url = "mysql://reader@db1/shop"
password_file = "source.pw"
ssl_mode = "verify-ca"
ssl_ca = "ca.pem"

[target]
url = "postgresql://owner@db2/shop"
password_file = "target.pw"
sslmode = "require"

[schema_map]
qube = "farm"
"pfx_dw" = "warehouse"

[types]
tinyint1 = "smallint"
bit1 = "bit"
time = "time"
enum = "text"
set = "text"
geometry = "postgis"
json = "json"
)");

  EXPECT_EQ(made.job.databases, (std::vector<std::string>{"qube", "*qube"}));
  EXPECT_EQ(made.job.include, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(made.job.exclude, (std::vector<std::string>{"log_*"}));
  EXPECT_EQ(made.job.scope, Scope::data_only);
  EXPECT_EQ(made.job.if_exists, IfExists::truncate);
  EXPECT_TRUE(made.job.skip_keys);
  EXPECT_EQ(made.job.readers, 4);
  EXPECT_EQ(made.job.writers, 3);
  EXPECT_EQ(made.job.builders, 2);
  EXPECT_EQ(made.job.chunk_bytes, 67108864);
  EXPECT_EQ(made.job.memory_bytes, 268435456);
  EXPECT_EQ(made.job.snapshot, SnapshotMethod::flush_lock);
  EXPECT_EQ(made.reports, (std::vector<std::string>{"run.html", "run.json"}));
  EXPECT_EQ(made.progress, ProgressStyle::plain);
  EXPECT_TRUE(made.verbose);
  EXPECT_EQ(made.log_file, "run.log");
  EXPECT_EQ(made.job.source.host, "db1");
  EXPECT_EQ(made.job.source.tls_mode, "verify-ca");
  EXPECT_EQ(made.job.source.tls_ca, "ca.pem");
  EXPECT_EQ(made.source_password_file, "source.pw");
  EXPECT_EQ(made.job.target.host, "db2");
  EXPECT_EQ(made.job.target.tls_mode, "require");
  EXPECT_EQ(made.target_password_file, "target.pw");
  EXPECT_EQ(made.job.schema_of_database.at("qube"), "farm");
  EXPECT_EQ(made.job.schema_of_database.at("pfx_dw"), "warehouse");
  EXPECT_EQ(made.job.types.tinyint1, Tinyint1Choice::smallint);
  EXPECT_EQ(made.job.types.bit1, Bit1Choice::bit);
  EXPECT_EQ(made.job.types.time, TimeChoice::time);
  EXPECT_EQ(made.job.types.enumeration, EnumChoice::text);
  EXPECT_EQ(made.job.types.set, SetChoice::text);
  EXPECT_EQ(made.job.types.geometry, GeometryChoice::postgis);
  EXPECT_EQ(made.job.types.json, JsonChoice::json);
}

TEST(JobFile, TakesDashesForUnderscores) {
  EXPECT_EQ(request("if-exists = \"drop\"").job.if_exists, IfExists::drop);
  EXPECT_EQ(request("[schema-map]\na = \"b\"").job.schema_of_database.at("a"), "b");
}

TEST(JobFile, OfNothingIsTheDefaultJob) { EXPECT_FALSE(request("# nothing").source_given); }

TEST(JobFile, NamesLineAndColumnOfWhatIsNoToml) {
  const std::string text = refusal("readers = 4\nwriters = = 2\n");

  EXPECT_TRUE(contains(text, "job.toml: line 2, column 11")) << text;
}

TEST(JobFile, NamesAnUnknownKeyItsLineAndTheNearestKey) {
  const std::string text = refusal("readers = 4\n\nwritres = 2\n");

  EXPECT_TRUE(contains(text, "'writres' (job.toml, line 3)")) << text;
  EXPECT_TRUE(contains(text, "did you mean writers?")) << text;
}

TEST(JobFile, NamesTheSectionWhereAKeyBelongs) {
  EXPECT_TRUE(contains(refusal("tinyint1 = \"smallint\""), "tinyint1 in [types]?"));
  EXPECT_TRUE(contains(refusal("[target]\nreaders = 3"), "readers in the part above"));
}

TEST(JobFile, NamesTheNearestSection) {
  EXPECT_TRUE(contains(refusal("[sorce]\nurl = \"mysql://h\""), "did you mean source?"));
}

TEST(JobFile, RefusesASectionWrittenAsAValue) {
  EXPECT_TRUE(contains(refusal("source = \"mysql://h\""), "[source]"));
}

TEST(JobFile, RefusesAValueOfTheWrongKindAtItsLine) {
  EXPECT_TRUE(contains(refusal("\nreaders = \"4\""), "line 2"));
  EXPECT_TRUE(contains(refusal("readers = 4.5"), "whole number"));
  EXPECT_TRUE(contains(refusal("skip_keys = \"yes\""), "true or false"));
  EXPECT_TRUE(contains(refusal("databases = 3"), "list of strings"));
  EXPECT_TRUE(contains(refusal("databases = [1]"), "list of strings"));
  EXPECT_TRUE(contains(refusal("if_exists = true"), "a string"));
  EXPECT_TRUE(contains(refusal("memory = true"), "size"));
  EXPECT_TRUE(contains(refusal("schema_map = \"a=b\""), "[schema_map]"));
  EXPECT_TRUE(contains(refusal("sql = \"end\""), "[sql]"));
}

TEST(JobFile, RefusesAnUnknownWordAtItsLine) {
  const std::string text = refusal("\n\nif_exists = \"dorp\"");

  EXPECT_TRUE(contains(text, "line 3")) << text;
  EXPECT_TRUE(contains(text, "did you mean drop?")) << text;
}

TEST(JobFile, NeverShowsAPasswordOfAUrl) {
  EXPECT_FALSE(contains(refusal("[source]\nurl = \"mysql://u:hush/x@h/db\""), "hush"));
}

TEST(JobFile, NamesAFileThatIsNotThere) {
  try {
    read_job_file("no/such/job.toml");
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_TRUE(contains(error.what(), "no/such/job.toml"));
  }
}

TEST(JobFile, RulesForFaultsKeepTheirOrderAndTheCommandLinesComeLast) {
  const Request made = request(R"(
on_fault = ["reject", "shop.*.at=stop"]
[[fault]]
column = "shop.*.when"
on_fault = "null"
[[fault]]
on_fault = "reject"
column = "log"
)");

  EXPECT_EQ(made.job.on_fault, FaultPolicy::reject);
  ASSERT_EQ(made.job.fault_rules.size(), 3U);
  EXPECT_EQ(made.job.fault_rules[0].column, "shop.*.when");
  EXPECT_EQ(made.job.fault_rules[0].on_fault, FaultPolicy::null);
  EXPECT_EQ(made.job.fault_rules[0].origin, "[[fault]] (job.toml, line 3)");
  EXPECT_EQ(made.job.fault_rules[1].on_fault, FaultPolicy::reject);
  EXPECT_EQ(made.job.fault_rules[2].column, "shop.*.at");
}

TEST(JobFile, RulesForFaultsThatAreNoneAreRefused) {
  EXPECT_TRUE(contains(refusal("[[fault]]\ncolumn = \"a\"\n"), "on_fault"));
  EXPECT_TRUE(
      contains(refusal("[[fault]]\ncolumn = \"a\"\non_fault = \"nul\"\n"), "did you mean null?"));
  EXPECT_TRUE(contains(refusal("[[fault]]\ncolum = \"a\"\n"), "did you mean column?"));
  EXPECT_TRUE(contains(refusal("fault = \"null\"\n"), "[[fault]]"));
  EXPECT_TRUE(contains(refusal("on_fault = \"=null\"\n"), "names no column"));
}

}  // namespace
}  // namespace millrace
