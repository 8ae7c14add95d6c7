#include "io/archive/target_json.h"

#include <nlohmann/json.hpp>

#include "io/archive/json_fields.h"

// Every struct is taken apart with a structured binding, which names all of its members: a member
// that is added to io/target_schema.h and not here does not compile. Write it, read it, and say in
// docs/formats/archive.md what an older archive means by its absence.
namespace millrace::archive {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const TargetColumn& column) {
  const auto& [name, type, collation, nullable, identity, identity_sequence, default_sql,
               generated_sql, generated_virtual, comment] = column;
  Json out = {{"name", name}, {"type", type}};
  put(out, "collation", collation);
  put(out, "nullable", nullable, true);
  put(out, "identity", identity);
  put(out, "identity_sequence", identity_sequence);
  put(out, "default", default_sql);
  put(out, "generated", generated_sql);
  put(out, "generated_virtual", generated_virtual);
  put(out, "comment", comment);
  return out;
}

void from_json(const Json& in, TargetColumn& column) {
  auto& [name, type, collation, nullable, identity, identity_sequence, default_sql, generated_sql,
         generated_virtual, comment] = column;
  need(in, "name", name);
  need(in, "type", type);
  get(in, "collation", collation);
  get(in, "nullable", nullable);
  get(in, "identity", identity);
  get(in, "identity_sequence", identity_sequence);
  get(in, "default", default_sql);
  get(in, "generated", generated_sql);
  get(in, "generated_virtual", generated_virtual);
  get(in, "comment", comment);
}

Json to_json(const TargetCheck& check) {
  const auto& [name, condition] = check;
  return {{"name", name}, {"condition", condition}};
}

void from_json(const Json& in, TargetCheck& check) {
  auto& [name, condition] = check;
  need(in, "name", name);
  need(in, "condition", condition);
}

Json to_json(const TargetTouch& touch) {
  const auto& [name, function, columns] = touch;
  return {{"name", name}, {"function", function}, {"columns", columns}};
}

void from_json(const Json& in, TargetTouch& touch) {
  auto& [name, function, columns] = touch;
  need(in, "name", name);
  need(in, "function", function);
  need(in, "columns", columns);
}

Json to_json(const TargetPartition& partition) {
  const auto& [name, bounds, comment] = partition;
  Json out = {{"name", name}, {"bounds", bounds}};
  put(out, "comment", comment);
  return out;
}

void from_json(const Json& in, TargetPartition& partition) {
  auto& [name, bounds, comment] = partition;
  need(in, "name", name);
  need(in, "bounds", bounds);
  get(in, "comment", comment);
}

Json to_json(const TargetIndex& index) {
  const auto& [name, primary, unique, method, parts] = index;
  Json out = {{"name", name}, {"parts", parts}};
  put(out, "primary", primary);
  put(out, "unique", unique);
  put(out, "method", method, std::string("btree"));
  return out;
}

void from_json(const Json& in, TargetIndex& index) {
  auto& [name, primary, unique, method, parts] = index;
  need(in, "name", name);
  need(in, "parts", parts);
  get(in, "primary", primary);
  get(in, "unique", unique);
  get(in, "method", method);
}

Json to_json(const TargetForeignKey& key) {
  const auto& [name, columns, schema, table, referenced, on_delete, on_update] = key;
  Json out = {{"name", name}, {"columns", columns}, {"schema", schema}, {"table", table}};
  out["referenced"] = referenced;
  put(out, "on_delete", on_delete);
  put(out, "on_update", on_update);
  return out;
}

void from_json(const Json& in, TargetForeignKey& key) {
  auto& [name, columns, schema, table, referenced, on_delete, on_update] = key;
  need(in, "name", name);
  need(in, "columns", columns);
  need(in, "schema", schema);
  need(in, "table", table);
  need(in, "referenced", referenced);
  get(in, "on_delete", on_delete);
  get(in, "on_update", on_update);
}

template <class Items>
void put_all(Json& out, const char* name, const Items& items) {
  if (items.empty()) return;
  Json& array = out[name] = Json::array();
  for (const auto& item : items) array.push_back(to_json(item));
}

