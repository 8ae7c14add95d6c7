#include "tools/millrace/settings.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "io/error.h"

namespace millrace {
namespace {

const Setting& setting(std::string_view option) {
  for (const Setting& candidate : all_settings()) {
    if (candidate.option == option) return candidate;
  }
  throw std::out_of_range("no such option: " + std::string(option));
}

Assignment given(std::string_view option, std::vector<std::string> values) {
  return {&setting(option), std::move(values), std::string(option)};
}

Request request(const std::vector<Assignment>& command_line) {
  return make_request({}, command_line);
}

std::string refusal(const std::vector<Assignment>& command_line) {
  try {
    request(command_line);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    return std::string(error.what()) + " | " + error.hint();
  }
  ADD_FAILURE() << "not refused";
  return {};
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Settings, EachOptionAndEachKeyIsThereOnce) {
  std::set<std::string_view> options;
  std::set<std::string> keys;
  for (const Setting& entry : all_settings()) {
    if (!entry.option.empty()) {
      EXPECT_TRUE(options.insert(entry.option).second) << entry.option;
    }
    if (!entry.key.empty()) {
      const std::string key = std::string(entry.section) + '.' + std::string(entry.key);
      EXPECT_TRUE(keys.insert(key).second) << key;
    }
  }
}

TEST(Settings, EachOptionShownInTheHelpIsExplained) {
  for (const Setting& entry : all_settings()) {
    if (!entry.group.empty()) {
      EXPECT_FALSE(entry.help.empty()) << entry.option;
    }
  }
}

TEST(Settings, NothingGivenIsTheDefaultJob) {
  const Request made = request({});

  EXPECT_EQ(made.job.readers, 0);
  EXPECT_EQ(made.job.if_exists, IfExists::error);
  EXPECT_EQ(made.job.snapshot, SnapshotMethod::automatic);
  EXPECT_FALSE(made.source_given);
}

TEST(Settings, EveryWordReachesItsEnumerator) {
  EXPECT_EQ(request({given("--if-exists", {"append"})}).job.if_exists, IfExists::append);
  EXPECT_EQ(request({given("--snapshot", {"backup-stage"})}).job.snapshot,
            SnapshotMethod::backup_stage);
  EXPECT_EQ(request({given("--snapshot", {"none"})}).job.snapshot, SnapshotMethod::none);
  EXPECT_EQ(request({given("--tinyint1", {"smallint"})}).job.types.tinyint1,
            Tinyint1Choice::smallint);
  EXPECT_EQ(request({given("--bit1", {"bit"})}).job.types.bit1, Bit1Choice::bit);
  EXPECT_EQ(request({given("--time", {"time"})}).job.types.time, TimeChoice::time);
  EXPECT_EQ(request({given("--enum", {"check"})}).job.types.enumeration, EnumChoice::check);
  EXPECT_EQ(request({given("--set", {"text"})}).job.types.set, SetChoice::text);
  EXPECT_EQ(request({given("--geometry", {"postgis"})}).job.types.geometry,
            GeometryChoice::postgis);
  EXPECT_EQ(request({given("--json-type", {"text"})}).job.types.json, JsonChoice::text);
  EXPECT_EQ(request({given("--progress", {"json"})}).progress, ProgressStyle::json);
}

TEST(Settings, NamesTheNearestWord) {
  EXPECT_TRUE(contains(refusal({given("--if-exists", {"dorp"})}), "did you mean drop?"));
}

TEST(Settings, ListsTheWordsWhenNoneIsNear) {
  EXPECT_TRUE(
      contains(refusal({given("--if-exists", {"xyz"})}), "use error, drop, truncate or append"));
}

TEST(Settings, ListsAreSplitAtCommasAndAddedUp) {
  const Request made = request({given("--include", {"a, b", "c"})});

  EXPECT_EQ(made.job.include, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Settings, RefusesAnEmptyNameInAList) {
  EXPECT_TRUE(contains(refusal({given("--include", {"a,,b"})}), "empty name"));
}

TEST(Settings, MapsSchemas) {
  const Request made = request({given("--schema-map", {"pfx_dw=warehouse", "qube=farm"})});

  EXPECT_EQ(made.job.schema_of_database.at("pfx_dw"), "warehouse");
  EXPECT_EQ(made.job.schema_of_database.at("qube"), "farm");
}

TEST(Settings, RefusesAHalfMappingAndADoubleOne) {
  EXPECT_TRUE(contains(refusal({given("--schema-map", {"a"})}), "old=new"));
  EXPECT_TRUE(contains(refusal({given("--schema-map", {"a=b", "a=c"})}), "twice"));
}

TEST(Settings, RefusesWhatIsNoCount) {
  EXPECT_TRUE(contains(refusal({given("--readers", {"0"})}), "1 to 1024"));
  EXPECT_TRUE(contains(refusal({given("--readers", {"-3"})}), "1 to 1024"));
  EXPECT_TRUE(contains(refusal({given("--readers", {"4x"})}), "1 to 1024"));
  EXPECT_TRUE(contains(refusal({given("--readers", {"5000"})}), "1 to 1024"));
}

TEST(Settings, EachCountHasItsOwnRangeAndHint) {
  EXPECT_EQ(refusal({given("--readers", {"0"})}),
            "cannot use --readers: '0' is no whole number from 1 to 1024 | leave it out to let the "
            "machine decide");
  EXPECT_EQ(request({given("--retries", {"0"})}).job.retry.retries, 0);
  EXPECT_EQ(refusal({given("--retries", {"many"})}),
            "cannot use --retries: 'many' is no whole number from 0 to 1024 | 0 stops at the first "
            "failure");
  EXPECT_EQ(refusal({given("--retry-pause", {"0"})}),
            "cannot use --retry-pause: '0' is no whole number from 1 to 3600 | it is in seconds");
  EXPECT_EQ(refusal({given("--rows-shown", {"-1"})}),
            "cannot use --rows-shown: '-1' is no whole number from 0 to 1000000 | all of them are "
            "counted, whatever is listed");
  for (const char* option : {"--spill-level", "--compression"}) {
    EXPECT_TRUE(contains(refusal({given(option, {"20"})}),
                         "no whole number from 1 to 19 | 1 is the fastest"));
  }
}

TEST(Settings, AMappingIsRefusedByItsOwnWords) {
  EXPECT_EQ(refusal({given("--schema-map", {"a"})}),
            "cannot use --schema-map: 'a' is no OLD=NEW | write old=new, each database once");
  EXPECT_EQ(refusal({given("--sql", {"end"})}),
            "cannot use --sql: 'end' is no WHEN=SQL | write a moment, = and its SQL, each moment "
            "once: end=ANALYZE");
  EXPECT_TRUE(contains(refusal({given("--sql", {"end=a", "end=b"})}), "each moment once"));
}

TEST(Settings, RefusesAScalarGivenTwice) {
  EXPECT_TRUE(contains(refusal({given("--readers", {"1", "2"})}), "more than once"));
}

TEST(Settings, TlsOptionsLieOverTheUrl) {
  const Request made =
      request({given("SOURCE", {"mysql://h/x?ssl-mode=disabled"}),
               given("--source-ssl-mode", {"verify-full"}), given("--source-ssl-ca", {"/ca.pem"})});

  EXPECT_EQ(made.job.source.tls_mode, "verify-full");
  EXPECT_EQ(made.job.source.tls_ca, "/ca.pem");
}

TEST(Settings, RefusesAReportOfAnUnknownKind) {
  EXPECT_TRUE(contains(refusal({given("--report", {"run.txt"})}), ".json nor .html"));
}

TEST(Settings, AReportsNameMayHoldAComma) {
  EXPECT_EQ(request({given("--report", {"a,b.json"})}).reports.size(), 1);
}

TEST(Settings, TheCommandLineWinsOverTheFile) {
  const std::vector<Assignment> file = {given("--readers", {"2"}), given("--writers", {"3"})};

  const Request made = make_request(file, std::vector{given("--readers", {"8"})});

  EXPECT_EQ(made.job.readers, 8);
  EXPECT_EQ(made.job.writers, 3);
}

TEST(Settings, AUrlOnTheCommandLineKeepsTheFilesTls) {
  const std::vector<Assignment> file = {given("SOURCE", {"mysql://old/x"}),
                                        given("--source-ssl-ca", {"/ca.pem"})};

  const Request made = make_request(file, std::vector{given("SOURCE", {"mysql://new/x"})});

  EXPECT_EQ(made.job.source.host, "new");
  EXPECT_EQ(made.job.source.tls_ca, "/ca.pem");
}

}  // namespace
}  // namespace millrace
