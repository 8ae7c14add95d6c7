#pragma once

#include <cstdint>

#include "operators/value_fault.h"
#include "operators/wire_field.h"

// UUIDs and network addresses that arrive as text: MariaDB's UUID, INET4 and INET6 types, and text
// columns that a rule converts.
//    uuid := int32(16) byte{16}
//    inet := int32(4 + n) family(1) bits(1) is_cidr(1) n(1) address(n)     family: 2 IPv4, 3 IPv6
// Source: PostgreSQL, src/backend/utils/adt/{uuid,network}.c.

namespace millrace {

/// 32 digits, with the four dashes or without any.
/// Requires: room for 20 bytes. Errors: invalid_uuid, with `to` as it was.
ValueFault encode_uuid(std::uint8_t*& to, FieldView text) noexcept;

/// An address, with "/n" behind it or without.
/// Requires: room for 24 bytes. Errors: invalid_inet, with `to` as it was.
ValueFault encode_inet(std::uint8_t*& to, FieldView text) noexcept;

}  // namespace millrace