template <class Items>
void get_all(const Json& in, const char* name, Items& items) {
  const auto found = in.find(name);
  if (found == in.end()) return;
  for (const Json& each : *found) from_json(each, items.emplace_back());
}

}  // namespace

std::string target_table_json(const TargetTable& table) {
  const auto& [schema, name, comment, columns, partition_by, partitions, checks, late_checks, touch,
               indexes, foreign_keys, next_identity] = table;
  Json out = {{"schema", schema}, {"name", name}};
  put(out, "comment", comment);
  put_all(out, "columns", columns);
  put(out, "partition_by", partition_by);
  put_all(out, "partitions", partitions);
  put_all(out, "checks", checks);
  put_all(out, "late_checks", late_checks);
  if (touch) out["touch"] = to_json(*touch);
  put_all(out, "indexes", indexes);
  put_all(out, "foreign_keys", foreign_keys);
  if (next_identity) out["next_identity"] = *next_identity;
  return line_of(out);
}

TargetTable parse_target_table(const std::string& text) {
  const Json in = parse_line(text);
  TargetTable table;
  auto& [schema, name, comment, columns, partition_by, partitions, checks, late_checks, touch,
         indexes, foreign_keys, next_identity] = table;
  reading([&] {
    need(in, "schema", schema);
    need(in, "name", name);
    get(in, "comment", comment);
    get_all(in, "columns", columns);
    get(in, "partition_by", partition_by);
    get_all(in, "partitions", partitions);
    get_all(in, "checks", checks);
    get_all(in, "late_checks", late_checks);
    if (in.contains("touch")) from_json(in.at("touch"), touch.emplace());
    get_all(in, "indexes", indexes);
    get_all(in, "foreign_keys", foreign_keys);
    std::uint64_t next = 0;
    if (in.contains("next_identity")) {
      need(in, "next_identity", next);
      next_identity = next;
    }
  });
  return table;
}

std::string target_enum_json(const TargetEnum& type) {
  const auto& [schema, name, labels] = type;
  return line_of({{"schema", schema}, {"name", name}, {"labels", labels}});
}

TargetEnum parse_target_enum(const std::string& text) {
  const Json in = parse_line(text);
  TargetEnum type;
  auto& [schema, name, labels] = type;
  reading([&] {
    need(in, "schema", schema);
    need(in, "name", name);
    need(in, "labels", labels);
  });
  return type;
}

std::string target_collation_json(const TargetCollation& collation) {
  const auto& [schema, name, locale] = collation;
  return line_of({{"schema", schema}, {"name", name}, {"locale", locale}});
}

TargetCollation parse_target_collation(const std::string& text) {
  const Json in = parse_line(text);
  TargetCollation collation;
  auto& [schema, name, locale] = collation;
  reading([&] {
    need(in, "schema", schema);
    need(in, "name", name);
    need(in, "locale", locale);
  });
  return collation;
}

std::string target_sequence_json(const TargetSequence& sequence) {
  const auto& [schema, name, next, minimum, maximum, start, increment, cycle] = sequence;
  return line_of({{"schema", schema},
                  {"name", name},
                  {"next", next},
                  {"minimum", minimum},
                  {"maximum", maximum},
                  {"start", start},
                  {"increment", increment},
                  {"cycle", cycle}});
}

TargetSequence parse_target_sequence(const std::string& text) {
  const Json in = parse_line(text);
  TargetSequence sequence;
  auto& [schema, name, next, minimum, maximum, start, increment, cycle] = sequence;
  reading([&] {
    need(in, "schema", schema);
    need(in, "name", name);
    need(in, "next", next);
    need(in, "minimum", minimum);
    need(in, "maximum", maximum);
    need(in, "start", start);
    need(in, "increment", increment);
    need(in, "cycle", cycle);
  });
  return sequence;
}

std::string target_view_json(const TargetView& view) {
  const auto& [schema, name, query, source] = view;
  return line_of({{"schema", schema}, {"name", name}, {"query", query}, {"source", source}});
}

TargetView parse_target_view(const std::string& text) {
  const Json in = parse_line(text);
  TargetView view;
  auto& [schema, name, query, source] = view;
  reading([&] {
    need(in, "schema", schema);
    need(in, "name", name);
    need(in, "query", query);
    need(in, "source", source);
  });
  return view;
}

}  // namespace millrace::archive
