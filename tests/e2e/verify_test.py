#!/usr/bin/env python3
"""millrace verify: every way in which a target can be wrong is found and located, what is right
raises no alarm, and --repair brings back just what was lost."""

import os
import pathlib
import random
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "faults"))

from fault_test_case import COMPLETE, SECRET, OneTableTestCase, quote

DIFFERENCE = 9

# A column of each type, and how one bit (or the least that the type has) of its value is changed.
COLUMNS = {
    "flag": ("tinyint(1)", "1", "not flag"),
    "small": ("smallint", "-7", "small # 1"),
    "medium": ("mediumint unsigned", "7", "medium # 1"),
    "number": ("int", "70000", "number # 1"),
    "big": ("bigint", "-8000000000", "big # 1"),
    "huge": ("bigint unsigned", "18446744073709551615", "huge - 1"),
    "price": ("decimal(12,4)", "1234.5000", "price + 0.0001"),
    "ratio": ("float", "1.5", "1.5000001"),
    "exact": ("double", "1", "1.0000000000000002"),
    "bits": ("bit(9)", "b'101010101'", "bits # b'000000001'"),
    "day": ("date", "'2024-02-29'", "day + 1"),
    "moment": ("datetime(6)", "'2024-02-29 01:02:03.000004'", "moment + interval '1 microsecond'"),
    "instant": ("timestamp(6) null", "'2024-02-29 01:02:03.000004'", "instant + interval '1 microsecond'"),
    "span": ("time(6)", "'-838:59:59.000000'", "span + interval '1 microsecond'"),
    "years": ("year", "2024", "years # 1"),
    "code": ("char(5)", "'ab'", "'ac'"),
    "name": ("varchar(40)", "'Ünïcode'", "replace(name, 'Ü', 'Ù')"),
    "words": ("longtext", "repeat('long ', 3000)", "overlay(words placing 'm' from 7001 for 1)"),
    "raw": ("varbinary(40)", "x'00ff10'", "set_bit(raw, 5, 1 - get_bit(raw, 5))"),
    "large": ("longblob", "repeat(x'00ff10', 3000)", "set_bit(large, 70001, 1 - get_bit(large, 70001))"),
    "kind": ("enum('a','b')", "'a'", "'b'"),
    "tags": ("set('x','y','z')", "'x,z'", "array['x','y']"),
    "document": ("json", "'{\"b\": 1, \"a\": [1.50, null]}'", "jsonb_set(document, '{a,0}', '1.5')"),
}

def every_table():
    columns = ", ".join(f"`{name}` {type_}" for name, (type_, _, _) in COLUMNS.items())
    values = ", ".join(value for _, value, _ in COLUMNS.values())
    nulls = ", ".join("null" for _ in COLUMNS)
    names = ", ".join(f"`{name}`" for name in COLUMNS)
    return f"""
set sql_mode = '';
create table every (id int not null auto_increment primary key, {columns},
  key by_number (number), unique key once (id, big)) default charset=utf8mb4;
insert into every ({names}) values ({values}), ({values}), ({nulls});
insert into every ({names}) select {names} from every;
create table pair (a varchar(20) collate utf8mb4_general_ci not null, b int not null, owner int,
  note varchar(20) default 'none', primary key (a, b), key by_owner (owner),
  constraint to_every foreign key (owner) references every (id)) default charset=utf8mb4;
insert into pair values ('b', 1, 1, ''), ('B', 2, 2, null), ('a', 1, 3, 'x'), ('ö', 1, null, 'y');
create table keyless (a int, b varchar(20));
insert into keyless values (1, 'x'), (1, 'x'), (2, null), (2, ''), (null, null);
create table empty (id int primary key);
"""


