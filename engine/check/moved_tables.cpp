#include "engine/check/moved_tables.h"

#include <map>
#include <utility>

#include "engine/ledger_schema.h"

namespace millrace {

std::optional<MovedTables> find_moved_tables(postgres::Connection& target, const WorkPlan& work) {
  if (look_for_ledger(target) != LedgerState::ready) return std::nullopt;
  struct Move {
    int run = 0;
    MovedTables told;
  };
  std::map<std::pair<std::string, std::string>, Move> moved;
  for (const postgres::Row& row : target.query(
           "SELECT target_schema, target_name, run, pg_catalog.to_char(ended_at AT TIME ZONE "
           "'UTC', "
           "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), source_identity FROM (SELECT DISTINCT ON "
           "(target_schema, target_name) target_schema, target_name, run, ended_at, "
           "source_identity, state, error FROM millrace.tables JOIN millrace.runs USING (run) "
           "ORDER BY target_schema, target_name, run DESC) last WHERE state = 'complete' AND error "
           "IS NULL AND EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
           "ON n.oid = c.relnamespace WHERE nspname = target_schema AND relname = target_name)")) {
    moved[{row[0].text, row[1].text}] = {std::stoi(row[2].text),
                                         {row[2].text, row[3].text, row[4].text}};
  }
  std::optional<Move> last;
  for (const TableWork& table : work.tables) {
    const TargetTable& wanted = table.translated->target;
    const auto found = moved.find({wanted.schema, wanted.name});
    if (found == moved.end()) return std::nullopt;
    const Move& move = found->second;
    const bool same_source = !last || last->told.source_identity == move.told.source_identity;
    if (!last || last->run < move.run) last = move;
    if (!same_source) last->told.source_identity.clear();
  }
  if (!last) return std::nullopt;
  return last->told;
}

}  // namespace millrace
