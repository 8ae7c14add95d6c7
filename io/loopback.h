#pragma once

#include <string_view>

namespace millrace {

/// Whether bytes to `host` never leave this machine: a numeric address of 127.0.0.0/8, ::1 or the
/// former as IPv6 writes it, or a name that always means one (localhost and what is below it).
bool is_loopback(std::string_view host);

}  // namespace millrace
