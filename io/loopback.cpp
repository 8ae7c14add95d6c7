#include "io/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <string>

#include "io/ascii_case.h"

namespace millrace {

bool is_loopback(std::string_view host) {
  const std::string name = lower_case(host);
  in_addr v4{};
  if (::inet_pton(AF_INET, name.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, name.c_str(), &v6) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
  }
  // Source: RFC 6761, 6.3; the last is what some distributions call it.
  return name == "localhost" || name.ends_with(".localhost") || name == "localhost.localdomain";
}

}  // namespace millrace
