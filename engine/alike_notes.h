#pragma once

#include <string>
#include <vector>

#include "engine/report.h"

namespace millrace {

/// Tell what is said of very many columns or tables alike once: a farm has 40,000 tables of a few
/// shapes.
///
/// Alike are notes of one topic and one message, of columns of one name (in any table) or of
/// tables. Up to three stay apart; more become the first of them, with the number of its places.
/// Ensures: the others keep their order; no note is lost from the sum of places.
/// Threads: any. Cost: the notes once.
std::vector<NoteReport> merge_alike_notes(std::vector<NoteReport> notes);

/// Where a note holds: "shop.orders.qty", or "1qube.1work.data and 9,999 more".
std::string note_place(const NoteReport& note);

}  // namespace millrace
