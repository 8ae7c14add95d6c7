#include "operators/encode_network.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>

#include "operators/byte_order.h"

namespace millrace {
namespace {

// A hexadecimal digit's value; above 15: none.
constexpr std::array<std::uint8_t, 256> hex_values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(0xff);
  std::uint8_t value = 0;
  for (unsigned digit = '0'; digit <= '9'; ++digit) table[digit] = value++;
  for (unsigned digit = 'a'; digit <= 'f'; ++digit) {
    table[digit] = value;
    table[digit - 'a' + 'A'] = value++;
  }
  return table;
}();

}  // namespace

ValueFault encode_uuid(std::uint8_t*& to, FieldView text) noexcept {
  // 8-4-4-4-12 digits, or all 32 without a dash.
  constexpr std::array<std::uint8_t, 16> dashed = {0,  2,  4,  6,  9,  11, 14, 16,
                                                   19, 21, 24, 26, 28, 30, 32, 34};
  constexpr std::array<std::uint8_t, 16> plain = {0,  2,  4,  6,  8,  10, 12, 14,
                                                  16, 18, 20, 22, 24, 26, 28, 30};
  const std::uint8_t* const s = text.data;
  const bool has_dashes =
      text.bytes == 36 && s[8] == '-' && s[13] == '-' && s[18] == '-' && s[23] == '-';
  if (!has_dashes && text.bytes != 32) return ValueFault::invalid_uuid;
  const auto& pair_at = has_dashes ? dashed : plain;
  unsigned all = 0;
  for (std::size_t i = 0; i < pair_at.size(); ++i) {
    const unsigned high = hex_values[s[pair_at[i]]];
    const unsigned low = hex_values[s[pair_at[i] + 1]];
    all |= high | low;
    to[4 + i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if (all > 0xf) return ValueFault::invalid_uuid;
  store_big(to, std::uint32_t{16});
  to += 20;
  return ValueFault::none;
}

ValueFault encode_inet(std::uint8_t*& to, FieldView text) noexcept {
  constexpr std::size_t longest_suffix = 4;  // "/128"
  std::array<char, INET6_ADDRSTRLEN + longest_suffix> address{};
  if (text.bytes == 0 || text.bytes >= address.size() ||
      std::memchr(text.data, 0, text.bytes) != nullptr) {
    return ValueFault::invalid_inet;
  }
  const bool v6 = std::memchr(text.data, ':', text.bytes) != nullptr;
  const std::size_t n = v6 ? 16 : 4;
  // "10.0.0.0/8": how many bits belong to the network.
  std::size_t address_bytes = text.bytes;
  std::size_t bits = 8 * n;
  if (const void* const slash = std::memchr(text.data, '/', text.bytes); slash != nullptr) {
    const auto* digit = static_cast<const std::uint8_t*>(slash) + 1;
    const std::uint8_t* const end = text.data + text.bytes;
    address_bytes = static_cast<std::size_t>(digit - 1 - text.data);
    if (digit == end || end - digit > 3) return ValueFault::invalid_inet;
    for (bits = 0; digit != end; ++digit) {
      if (*digit < '0' || *digit > '9') return ValueFault::invalid_inet;
      bits = 10 * bits + (*digit - std::size_t{'0'});
    }
    if (bits > 8 * n) return ValueFault::invalid_inet;
  }
  std::memcpy(address.data(), text.data, address_bytes);
  if (inet_pton(v6 ? AF_INET6 : AF_INET, address.data(), to + 8) != 1) {
    return ValueFault::invalid_inet;
  }
  store_big(to, static_cast<std::uint32_t>(4 + n));
  to[4] = v6 ? 3 : 2;
  to[5] = static_cast<std::uint8_t>(bits);
  to[6] = 0;
  to[7] = static_cast<std::uint8_t>(n);
  to += 8 + n;
  return ValueFault::none;
}

}  // namespace millrace