class VerifyTestCase(OneTableTestCase):
    def setUp(self):
        super().setUp()
        self.fill(every_table())
        outcome = self.migrate()
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

    def verify(self, *words):
        outcome = self.program.run("verify", self.source.url(self.database),
                                   self.target.url(self.database), "--progress", "none",
                                   "--report", "proof.json", "--report", "proof.html", *words)
        self.assertIn(outcome.code, (COMPLETE, DIFFERENCE), outcome.stderr)
        proof = self.program.report("proof.json")["proof"]
        self.assertEqual(outcome.code == COMPLETE, proof["equal"], outcome.stdout)
        self.assertIn(proof["statement"], outcome.stdout)
        return proof

    def change(self, sql):
        self.target.run(f"set search_path to {quote(self.database)}; set session_replication_role = replica; {sql}",
                        self.database)

    def value(self, sql):
        return self.target.value(f"set search_path to {quote(self.database)}; {sql}", self.database)

    def rows(self, proof):
        """What was located: table, kind, and the columns that differ."""
        return sorted((row["table"].partition(".")[2], row["kind"], row["key"],
                       tuple(value["column"] for value in row["values"])) for row in proof["rows"])

    def verdicts(self, proof):
        return {table["target"].partition(".")[2]: table["verdict"] for table in proof["tables"]}


class Mutations(VerifyTestCase):
    """One wrong thing at a time: found, located, and mended by --repair."""

    def assert_found(self, sql, *wanted):
        self.change(sql)
        proof = self.verify()
        self.assertFalse(proof["equal"], f"not seen: {sql}")
        self.assertEqual(self.rows(proof), sorted(wanted), sql)
        mended = self.verify("--repair")
        self.assertTrue(mended["equal"], f"not mended: {sql}: {mended['statement']}")
        self.assertEqual(mended["rows_repaired"], len(wanted))

    def test_a_true_copy_raises_no_alarm_and_says_what_was_proven(self):
        run = self.program.report()["proof"]
        self.assertTrue(run["equal"])
        self.assertEqual(run["depth"], "content")
        self.assertRegex(run["statement"], r"^proven: 5 tables with 17 rows are, value for value, ")
        proof = self.verify()
        self.assertTrue(proof["equal"])
        self.assertEqual(set(self.verdicts(proof).values()), {"equal"})
        self.assertRegex(proof["statement"], r"^proven: 5 tables with 17 rows are, value for value, ")
        for before, after in zip(run["tables"], proof["tables"]):
            self.assertEqual(before["source_digest"], after["source_digest"])

    def test_one_bit_of_one_value_of_each_type(self):
        # A row for each column, and one in which every column is changed.
        names = ", ".join(f"`{name}`" for name in COLUMNS)
        one_more = f"insert into every (id, {names}) select {{}}, {names} from every where id = 1;"
        self.fill("".join(one_more.format(100 + i) for i in range(len(COLUMNS) + 1)))
        self.assertEqual(self.migrate("--if-exists", "drop").code, COMPLETE)
        changes = [(100 + i, name, change) for i, (name, (_, _, change)) in enumerate(COLUMNS.items())]
        last = 100 + len(COLUMNS)
        changes += [(last, name, change) for _, name, change in changes]
        self.assert_found(
            ";".join(f'update every set "{name}" = {change} where id = {key}' for key, name, change in changes),
            *((("every", "changed", f"id={key}", (name,))) for key, name, _ in changes if key != last),
            ("every", "changed", f"id={last}", tuple(COLUMNS)))

    def test_null_is_not_empty(self):
        self.assert_found("update pair set note = '' where a = 'B'",
                          ("pair", "changed", "a='B', b=2", ("note",)))
        self.assert_found("update pair set note = null where a = 'b'",
                          ("pair", "changed", "a='b', b=1", ("note",)))

    def test_a_row_that_was_deleted(self):
        self.assert_found("delete from every where id = 3", ("every", "missing", "id=3", ()))

    def test_a_row_too_many(self):
        self.assert_found("insert into pair values ('c', 1, null, 'z')",
                          ("pair", "extra", "a='c', b=1", ()))

    def test_a_row_twice_in_a_table_without_a_key(self):
        self.assert_found("insert into keyless values (1, 'x')",
                          ("keyless", "extra", "a=1, b='x'", ()))

    def test_one_of_two_equal_rows_is_gone(self):
        self.assert_found("delete from keyless where ctid = (select min(ctid) from keyless where a = 1)",
                          ("keyless", "missing", "a=1, b='x'", ()))

    def test_a_changed_row_of_a_table_without_a_key(self):
        self.assert_found("update keyless set b = '' where a is null",
                          ("keyless", "extra", "a=NULL, b=''", ()),
                          ("keyless", "missing", "a=NULL, b=NULL", ()))

    def test_two_columns_values_swapped_between_rows(self):
        self.assert_found("update pair set note = case note when 'x' then 'y' else 'x' end where note in ('x', 'y')",
                          ("pair", "changed", "a='a', b=1", ("note",)),
                          ("pair", "changed", "a='ö', b=1", ("note",)))

    def test_a_key_that_was_changed(self):
        self.assert_found("update pair set b = 9 where a = 'a'",
                          ("pair", "extra", "a='a', b=9", ()), ("pair", "missing", "a='a', b=1", ()))

    def test_values_are_shown_from_both_sides(self):
        self.change("update every set price = 1234.5001, name = null where id = 1")
        values = self.verify()["rows"][0]["values"]
        self.assertEqual(values, [
            {"column": "price", "source": "1234.5000", "target": "1234.5001"},
            {"column": "name", "source": "'Ünïcode'", "target": "NULL"}])

    def test_repair_heeds_foreign_keys_and_touches_nothing_else(self):
        self.change("update every set number = 5 where id = 1; delete from pair where a = 'b'")
        untouched = "select string_agg(ctid::text, ',' order by id) from every where id <> 1"
        before = self.value(untouched)
        self.assertTrue(self.verify("--repair")["equal"])
        self.assertEqual(self.value(untouched), before)

    def test_a_source_that_went_on_is_no_match(self):
        self.fill("insert into empty values (1); update pair set note = 'new' where b = 2")
        proof = self.verify()
        self.assertEqual(self.rows(proof), [("empty", "missing", "id=1", ()),
                                            ("pair", "changed", "a='B', b=2", ("note",))])

    def test_a_table_that_is_missing_is_no_match_even_if_empty(self):
        self.change("drop table empty")
        proof = self.verify()
        self.assertEqual(self.verdicts(proof)["empty"], "missing")

    def test_more_rows_than_are_shown_are_counted(self):
        self.change("delete from every")
        proof = self.verify("--rows-shown", "2")
        self.assertEqual((len(proof["rows"]), proof["rows_missing"]), (2, 6))


