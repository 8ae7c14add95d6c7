#pragma once

#include <span>
#include <vector>

#include "io/wire_form.h"
#include "operators/column_encoding.h"

namespace millrace {

/// What the encoder of each column takes its bytes for: what the source must send.
std::vector<WireForm> wire_forms(std::span<const ColumnEncoding> columns);

}  // namespace millrace
