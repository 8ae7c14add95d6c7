#pragma once

#include <cstddef>
#include <cstdint>

#include "operators/value_fault.h"
#include "operators/wire_field.h"

// Geometry.
//    MySQL      := srid(4, little-endian) WKB
//    WKB        := order(1) type(4) body            order: 0 big-endian, 1 little-endian
//    EWKB       := order(1) type|20000000(4) srid(4) body
// SRID 0 says "none" on both sides: the field is then the plain WKB. The geometries inside a
// collection carry no SRID of their own and stay as they are.
// Source: MySQL manual, "Internal Geometry Storage Format"; PostGIS, doc/ZMSgeoms.txt.

namespace millrace {

/// Encode a geometry as a field of EWKB. Requires: room for 4 + field.bytes bytes.
/// Errors: invalid_geometry, with `to` as it was, for what is no WKB of the seven OGC types.
ValueFault encode_geometry(std::uint8_t*& to, FieldView field) noexcept;

}  // namespace millrace
