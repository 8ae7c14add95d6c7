#include "io/archive/chunk_faults.h"

#include <algorithm>
#include <system_error>

#include <nlohmann/json.hpp>

#include "io/archive/durable_file.h"
#include "io/archive/json_fields.h"
#include "io/archive/manifest.h"
#include "io/error.h"

namespace millrace::archive {

namespace {

namespace fs = std::filesystem;

fs::path faults_path(const fs::path& folder, std::uint64_t chunk) {
  return chunk_path(folder, chunk).replace_extension(".faults");
}

}  // namespace

void write_chunk_faults(const fs::path& folder, std::uint64_t chunk,
                        std::span<const PartFaults> parts) {
  const fs::path path = faults_path(folder, chunk);
  if (!fs::exists(path) && std::ranges::none_of(parts, &PartFaults::any)) return;
  nlohmann::ordered_json out;
  nlohmann::ordered_json& list = out["parts"] = nlohmann::ordered_json::array();
  for (const PartFaults& part : parts) {
    list.push_back({{"rejected", part.rows_rejected}, {"nulled", part.values_nulled}});
  }
  write_file(path, line_of(out) + "\n");
}

std::vector<PartFaults> read_chunk_faults(const fs::path& folder, std::uint64_t chunk,
                                          std::size_t parts) {
  const fs::path path = faults_path(folder, chunk);
  std::vector<PartFaults> faults;
  if (!fs::exists(path)) return faults;
  try {
    const nlohmann::ordered_json in = parse_line(read_file(path));
    reading([&] {
      for (const auto& part : in.at("parts")) {
        PartFaults& one = faults.emplace_back();
        need(part, "rejected", one.rows_rejected);
        need(part, "nulled", one.values_nulled);
      }
    });
    if (faults.size() != parts) throw Error(ErrorKind::bad_data, "it is of other parts");
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::bad_data) throw;
    throw Error(
        ErrorKind::bad_data, "cannot use " + path.string() + ": " + error.message(), {},
        "remove it and " + chunk_path(folder, chunk).string() + ": --resume writes both anew");
  }
  return faults;
}

void remove_chunk_faults(const fs::path& folder, std::uint64_t chunk) noexcept {
  std::error_code fault;  // what stays is of no meaning
  fs::remove(faults_path(folder, chunk), fault);
}

}  // namespace millrace::archive