class SchemaMutations(VerifyTestCase):
    def assert_found(self, sql, table, part):
        self.change(sql)
        proof = self.verify()
        found = [(each["table"].partition(".")[2], each["part"]) for each in proof["schema"]]
        self.assertIn((table, part), found, sql)
        self.assertFalse(proof["equal"])

    def test_the_schema(self):
        changes = [
            ("drop index by_number", "every", "index by_number"),
            ("alter table pair drop constraint to_every", "pair", "foreign key to_every"),
            ("alter table pair drop constraint pair_pkey", "pair", "index pair_pkey"),
            ("alter table pair alter note set default 'nothing'", "pair", "column note"),
            ("alter table every alter id drop identity", "every", "column id"),
            ("alter table every alter small type integer", "every", "column small"),
            ("alter table keyless alter b set not null", "keyless", "column b"),
            ("alter type every_kind add value 'c'", "every_kind", "labels of the enum"),
            ("alter table every drop column words", "every", "column words"),
        ]
        self.change("delete from keyless where b is null")
        for sql, table, part in changes:
            with self.subTest(sql):
                self.assert_found(sql, table, part)

    def test_a_next_value(self):
        self.assert_found("alter table every alter id restart with 3", "every", "next value of id")

    def test_a_column_too_many_is_the_applications_own(self):
        self.change("alter table pair add column added_later int default 7; create index mine on pair (note)")
        self.assertTrue(self.verify()["equal"])


