#include "io/endpoint.h"

#include <string>

#include <gtest/gtest.h>

namespace millrace {
namespace {

Endpoint source(std::string_view url) { return parse_endpoint(url, Side::source); }
Endpoint target(std::string_view url) { return parse_endpoint(url, Side::target); }

/// The refusal of `url`: message and hint together, as the user sees them.
std::string refusal(std::string_view url, Side side) {
  try {
    parse_endpoint(url, side);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_request);
    EXPECT_NE(error.hint(), "") << "every refusal says what to type";
    return std::string(error.what()) + " | " + error.hint();
  }
  ADD_FAILURE() << "not refused: " << url;
  return {};
}

std::string source_refusal(std::string_view url) { return refusal(url, Side::source); }

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// ---- what is read

TEST(Endpoint, ReadsEveryPartOfAMysqlUrl) {
  const Endpoint endpoint = source("mysql://reader:secret@db1:3307/shop");

  EXPECT_EQ(endpoint.scheme, "mysql");
  EXPECT_EQ(endpoint.user, "reader");
  EXPECT_EQ(endpoint.password, "secret");
  EXPECT_TRUE(endpoint.has_password);
  EXPECT_EQ(endpoint.host, "db1");
  EXPECT_EQ(endpoint.port, 3307);
  EXPECT_EQ(endpoint.database, "shop");
  EXPECT_EQ(endpoint.side, Side::source);
}

TEST(Endpoint, LeavesOpenWhatTheUrlDoesNotSay) {
  const Endpoint endpoint = source("mysql://db1");

  EXPECT_EQ(endpoint.user, "");
  EXPECT_FALSE(endpoint.has_password);
  EXPECT_EQ(endpoint.port, 0);
  EXPECT_EQ(endpoint.database, "");
  EXPECT_EQ(endpoint.tls_mode, "");
}

TEST(Endpoint, TakesMariadbForMysql) { EXPECT_EQ(source("mariadb://db1/x").scheme, "mysql"); }

TEST(Endpoint, TakesPostgresForPostgresql) {
  EXPECT_EQ(target("postgres://db2/x").scheme, "postgresql");
}

TEST(Endpoint, TellsAnEmptyPasswordFromNone) {
  EXPECT_TRUE(source("mysql://reader:@db1").has_password);
  EXPECT_FALSE(source("mysql://reader@db1").has_password);
}

TEST(Endpoint, DecodesPercentsInUserPasswordAndDatabase) {
  const Endpoint endpoint = source("mysql://a%40b:p%2F%3F%25%3a@db1/my%20db");

  EXPECT_EQ(endpoint.user, "a@b");
  EXPECT_EQ(endpoint.password, "p/?%:");
  EXPECT_EQ(endpoint.database, "my db");
}

TEST(Endpoint, TakesAPlusAsAPlus) { EXPECT_EQ(source("mysql://u:a+b@h").password, "a+b"); }

TEST(Endpoint, AllowsRawAtColonAndDashInThePassword) {
  EXPECT_EQ(source("mysql://u:p@s:s-w@db1/x").password, "p@s:s-w");
  EXPECT_EQ(source("mysql://u:p@s:s-w@db1/x").host, "db1");
}

TEST(Endpoint, ReadsAnIpv6HostInBrackets) {
  EXPECT_EQ(source("mysql://u@[::1]/x").host, "::1");
  EXPECT_EQ(source("mysql://u@[fe80::1%25eth0]:3307/x").host, "fe80::1%eth0");
  EXPECT_EQ(source("mysql://u@[fe80::1%25eth0]:3307/x").port, 3307);
}

TEST(Endpoint, ReadsAMysqlSocket) {
  const Endpoint endpoint = source("mysql://root@/?socket=/run/mysqld/mysqld.sock");

  EXPECT_EQ(endpoint.socket, "/run/mysqld/mysqld.sock");
  EXPECT_EQ(endpoint.host, "");
}

TEST(Endpoint, TakesAPathInPostgresqlsHostForASocketFolder) {
  EXPECT_EQ(target("postgresql:///x?host=/run/postgresql").socket, "/run/postgresql");
  EXPECT_EQ(target("postgresql://%2Frun%2Fpostgresql/x").socket, "/run/postgresql");
  EXPECT_EQ(target("postgresql://%2Frun%2Fpostgresql/x").host, "");
}

TEST(Endpoint, ReadsTlsParametersOfMysql) {
  const Endpoint endpoint =
      source("mysql://h/x?ssl-mode=VERIFY_CA&ssl-ca=/ca.pem&ssl-cert=/c.pem&ssl-key=/k.pem");

  EXPECT_EQ(endpoint.tls_mode, "verify-ca");
  EXPECT_EQ(endpoint.tls_ca, "/ca.pem");
  EXPECT_EQ(endpoint.tls_certificate, "/c.pem");
  EXPECT_EQ(endpoint.tls_key, "/k.pem");
}

TEST(Endpoint, ReadsTlsParametersOfPostgresql) {
  const Endpoint endpoint = target(
      "postgresql://h/x?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem");

  EXPECT_EQ(endpoint.tls_mode, "verify-full");
  EXPECT_EQ(endpoint.tls_ca, "/ca.pem");
  EXPECT_EQ(endpoint.tls_certificate, "/c.pem");
  EXPECT_EQ(endpoint.tls_key, "/k.pem");
}

TEST(Endpoint, SaysTlsModesInTheWordsOfEachProtocol) {
  EXPECT_EQ(source("mysql://h?ssl-mode=require").tls_mode, "required");
  EXPECT_EQ(source("mysql://h?ssl-mode=VERIFY_IDENTITY").tls_mode, "verify-full");
  EXPECT_EQ(target("postgresql://h?sslmode=REQUIRED").tls_mode, "require");
  EXPECT_EQ(target("postgresql://h?sslmode=preferred").tls_mode, "prefer");
  EXPECT_EQ(target("postgresql://h?sslmode=allow").tls_mode, "allow");
}

TEST(Endpoint, ReadsTheConnectTimeout) {
  EXPECT_EQ(target("postgresql://h?connect_timeout=3").connect_timeout_seconds, 3);
  EXPECT_EQ(source("mysql://h?connect-timeout=3").connect_timeout_seconds, 3);
}

// ---- what is shown

TEST(Endpoint, MasksThePassword) {
  EXPECT_EQ(source("mysql://reader:secret@db1:3307/shop").masked(),
            "mysql://reader:***@db1:3307/shop");
}

TEST(Endpoint, MasksAPasswordGivenAsAParameter) {
  EXPECT_EQ(source("mysql://db1/shop?password=secret").masked(), "mysql://:***@db1/shop");
}

TEST(Endpoint, ShowsNoStarsWithoutAPassword) {
  EXPECT_EQ(source("mysql://reader@db1/shop").masked(), "mysql://reader@db1/shop");
}

TEST(Endpoint, ShowsAUrlThatReadsBackAsTheSame) {
  const Endpoint endpoint = target("postgresql://a%40b@[::1]:5433/my%20db?sslmode=require");

  const Endpoint again = target(endpoint.masked());

  EXPECT_EQ(again.user, "a@b");
  EXPECT_EQ(again.host, "::1");
  EXPECT_EQ(again.port, 5433);
  EXPECT_EQ(again.database, "my db");
  EXPECT_EQ(again.tls_mode, "require");
}

TEST(Endpoint, ShowsTheSocketAsTheProtocolWritesIt) {
  EXPECT_EQ(source("mysql:///x?socket=/s.sock").masked(), "mysql:///x?socket=/s.sock");
  EXPECT_EQ(target("postgresql:///x?host=/run").masked(), "postgresql:///x?host=/run");
}

// ---- what is refused

TEST(Endpoint, RefusesAUrlWithoutAScheme) {
  EXPECT_TRUE(contains(source_refusal("db1/shop"), "does not begin with a scheme"));
}

TEST(Endpoint, RefusesAnUnknownScheme) {
  EXPECT_TRUE(contains(source_refusal("oracle://db1/shop"), "unknown scheme 'oracle'"));
}

TEST(Endpoint, SaysThatTheSourceComesFirst) {
  EXPECT_TRUE(contains(source_refusal("postgresql://db2/x"), "the source comes first"));
  EXPECT_TRUE(contains(refusal("mysql://db1/x", Side::target), "the source comes first"));
}

TEST(Endpoint, RefusesAPortThatIsNone) {
  EXPECT_TRUE(contains(source_refusal("mysql://db1:33o6/x"), "port"));
  EXPECT_TRUE(contains(source_refusal("mysql://db1:0/x"), "port"));
  EXPECT_TRUE(contains(source_refusal("mysql://db1:65536/x"), "port"));
  EXPECT_TRUE(contains(source_refusal("mysql://db1:/x"), "port"));
}

TEST(Endpoint, AsksForBracketsAroundIpv6) {
  EXPECT_TRUE(contains(source_refusal("mysql://::1/x"), "[::1]"));
  EXPECT_TRUE(contains(source_refusal("mysql://[::1/x"), "not closed"));
  EXPECT_TRUE(contains(source_refusal("mysql://[::1]3306/x"), "[::1]:3306"));
}

TEST(Endpoint, NamesTheNearestParameter) {
  EXPECT_TRUE(contains(source_refusal("mysql://h/x?sokcet=/s"), "did you mean socket?"));
  EXPECT_TRUE(contains(refusal("postgresql://h/x?sslrotcert=/s", Side::target), "sslrootcert?"));
}

TEST(Endpoint, RefusesAnUnknownTlsMode) {
  EXPECT_TRUE(contains(source_refusal("mysql://h?ssl-mode=maybe"), "'maybe'"));
}

TEST(Endpoint, RefusesABrokenPercent) {
  EXPECT_TRUE(contains(source_refusal("mysql://u:50%off@h/x"), "%25"));
  EXPECT_TRUE(contains(source_refusal("mysql://u:a%4@h/x"), "%25"));
}

TEST(Endpoint, RefusesANulByte) {
  EXPECT_TRUE(contains(source_refusal("mysql://u@h/a%00b"), "NUL"));
}

TEST(Endpoint, RefusesSeveralHosts) {
  EXPECT_TRUE(contains(refusal("postgresql://a,b/x", Side::target), "one host"));
}

TEST(Endpoint, RefusesASecondSlash) {
  EXPECT_TRUE(contains(source_refusal("mysql://h/a/b"), "%2F"));
}

// Each of these URLs is misread because its password was not encoded: no piece of it may show.

TEST(Endpoint, NeverShowsAPasswordWithARawSlash) {
  const std::string text = source_refusal("mysql://u:hush/HUSH@h/x");

  EXPECT_TRUE(contains(text, "%2F"));
  EXPECT_FALSE(contains(text, "hush") || contains(text, "HUSH"));
}

TEST(Endpoint, NeverShowsAPasswordWithARawQuestionMark) {
  const std::string text = source_refusal("mysql://u:hush?HUSH@h/x");

  EXPECT_FALSE(contains(text, "hush") || contains(text, "HUSH"));
}

TEST(Endpoint, NeverShowsAPasswordBehindAnAtAndAQuestionMark) {
  const std::string text = source_refusal("mysql://u:hush@HUSH?Hush@h/x");

  EXPECT_FALSE(contains(text, "hush") || contains(text, "HUSH") || contains(text, "Hush"));
}

TEST(Endpoint, NeverShowsAPasswordWithoutAHost) {
  EXPECT_FALSE(contains(source_refusal("mysql://u:hush"), "hush"));
}

TEST(Endpoint, NeverShowsAPasswordWithoutAScheme) {
  EXPECT_FALSE(contains(source_refusal("u:hush@h/x"), "hush"));
}

TEST(Endpoint, NeverShowsAPasswordWithABrokenPercent) {
  EXPECT_FALSE(contains(source_refusal("mysql://u:hush%zz@h"), "hush"));
}

}  // namespace
}  // namespace millrace
