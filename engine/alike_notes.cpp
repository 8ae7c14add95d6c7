#include "engine/alike_notes.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/quantity_text.h"

namespace millrace {
namespace {

constexpr std::uint64_t most_apart = 3;  // as many lines still read at a glance

/// What makes notes alike. A column's name is what follows the last of two dots or more.
std::string likeness_of(const NoteReport& note) {
  const std::string_view where = note.where;
  const bool is_column = std::ranges::count(where, '.') > 1;
  const std::string_view column = is_column ? where.substr(where.rfind('.')) : std::string_view{};
  std::string key = note.topic;
  key += '\0';
  key += column;
  key += '\0';
  key += note.message;
  return key;
}

struct Alike {
  std::uint64_t places = 0;
  bool is_told = false;
};

}  // namespace

std::vector<NoteReport> merge_alike_notes(std::vector<NoteReport> notes) {
  std::unordered_map<std::string, Alike> groups;
  for (const NoteReport& note : notes) groups[likeness_of(note)].places += note.places;
  std::vector<NoteReport> merged;
  for (NoteReport& note : notes) {
    Alike& group = groups[likeness_of(note)];
    if (group.places <= most_apart) {
      merged.push_back(std::move(note));
    } else if (!group.is_told) {
      group.is_told = true;
      note.places = group.places;
      merged.push_back(std::move(note));
    }
  }
  return merged;
}

std::string note_place(const NoteReport& note) {
  if (note.places <= 1) return note.where;
  return note.where + " and " + count_text(note.places - 1) + " more";
}

}  // namespace millrace
