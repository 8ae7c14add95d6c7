#include "tools/millrace/credentials.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/tools/temporary_folder.h"

namespace millrace {
namespace {

Request request(std::string_view source = "mysql://reader@db1/shop",
                std::string_view target = "postgresql://owner@db2/shop") {
  Request made;
  made.job.source = parse_endpoint(source, Side::source);
  made.job.target = parse_endpoint(target, Side::target);
  made.no_defaults = true;  // the machine's own option files are nobody's business here
  return made;
}

Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

const Environment empty = environment({});

Error refused(Side side, std::string code) {
  return Error(ErrorKind::bad_request, "cannot connect",
               {.side = side,
                .table = {},
                .column = {},
                .key = {},
                .value = {},
                .code = std::move(code),
                .chunk = {}});
}

// ---- which password wins

TEST(Credentials, TheUrlWinsOverAllElse) {
  const TemporaryFolder folder;
  Request made = request("mysql://reader:from_url@db1/shop");
  made.source_password_file = folder.write("pw", "from_file");

  complete_credentials(made, environment({{"MYSQL_PWD", "from_environment"}}));

  EXPECT_EQ(made.job.source.password, "from_url");
}

TEST(Credentials, ThePasswordFileWinsOverTheEnvironment) {
  const TemporaryFolder folder;
  Request made = request();
  made.source_password_file = folder.write("source", "from_file\nnot this\n");
  made.target_password_file = folder.write("target", "target_file\r\n");

  complete_credentials(
      made, environment({{"MILLRACE_SOURCE_PASSWORD", "a"}, {"MILLRACE_TARGET_PASSWORD", "b"}}));

  EXPECT_EQ(made.job.source.password, "from_file");
  EXPECT_EQ(made.job.target.password, "target_file");
}

TEST(Credentials, OurOwnVariableWinsOverMysqls) {
  Request made = request();

  complete_credentials(
      made, environment({{"MILLRACE_SOURCE_PASSWORD", "ours"}, {"MYSQL_PWD", "theirs"}}));

  EXPECT_EQ(made.job.source.password, "ours");
}

TEST(Credentials, MysqlsVariableWinsOverTheOptionFile) {
  const TemporaryFolder folder;
  Request made = request();
  made.defaults_file = folder.write("my.cnf", "[client]\npassword=from_option_file\n");

  complete_credentials(made, environment({{"MYSQL_PWD", "from_environment"}}));

  EXPECT_EQ(made.job.source.password, "from_environment");
}

TEST(Credentials, TheOptionFileIsTheLastPlace) {
  const TemporaryFolder folder;
  Request made = request();
  made.defaults_file = folder.write("my.cnf", "[client]\npassword=from_option_file\n");

  complete_credentials(made, empty);

  EXPECT_EQ(made.job.source.password, "from_option_file");
}

TEST(Credentials, AnEmptyVariableIsNoPassword) {
  Request made = request();

  complete_credentials(made, environment({{"MYSQL_PWD", ""}, {"MILLRACE_TARGET_PASSWORD", ""}}));

  EXPECT_FALSE(made.job.source.has_password);
  EXPECT_FALSE(made.job.target.has_password);
}

TEST(Credentials, LeavesPostgresqlsOwnPlacesToLibpq) {
  Request made = request();

  complete_credentials(made, environment({{"PGPASSWORD", "libpq reads it"}}));

  EXPECT_FALSE(made.job.target.has_password);
}

TEST(Credentials, TheSourcesPasswordIsNotTheTargets) {
  Request made = request();

  complete_credentials(made, environment({{"MILLRACE_SOURCE_PASSWORD", "a"}, {"MYSQL_PWD", "b"}}));

  EXPECT_FALSE(made.job.target.has_password);
}

TEST(Credentials, NamesAPasswordFileThatIsMissingOrEmpty) {
  const TemporaryFolder folder;
  Request missing = request();
  missing.source_password_file = "no/such/file";
  Request hollow = request();
  hollow.target_password_file = folder.write("hollow", "");

  EXPECT_THROW(complete_credentials(missing, empty), Error);
  EXPECT_THROW(complete_credentials(hollow, empty), Error);
}

// ---- what else an option file says

TEST(Credentials, AnOptionFileFillsWhatTheUrlLeavesOpen) {
  Endpoint endpoint = parse_endpoint("mysql:///shop", Side::source);

  apply_option_file({{"user", "reader"},
                     {"password", "secret"},
                     {"host", "db9"},
                     {"port", "3307"},
                     {"ssl-mode", "VERIFY_CA"},
                     {"ssl-ca", "/ca.pem"}},
                    endpoint);

  EXPECT_EQ(endpoint.masked(), "mysql://reader:***@db9:3307/shop?ssl-mode=verify-ca");
  EXPECT_EQ(endpoint.password, "secret");
  EXPECT_EQ(endpoint.tls_ca, "/ca.pem");
}

TEST(Credentials, AnOptionFileMovesNobodyToAnotherServer) {
  Endpoint by_host = parse_endpoint("mysql://u@db1/x", Side::source);
  Endpoint by_socket = parse_endpoint("mysql://u@/x?socket=/own.sock", Side::source);
  const OptionFileValues values = {{"host", "db9"}, {"port", "3307"}, {"socket", "/other.sock"}};

  apply_option_file(values, by_host);
  apply_option_file(values, by_socket);

  EXPECT_EQ(by_host.masked(), "mysql://u@db1/x");
  EXPECT_EQ(by_socket.masked(), "mysql://u@/x?socket=/own.sock");
}

TEST(Credentials, TheSocketOfAnOptionFileIsForLocalhostOnly) {
  Endpoint local = parse_endpoint("mysql:///x", Side::source);
  Endpoint remote = parse_endpoint("mysql:///x", Side::source);

  apply_option_file({{"socket", "/s.sock"}}, local);
  apply_option_file({{"socket", "/s.sock"}, {"host", "db9"}}, remote);

  EXPECT_EQ(local.socket, "/s.sock");
  EXPECT_EQ(remote.socket, "");
}

TEST(Credentials, APasswordIsForTheUserBesideIt) {
  Endpoint other = parse_endpoint("mysql://other@db1/x", Side::source);
  Endpoint same = parse_endpoint("mysql://root@db1/x", Side::source);
  const OptionFileValues values = {{"user", "root"}, {"password", "roots"}};

  apply_option_file(values, other);
  apply_option_file(values, same);

  EXPECT_FALSE(other.has_password);
  EXPECT_EQ(same.password, "roots");
}

TEST(Credentials, SslVerifyServerCertMeansVerifyFull) {
  Endpoint on = parse_endpoint("mysql://h", Side::source);
  Endpoint off = parse_endpoint("mysql://h", Side::source);

  apply_option_file({{"ssl-verify-server-cert", ""}}, on);
  apply_option_file({{"ssl-verify-server-cert", "0"}}, off);

  EXPECT_EQ(on.tls_mode, "verify-full");
  EXPECT_EQ(off.tls_mode, "");
}

// ---- when to ask

TEST(Credentials, AsksWhenAServerWantsAPasswordThatWasNotGiven) {
  EXPECT_TRUE(wants_password(refused(Side::source, "1045"), request()));
  EXPECT_TRUE(wants_password(refused(Side::target, "28P01"), request()));
}

TEST(Credentials, DoesNotAskWhenTheGivenPasswordWasWrong) {
  EXPECT_FALSE(wants_password(refused(Side::source, "1045"), request("mysql://u:wrong@db1/x")));
  EXPECT_FALSE(wants_password(refused(Side::target, "28P01"),
                              request("mysql://u@h/x", "postgresql://u:wrong@h/x")));
}

TEST(Credentials, DoesNotAskForAnythingElse) {
  EXPECT_FALSE(wants_password(refused(Side::source, "1049"), request()));
  EXPECT_FALSE(wants_password(refused(Side::none, ""), request()));
  EXPECT_FALSE(wants_password(Error(ErrorKind::connection_lost, "gone"), request()));
}

}  // namespace
}  // namespace millrace
