#include "engine/alike_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/report_builder.h"

namespace millrace {
namespace {

using testing::HasSubstr;
using testing::Not;

/// The `data` column of each job's own table, all with one message.
std::vector<NoteReport> notes_of_jobs(int jobs) {
  std::vector<NoteReport> notes;
  for (int job = 1; job <= jobs; ++job) {
    notes.push_back({"type", "1qube." + std::to_string(job) + "work.data", "becomes bytea"});
  }
  return notes;
}

std::uint64_t places_of(const std::vector<NoteReport>& notes) {
  std::uint64_t places = 0;
  for (const NoteReport& note : notes) places += note.places;
  return places;
}

TEST(AlikeNotes, OneNoteTellsOfAColumnOfThousandsOfTables) {
  const std::vector<NoteReport> merged = merge_alike_notes(notes_of_jobs(10'000));

  ASSERT_EQ(merged.size(), 1U);
  EXPECT_EQ(merged[0].where, "1qube.1work.data");
  EXPECT_EQ(merged[0].places, 10'000U);
  EXPECT_EQ(note_place(merged[0]), "1qube.1work.data and 9,999 more");
}

TEST(AlikeNotes, AFewStayApart) {
  const std::vector<NoteReport> merged = merge_alike_notes(notes_of_jobs(3));

  ASSERT_EQ(merged.size(), 3U);
  EXPECT_EQ(note_place(merged[2]), "1qube.3work.data");
  EXPECT_EQ(merged[2].places, 1U);
}

TEST(AlikeNotes, OtherColumnsMessagesAndTopicsAreNotMixed) {
  std::vector<NoteReport> notes = notes_of_jobs(4);
  for (int job = 1; job <= 4; ++job) {
    const std::string table = "1qube." + std::to_string(job) + "work";
    notes.push_back({"type", table + ".package", "becomes bytea"});
    notes.push_back({"type", table + ".data", "becomes text"});
    notes.push_back({"default", table + ".data", "becomes bytea"});
    notes.push_back({"type", table, "becomes bytea"});
  }

  const std::vector<NoteReport> merged = merge_alike_notes(notes);

  EXPECT_EQ(merged.size(), 5U);
  EXPECT_EQ(places_of(merged), places_of(notes));
}

TEST(AlikeNotes, OrderStaysAndMergingAgainChangesNothing) {
  std::vector<NoteReport> notes = {{"renamed", "shop.a", "first"}};
  for (NoteReport& note : notes_of_jobs(5)) notes.push_back(std::move(note));
  notes.insert(notes.begin() + 3, NoteReport{"renamed", "shop.b", "between"});

  const std::vector<NoteReport> merged = merge_alike_notes(merge_alike_notes(notes));

  ASSERT_EQ(merged.size(), 3U);
  EXPECT_EQ(merged[0].message, "first");
  EXPECT_EQ(merged[1].places, 5U);
  EXPECT_EQ(merged[2].message, "between");
}

TEST(AlikeNotes, EveryReportSaysForHowManyPlacesANoteHolds) {
  RunReport report = complete_report();
  report.notes = merge_alike_notes(notes_of_jobs(10'000));
  report.notes.push_back({"renamed", "shop.a", "alone"});

  EXPECT_THAT(report_summary(report, 100), HasSubstr("1qube.1work.data and 9,999 more: becomes"));
  EXPECT_THAT(report_html(report), HasSubstr("1qube.1work.data and 9,999 more</b> becomes"));
  EXPECT_THAT(report_json(report), HasSubstr("\"places\": 10000"));
  report.notes.erase(report.notes.begin());
  EXPECT_THAT(report_json(report), Not(HasSubstr("\"places\"")));
}

}  // namespace
}  // namespace millrace
