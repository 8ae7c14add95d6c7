#pragma once

#include <cstdint>

#include "operators/value_fault.h"
#include "operators/wire_field.h"

// MariaDB's UUID, INET4 and INET6, which arrive as text.
//    uuid := int32(16) byte{16}
//    inet := int32(4 + n) family(1) bits(1) is_cidr(1) n(1) address(n)     family: 2 IPv4, 3 IPv6
// Source: PostgreSQL, src/backend/utils/adt/{uuid,network}.c.

namespace millrace {

/// Requires: room for 20 bytes. Errors: invalid_uuid, with `to` as it was.
ValueFault encode_uuid(std::uint8_t*& to, FieldView text) noexcept;

/// Requires: room for 24 bytes. Errors: invalid_inet, with `to` as it was.
ValueFault encode_inet(std::uint8_t*& to, FieldView text) noexcept;

}  // namespace millrace
