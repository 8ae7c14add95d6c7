#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

/// Write a count with its thousands apart: 4000000 -> "4,000,000".
std::string count_text(std::uint64_t count, std::string_view separator = ",");

/// Write a count in at most five characters: 1180000 -> "1.18M", 950 -> "950".
std::string short_count_text(double count);

/// Write bytes of data in decimal units, three digits: 619432100 -> "619 MB".
std::string data_text(double bytes);

/// Write bytes of memory in binary units, as options take them: 268435456 -> "256 MiB".
std::string memory_text(std::uint64_t bytes);

/// Write a time span: "50 ms", "3.42 s", "2 min 05 s", "3 h 12 min".
std::string duration_text(double seconds);

/// Write a number with `decimals` digits after the point, whatever the locale.
std::string fixed_text(double number, int decimals);

}  // namespace millrace
