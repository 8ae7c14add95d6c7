#include "tools/millrace/fault_settings.h"

#include <utility>

#include "tools/millrace/column_words.h"

namespace millrace {
namespace {

FaultPolicy parse_policy(const std::string& word, const std::string& origin) {
  return static_cast<FaultPolicy>(
      place_of_word(word, fault_words, origin, "use stop, null or reject"));
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
  const std::string option = "--on-fault";
  read_column_words(
      words, option, "shop.*.when=null",
      [&](const std::string& word) { job.on_fault = parse_policy(word, option); },
      [&](std::string columns, const std::string& word, std::string origin) {
        job.fault_rules.push_back({.column = std::move(columns),
                                   .on_fault = parse_policy(word, option),
                                   .origin = std::move(origin)});
      });
}

}  // namespace millrace
