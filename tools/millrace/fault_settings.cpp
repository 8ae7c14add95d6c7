#include "tools/millrace/fault_settings.h"

#include <algorithm>
#include <utility>

#include "io/error.h"
#include "io/nearest_word.h"

namespace millrace {
namespace {

[[noreturn]] void refuse(const std::string& origin, const std::string& why, std::string hint) {
  throw Error(ErrorKind::bad_request, "cannot use " + origin + ": " + why, {}, std::move(hint));
}

FaultPolicy parse_policy(const std::string& word, const std::string& origin) {
  const auto known = std::find(fault_words.begin(), fault_words.end(), word);
  if (known != fault_words.end()) {
    return static_cast<FaultPolicy>(known - fault_words.begin());
  }
  const std::string_view meant = nearest_word(word, fault_words);
  refuse(origin, "no such value: '" + word + "'",
         meant.empty() ? "use stop, null or reject" : "did you mean " + std::string(meant) + "?");
}

}  // namespace

FaultRule read_fault_table(const SettingTable& table) {
  constexpr std::array<std::string_view, 2> keys = {"column", "on_fault"};
  const TableReader reader(table, keys);
  return {.column = reader.required_text("column", "column = \"shop.*.when\""),
          .on_fault = parse_policy(reader.required_text("on_fault", "on_fault = \"null\""),
                                   reader.origin_of("on_fault")),
          .origin = reader.origin()};
}

void apply_on_fault(Job& job, std::span<const std::string> words) {
  const std::string origin = "--on-fault";
  for (const std::string& word : words) {
    const std::size_t equals = word.rfind('=');
    if (equals == std::string::npos) {
      job.on_fault = parse_policy(word, origin);
    } else if (equals == 0) {
      refuse(origin, "'" + word + "' names no column", "write 'shop.*.when=null'");
    } else {
      job.fault_rules.push_back({.column = word.substr(0, equals),
                                 .on_fault = parse_policy(word.substr(equals + 1), origin),
                                 .origin = origin + " " + word});
    }
  }
}

}  // namespace millrace
