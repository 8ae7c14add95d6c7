#include "io/loopback.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Loopback, AddressesAndNamesThatNeverLeaveTheMachine) {
  for (const char* const host :
       {"127.0.0.1", "127.3.2.1", "127.255.255.255", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1",
        "localhost", "LocalHost", "db.localhost", "localhost.localdomain"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
}

TEST(Loopback, WhatOnlyBeginsOrEndsSo) {
  for (const char* const host :
       {"", "127.example.org", "127.0.0.1.example.org", "128.0.0.1", "10.0.0.1", "0.0.0.0", "::2",
        "::", "::ffff:10.0.0.1", "notlocalhost", "localhost.example.org", "/run/postgresql"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

}  // namespace
}  // namespace millrace