class Accounts(VerifyTestCase):
    def test_an_account_that_may_only_read_can_verify_and_the_schema_is_said_not_to_be_compared(self):
        role = self.target_role()
        self.target.run(f"grant usage on schema {quote(self.database)} to {role};"
                        f"grant select on all tables in schema {quote(self.database)} to {role};"
                        f"revoke temporary on database {quote(self.database)} from public", self.database)
        outcome = self.program.run("verify", self.source.url(self.database),
                                   self.target.url(self.database, user=role, password=SECRET),
                                   "--report", "proof.json", "--progress", "none")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertIn("the schema was not compared", outcome.stdout)

    def test_migrate_fails_when_what_arrived_is_changed_on_its_way(self):
        # The application's own trigger changes a value: the rows are as many as they should be.
        self.change("truncate keyless; create function twist() returns trigger language plpgsql as"
                    " 'begin new.b := ''twisted''; return new; end';"
                    "create trigger twist before insert on keyless for each row execute function twist();"
                    "alter table keyless enable always trigger twist")
        outcome = self.migrate("--include", "keyless", "--if-exists", "truncate")
        self.assert_says(outcome, DIFFERENCE, r"the target is not equal: .*keyless \(other values among its 5 rows\)")
        self.assertEqual(self.program.report()["outcome"], "different")

    def test_migrate_can_only_count(self):
        outcome = self.migrate("--if-exists", "drop", "--verify", "counts")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.program.report()["proof"]["statement"], "only counted: 5 tables")

    def test_migrate_without_a_proof_claims_none(self):
        outcome = self.migrate("--if-exists", "drop", "--verify", "none")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.program.report()["proof"]["depth"], "")
        self.assertNotIn("proven", outcome.stdout)


class RandomMutations(VerifyTestCase):
    """Wrong things by chance, several at once; MILLRACE_MUTATIONS says how many in all."""

    PER_ROUND = 25

    def setUp(self):
        super().setUp()
        rows = ",".join(f"({i}, 'row {i}', {i * 7 % 100}, x'{i:06x}', '{{\"n\": {i}}}')" for i in range(400))
        self.fill("create table many (id int primary key, words varchar(40), number int, raw varbinary(9), doc json);"
                  f"insert into many values {rows}")
        outcome = self.migrate("--include", "many")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

    def mutate(self, chance, key):
        """One change to the row of this key, and what is to be found of it."""
        bit = chance.randrange(24)
        changes = {
            "words": "words || ' '",
            "number": f"number # (1 << {chance.randrange(31)})",
            "raw": f"set_bit(raw, {bit}, 1 - get_bit(raw, {bit}))",
            "doc": "doc || '{\"m\": 0}'",
        }
        kind = chance.choice(["missing", "extra", "null", *changes, *changes])
        if kind == "missing":
            return f"delete from many where id = {key}", (key, "missing", ())
        if kind == "extra":
            return (f"insert into many select id + 1000, words, number, raw, doc from many where id = {key}",
                    (key + 1000, "extra", ()))
        if kind == "null":
            column = chance.choice(list(changes))
            return f"update many set {column} = null where id = {key}", (key, "changed", (column,))
        return f"update many set {kind} = {changes[kind]} where id = {key}", (key, "changed", (kind,))

    def test_each_is_found_located_and_mended(self):
        wanted = int(os.environ.get("MILLRACE_MUTATIONS", "50"))
        seed = int(os.environ.get("MILLRACE_SEED", "1"))
        for number in range(0, wanted, self.PER_ROUND):
            chance = random.Random(seed + number)
            mutations = [self.mutate(chance, key) for key in chance.sample(range(400), self.PER_ROUND)]
            self.change(";".join(sql for sql, _ in mutations))
            proof = self.verify("--repair", "--rows-shown", "1000")
            found = sorted((int(row["key"].removeprefix("id=")), row["kind"],
                            tuple(value["column"] for value in row["values"])) for row in proof["rows"])
            self.assertEqual(found, sorted(wrong for _, wrong in mutations), f"seed {seed + number}")
            self.assertTrue(proof["equal"], proof["statement"])


if __name__ == "__main__":
    unittest.main()
