#include "operators/meant_table.h"

#include <cstddef>

#include "io/error.h"

namespace millrace {

bool means_members(const SourceTable& table, std::string_view origin, std::string_view hint,
                   const std::function<bool(const SourceMember& member)>& means) {
  constexpr std::size_t most_named = 5;
  const SourceMember* meant = nullptr;
  std::string others;
  std::size_t n_others = 0;
  for (const SourceMember& member : table.members) {
    if (means(member)) {
      if (meant == nullptr) meant = &member;
    } else if (++n_others <= most_named) {
      others += (others.empty() ? "" : ", ") + member.full_name();
    }
  }
  if (meant == nullptr) return false;
  if (n_others == 0) return true;
  if (n_others > most_named) others += " and " + std::to_string(n_others - most_named) + " more";
  throw Error(ErrorKind::bad_request,
              "cannot use " + std::string(origin) + ": it means " + meant->full_name() +
                  ", but not " + others + ", which become one table with it",
              {.side = Side::source, .table = table.full_name()}, std::string(hint));
}

bool means_table(
    const SourceTable& table, std::string_view origin,
    const std::function<bool(const std::string& database, const std::string& name)>& means) {
  if (means(table.database, table.name)) return true;
  return means_members(
      table, origin,
      "name " + table.full_name() + ", or write a pattern that means all of its tables",
      [&](const SourceMember& member) { return means(member.database, member.name); });
}

}  // namespace millrace
