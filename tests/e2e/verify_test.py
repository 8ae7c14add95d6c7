#!/usr/bin/env python3
"""millrace verify: every way in which a target can be wrong is found and located, what is right
raises no alarm, and --repair brings back just what was lost."""

import os
import pathlib
import random
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "faults"))

from fault_test_case import COMPLETE, DIFFERENCE, SECRET, OneTableTestCase, quote

INTERNAL = 70

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
        self.last = outcome
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
    """One wrong thing at a time: found and located both against the ledger and against the source, and
    mended by --repair."""

    def assert_found(self, sql, *wanted):
        self.change(sql)
        for words in ((), ("--against", "source")):
            proof = self.verify(*words)
            self.assertFalse(proof["equal"], f"not seen: {sql}")
            self.assertEqual(self.rows(proof), sorted(wanted), f"{sql} {words}")
        mended = self.verify("--repair")
        self.assertTrue(mended["equal"], f"not mended: {sql}: {mended['statement']}")
        self.assertEqual(mended["rows_repaired"], len(wanted))

    def test_a_true_copy_raises_no_alarm_and_says_what_was_proven(self):
        run = self.program.report()["proof"]
        self.assertTrue(run["equal"])
        self.assertEqual((run["depth"], run["schema_compared"], run["next_values_compared"]), ("content", "none", False))
        self.assertRegex(run["statement"], r"^proven: 5 tables with 17 rows are, value for value, ")
        for words, compared in (((), "those that run 1 read from mysql://.* at 20"),
                                (("--against", "source"), "those of the source")):
            proof = self.verify(*words)
            self.assertTrue(proof["equal"])
            self.assertEqual(set(self.verdicts(proof).values()), {"equal"})
            self.assertEqual((proof["schema_compared"], proof["next_values_compared"]), ("all", True))
            self.assertRegex(proof["statement"], "; the schema is as planned, next values included$")
            self.assertIn(proof["statement"], (self.folder / "proof.html").read_text())
            self.assertRegex(proof["statement"],
                             f"^proven: 5 tables with 17 rows are, value for value, {compared}")
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

    def test_a_source_that_went_on_is_no_match_for_it_as_it_is_now(self):
        self.fill("insert into empty values (1); update pair set note = 'new' where b = 2;"
                  "insert into every (number) values (1)")
        self.assertTrue(self.verify()["equal"], "what the run read is in the target")
        self.fill("delete from every where number = 1")
        proof = self.verify("--against", "source")
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

    def test_a_sequence(self):
        self.fill("create sequence numbers start with 5 increment by 2")
        self.assertEqual(self.migrate("--if-exists", "drop").code, COMPLETE)
        self.assertTrue(self.verify()["equal"])
        self.assertTrue(self.verify("--against", "source")["equal"])
        self.change("alter sequence numbers restart with 9")
        self.assertTrue(self.verify()["equal"], "what the source gave out since then is not known")
        (part,) = self.verify("--against", "source")["schema"]
        self.assertEqual((part["part"], part["planned"], part["found"]), ("next value of the sequence", "5", "9"))
        self.assert_found("drop sequence numbers", "numbers", "next value of the sequence")

    def test_a_sequence_that_gives_out_values_until_the_snapshot(self):
        self.fill("create sequence numbers start with 5 increment by 2 nocache")
        drawn = f"source:before_schema=select nextval(`{self.database}`.numbers)"  # behind the plan
        self.assertEqual(self.migrate("--if-exists", "drop", "--sql", drawn).code, COMPLETE)
        self.assertEqual(self.value("select nextval('numbers')"), "7")

    def test_a_table_is_missing_from_a_schema_without_rows(self):
        job = self.folder / "job.toml"
        job.write_text('scope = "schema-only"\n', encoding="utf-8")
        ways = (("--job", job), ("--schema-only",))
        for way in ways:
            self.assertTrue(self.verify(*way)["equal"])
        self.change("drop table keyless")
        for way in ways:
            proof = self.verify(*way)
            self.assertEqual([(part["table"], part["part"]) for part in proof["schema"]],
                             [(f"{self.database}.keyless", "the table")])

    def test_keys_that_were_skipped_are_not_missed(self):
        self.assertEqual(self.migrate("--if-exists", "drop", "--skip-keys").code, COMPLETE)
        self.assertFalse(self.verify()["equal"])
        proof = self.verify("--skip-keys", "--if-exists", "drop")
        self.assertTrue(proof["equal"])
        self.assertEqual(proof["schema_compared"], "columns")

    def test_a_column_too_many_is_the_applications_own(self):
        self.change("alter table pair add column added_later int default 7; create index mine on pair (note)")
        self.assertTrue(self.verify()["equal"])


class Accounts(VerifyTestCase):
    def test_an_account_that_may_only_read_can_verify_and_the_schema_is_said_not_to_be_compared(self):
        role = self.target_role()
        self.target.run(f"grant usage on schema {quote(self.database)} to {role};"
                        f"grant select on all tables in schema {quote(self.database)} to {role};"
                        f"revoke temporary on database {quote(self.database)} from public", self.database)
        words = ("verify", self.source.url(self.database),
                 self.target.url(self.database, user=role, password=SECRET), "--progress", "none")
        outcome = self.program.run(*words, "--against", "source")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertIn("the schema was not compared", outcome.stdout)

        refused = self.program.run(*words)
        self.assertEqual(refused.code, 2, refused.stdout)
        hint = re.search(r"hint: as its owner: (GRANT .*); or go without: --against source", refused.stderr)
        self.assertTrue(hint, refused.stderr)
        self.target.run(hint.group(1), self.database)
        self.assertEqual(self.program.run(*words).code, COMPLETE)

    def test_migrate_fails_when_what_arrived_is_changed_on_its_way(self):
        # The application's own trigger changes a value: the rows are as many as they should be.
        self.change("truncate keyless; create function twist() returns trigger language plpgsql as"
                    " 'begin new.b := ''twisted''; return new; end';"
                    "create trigger twist before insert on keyless for each row execute function twist();"
                    "alter table keyless enable always trigger twist")
        outcome = self.migrate("--include", "keyless", "--if-exists", "truncate")
        self.assert_says(outcome, DIFFERENCE, r"the target is not equal: .*keyless \(other values among its 5 rows\)")
        self.assertEqual(self.program.report()["outcome"], "different")

    def test_migrate_fails_when_a_row_is_lost_on_its_way(self):
        # The application's own trigger drops rows; the server does not count those as stored.
        self.change("truncate keyless; create function swallow() returns trigger language plpgsql as"
                    " 'begin return case when new.a is not null then new end; end';"
                    "create trigger swallow before insert on keyless for each row execute function swallow();"
                    "alter table keyless enable always trigger swallow")
        outcome = self.migrate("--include", "keyless", "--if-exists", "truncate")
        self.assertEqual(outcome.code, INTERNAL, outcome.stderr)
        self.assertIn("rows went missing: 5 read, 5 sent, 4 stored", outcome.stderr)
        self.assertEqual(self.value("select count(*) from keyless"), "0")

    def test_migrate_can_only_count(self):
        outcome = self.migrate("--if-exists", "drop", "--verify", "counts")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.program.report()["proof"]["statement"], "only counted: 5 tables; the schema was not compared")

    def test_migrate_without_a_proof_claims_none(self):
        outcome = self.migrate("--if-exists", "drop", "--verify", "none")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.program.report()["proof"]["depth"], "")
        self.assertNotIn("proven", outcome.stdout)


class RepairOfTiedRows(VerifyTestCase):
    """Rows that foreign keys and unique keys tie together are put right in one go, whatever the role may."""

    def setUp(self):
        super().setUp()
        self.fill("create table parent (id int primary key, code varchar(9) not null, unique key one_code (code));"
                  "create table child (id int primary key, parent int not null,"
                  " constraint to_parent foreign key (parent) references parent (id) on delete cascade);"
                  "insert into parent values (1, 'a'), (2, 'b'), (3, 'c'); insert into child values (1, 1), (2, 2)")
        outcome = self.migrate("--include", "parent,child")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.change("alter table parent add mine int; update parent set mine = 10 * id;"
                    "comment on constraint to_parent on child is 'of the application''s own'")

    def owner(self):
        schema = quote(self.database)
        role = self.target_role(f"usage, create on schema {schema}")
        self.change(f"alter table parent owner to {role}; alter table child owner to {role}")
        return self.target.url(self.database, user=role, password=SECRET)

    def repair(self, target=None):
        return self.program.run("verify", self.source.url(self.database), target or self.target.url(self.database),
                                "--progress", "none", "--report", "proof.json", "--include", "parent,child",
                                "--against", "source", "--repair")

    def break_all(self):
        self.change("update parent set id = 20 where id = 2; update child set parent = 20 where id = 2;"  # a key, with its child
                    "update parent set code = 'x' where id = 1; update parent set code = 'a' where id = 3;"  # swapped
                    "update parent set code = 'c' where id = 1;"
                    "insert into parent values (9, 'z'); insert into child values (9, 9)")  # too many, with its child

    def assert_mended(self, outcome):
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.program.report("proof.json")["proof"]["rows_repaired"], 7)
        self.assertEqual(self.value("select string_agg(concat_ws(' ', id, code, mine), ', ' order by id) from parent"),
                         "1 a 10, 2 b, 3 c 30", "columns of the application's own stay with the rows that stay")
        self.assertEqual(self.value("select string_agg(concat_ws(' ', id, parent), ', ' order by id) from child"), "1 1, 2 2")
        self.assertEqual(self.value("select convalidated, obj_description(oid, 'pg_constraint') from pg_constraint"
                                    " where conname = 'to_parent'"), "t|of the application's own")

    def test_as_a_superuser(self):
        self.break_all()
        self.assert_mended(self.repair())

    def test_as_the_owner_of_the_tables(self):
        owner = self.owner()
        self.break_all()
        self.assert_mended(self.repair(owner))

    def test_as_one_who_may_let_keys_sleep(self):
        name = quote(self.database)
        role = self.target_role(f"usage on schema {name}", f"all on {name}.parent, {name}.child", f"temporary on database {name}",
                                "set on parameter session_replication_role")
        self.addCleanup(self.target.run, f"revoke set on parameter session_replication_role from {role}")
        self.break_all()
        url = self.target.url(self.database, user=role, password=SECRET)
        self.assert_mended(self.repair(url))
        self.assert_refused("no action", url, "1 rows of .*stranger would refer to no row of .*parent by foreign key theirs",
                            "mend or delete them")

    def test_what_its_owner_put_to_sleep_goes_on_sleeping(self):
        self.change("create function loud() returns trigger language plpgsql as $$ begin raise 'the trigger fires'; end $$;"
                    "create trigger loud before update on parent for each row execute function loud();"
                    "alter table parent disable trigger all; alter table child disable trigger all")
        asleep = ("select string_agg(tgname || tgenabled::text, ' ' order by tgname) from pg_trigger where tgname = 'loud'"
                  " or tgconstraint = (select oid from pg_constraint where conname = 'to_parent')")
        before = self.value(asleep)
        self.assertRegex(before, "^(RI_\\S+D ){4}loudD$")
        self.break_all()

        self.assert_mended(self.repair())
        self.assertEqual(self.value(asleep), before)

    def test_a_key_of_somebody_elses_that_would_be_broken_is_named_and_nothing_is_changed(self):
        self.assert_refused("no action", None, "violates foreign key constraint \"theirs\"", "mend or delete them")
        owner = self.owner()
        self.assert_refused("no action", owner, "violates foreign key constraint \"theirs\"", "owner of the tables.*GRANT SET ON PARAMETER")
        self.assert_refused("cascade", owner, "foreign key theirs of .*stranger would change rows", "owner of the tables")
        self.change("drop table stranger")

    def assert_refused(self, action, url, message, hint):
        """A row too many, to which a table beside the plan refers."""
        self.change("drop table if exists stranger; delete from parent where id = 9; insert into parent values (9, 'z');"
                    f"create table stranger (parent int, constraint theirs foreign key (parent) references parent on delete {action});"
                    "insert into stranger values (9); grant select on stranger to public")
        outcome = self.repair(url)
        self.assertNotIn(outcome.code, (COMPLETE, DIFFERENCE), outcome.stdout)
        self.assertRegex(outcome.stderr, message)
        self.assertRegex(outcome.stderr, "hint: .*" + hint)
        self.assertEqual(self.value("select count(*) from parent p join stranger s on s.parent = p.id"), "1")
        self.assertEqual(self.value("select count(*) from pg_constraint where conname in ('to_parent', 'theirs')"), "2")


class RepairOfStandingTables(VerifyTestCase):
    """Rows of tables that an application made for itself: updating one where it stands may not be the way."""

    def load(self, source, target):
        self.fill(source)
        self.change(target)
        (self.folder / "job.toml").write_text('if_exists = "truncate"\ninclude = ["log"]\n')
        outcome = self.migrate("--job", "job.toml")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

    def assert_repaired(self, rows):
        wanted = self.value("select string_agg(l::text, ' ' order by id) from log_before l")
        proof = self.verify("--job", "job.toml", "--repair")
        self.assertTrue(proof["equal"], proof["statement"])
        self.assertEqual(proof["rows_repaired"], rows)
        self.assertEqual(self.value("select string_agg(l::text, ' ' order by id) from log l"), wanted)

    def test_a_row_goes_back_to_the_partition_that_it_came_from(self):
        self.load("create table log (id int primary key, day date not null, what varchar(9));"
                  "insert into log values (1, '2024-01-05', 'a'), (2, '2024-01-06', 'b'), (3, '2024-02-07', 'c')",
                  "create table log (id int not null, day date not null, what text, mine int default 5) partition by range (day);"
                  "create table log_1 partition of log for values from ('2024-01-01') to ('2024-02-01');"
                  "create table log_2 partition of log for values from ('2024-02-01') to ('2024-03-01')")
        self.change("update log set mine = 10 * id; create table log_before as select * from log;"
                    "update log set day = '2024-02-01' where id = 1; update log set what = 'x' where id = 3")
        self.assert_repaired(2)
        self.assertEqual(self.value("select string_agg(tableoid::regclass || ' ' || id || ' ' || mine, ', ' order by id) from log"),
                         "log_1 1 10, log_1 2 20, log_2 3 30")

    def test_a_row_whose_identity_takes_no_value_from_an_update(self):
        self.load("create table log (id int primary key, what varchar(9)); insert into log values (1, 'a'), (2, 'b')",
                  "create table log (id int generated always as identity primary key, what text, mine int default 5)")
        self.change("update log set mine = 10 * id; create table log_before as select * from log;"
                    "update log set what = 'x' where id = 1")
        self.assert_repaired(1)


class AgainstTheLedger(VerifyTestCase):
    """What the runs that loaded a target noted, and nothing else, is what it must hold."""

    CHUNKS = ("--chunk-bytes", "64KiB")

    def make_chunks(self):
        """Tables of several chunks each: by a whole number, by two of which one is unsigned, by text."""
        self.fill("create table numbered (id int primary key, pad char(60));"
                  "insert into numbered select cast(seq as signed) * 10 - 30000, 'x' from seq_1_to_9000;"
                  "create table twice (job bigint unsigned, frame int, pad char(60), primary key (job, frame));"
                  "insert into twice select 18446744073709551000 + (seq div 50), seq mod 50, 'x' from seq_1_to_9000;"
                  "create table named (name varchar(20) primary key, pad char(60));"
                  "insert into named select concat('name ', seq), 'x' from seq_1_to_9000;"
                  "analyze table numbered, twice, named")
        outcome = self.migrate("--include", "numbered,twice,named", *self.CHUNKS)
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

    def chunk_of(self, table, condition):
        """The chunk whose key range, asked of the source, holds the one row that the condition means."""
        chunks = self.target.run(
            "select c.chunk, c.tail from millrace.chunks c join millrace.tables t on t.run = c.run and"
            f" t.table_number = any(c.table_numbers) where t.target_name = '{table}' and c.tail <> ''",
            self.database).splitlines()
        self.assertGreater(len(chunks), 2, "too few chunks to tell one from another")
        for number, tail in (line.split("|", 1) for line in chunks):
            if self.source.value(f"select count(*) from `{self.database}`.{table}{tail} and {condition}") != "0":
                return int(number)
        raise AssertionError(f"no chunk has {condition}")

    def test_a_difference_is_located_by_chunk_and_row(self):
        self.make_chunks()
        wrong = {("numbered", "id = -12340"): "update numbered set pad = 'y' where id = -12340",
                 ("numbered", "id = 59990"): "delete from numbered where id = 59990",
                 ("twice", "job = 18446744073709551100 and frame = 7"):
                     "update twice set pad = 'y' where job = 18446744073709551100 and frame = 7",
                 ("named", "name = 'name 77'"): "update named set pad = 'y' where name = 'name 77'"}
        self.change(";".join(wrong.values()))
        proof = self.verify("--include", "numbered,twice,named")

        found = sorted((row["table"].partition(".")[2], row["chunk"], row["source_changed"]) for row in proof["rows"])
        wanted = sorted((table, self.chunk_of(table, row), False) for table, row in wrong)
        self.assertEqual(found, wanted)
        chunks = {(chunk["table"].partition(".")[2], chunk["chunk"]): chunk for chunk in proof["chunks"]}
        self.assertEqual(sorted(chunks), sorted({(table, chunk) for table, chunk, _ in wanted}))
        self.assertEqual({chunk["source"] for chunk in chunks.values()}, {"as it was"})
        gone = chunks["numbered", self.chunk_of("numbered", "id = 59990")]
        self.assertEqual(gone["rows_found"], gone["rows_stored"] - 1)
        self.assertIn(f"chunk {gone['chunk']} of run ", self.last.stdout)
        self.assertTrue(self.verify("--include", "numbered,twice,named", "--repair")["equal"])

    def test_where_the_source_changed_too_it_is_said_and_not_repaired(self):
        self.make_chunks()
        self.change("update numbered set pad = 'y' where id in (-29990, 59990)")
        self.fill("update numbered set pad = 'z' where id = 59980")
        proof = self.verify("--include", "numbered", "--repair")

        # The row that only the source changed differs as well, and which of the two it was cannot be told.
        self.assertEqual(sorted((row["key"], row["source_changed"]) for row in proof["rows"]),
                         [("id=-29990", False), ("id=59980", True), ("id=59990", True)])
        self.assertEqual((proof["rows_repaired"], proof["rows_unclear"]), (1, 2))
        self.assertEqual(sorted(chunk["source"] for chunk in proof["chunks"]), ["as it was", "changed since"])
        self.assertIn("where the source changed since the run", self.last.stdout)
        self.assertEqual(self.value("select string_agg(pad, ',' order by id) from numbered where id in"
                                    " (-29990, 59980, 59990)").replace(" ", ""), "x,x,y")
        self.assertTrue(self.verify("--include", "numbered", "--against", "source", "--repair")["equal"])

    def test_a_table_that_grew_is_searched_within_bounds(self):
        """Ten rows when they were stored, and so many now that they would take 200 MB."""
        self.fill("create table grown (id int primary key, pad varchar(100)); insert into grown select seq, 'x' from seq_1_to_10;"
                  "create table alike (pad varchar(100)); insert into alike select 'x' from seq_1_to_10")
        self.assertEqual(self.migrate("--include", "grown,alike").code, COMPLETE)
        self.change("insert into grown select n, repeat('y', 50) from generate_series(11, 500000) n;"
                    "insert into alike select 'x' from generate_series(1, 500000)")
        proof = self.verify("--include", "grown,alike")
        self.assertEqual(self.verdicts(proof), {"grown": "differs", "alike": "differs"})
        self.assertGreater(proof["rows_extra"], 1000)
        self.assertEqual((proof["rows_missing"], proof["rows_changed"]), (0, 0))
        self.assertRegex(self.last.stdout, "more rows differ than were located")
        self.assertLess(self.program.report("proof.json")["peak_memory_bytes"], 200 << 20)

    def test_rows_of_an_archive_are_not_located_and_it_says_what_to_type(self):
        archive = self.folder / "archive"
        for words in (("extract", self.source.url(self.database), archive),
                      ("load", archive, self.target.url(self.database), "--if-exists", "drop")):
            outcome = self.program.run(*words, "--progress", "none")
            self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertTrue(self.verify()["equal"])
        self.change("update every set small = 1 where id = 1")
        proof = self.verify()
        self.assertEqual((self.verdicts(proof)["every"], proof["rows"]), ("differs", []))
        (note,) = (note for note in self.program.report("proof.json")["notes"] if note["topic"] == "verify")
        self.assertRegex(note["message"], "run 2 loaded it from an archive.*--against source.*millrace load .*archive TARGET --if-exists drop")
        self.assertTrue(self.verify("--against", "source", "--repair")["equal"])

    def test_the_source_is_not_read_where_nothing_differs(self):
        self.source.run("set global general_log = 1, global log_output = 'TABLE'")
        self.addCleanup(self.source.run, "set global general_log = 0")
        self.assertTrue(self.verify()["equal"])
        read = self.source.value("select count(*) from mysql.general_log where command_type in ('Query', 'Execute')"
                                 f" and argument like '%FROM `{self.database}`.`every`%' and argument not like '%general_log%'")
        self.assertEqual(read, "0")

    def test_several_runs_into_one_target(self):
        self.fill("create table later (id int primary key); insert into later values (1), (2)")
        self.assertEqual(self.migrate("--include", "later").code, COMPLETE)
        self.assertRegex(self.verify()["statement"], "^proven: 6 tables with 19 rows are, .* those that run 1 read from"
                                                     " .*, run 2 read from ")
        self.change("delete from later where id = 2")
        self.assertEqual(self.rows(self.verify()), [("later", "missing", "id=2", ())])

    def test_a_table_that_neither_side_has_any_more_is_no_match(self):
        self.fill("drop table keyless")
        self.change("drop table keyless")
        proof = self.verify()
        self.assertEqual(self.verdicts(proof)["keyless"], "missing")
        self.assertTrue(self.verify("--exclude", "keyless")["equal"])

    def test_a_table_that_only_the_source_has_no_more_is_told(self):
        self.fill("drop table keyless")
        proof = self.verify()
        self.assertTrue(proof["equal"])
        self.assertIn("not looked at: 1 table stored besides", proof["statement"])

    def refuse(self, message, hint, *words):
        outcome = self.program.run("verify", self.source.url(self.database), self.target.url(self.database),
                                   "--progress", "none", *words)
        self.assertEqual(outcome.code, 2, outcome.stdout + outcome.stderr)
        self.assertRegex(outcome.stderr, "cannot verify against the ledger: " + message)
        self.assertRegex(outcome.stderr, "hint: .*" + hint)

    def test_without_a_ledger_it_says_what_to_type(self):
        self.assertEqual(self.migrate("--if-exists", "drop", "--no-ledger").code, COMPLETE)
        self.target.run("drop schema millrace cascade", self.database)
        self.refuse("the target has none", "--against source")
        self.assertTrue(self.verify("--against", "source")["equal"])

    def test_tables_that_the_ledger_does_not_know_are_named(self):
        self.fill("create table foreign_one (id int primary key)")
        self.change("create table foreign_one (id int primary key)")
        self.refuse(f"it knows no run that stored {self.database}.foreign_one", "--against source")
        self.assertTrue(self.verify("--against", "source")["equal"])

    def test_an_unfinished_run_is_named(self):
        outcome = self.migrate("--if-exists", "drop", MILLRACE_FAULT="writer.before_commit:1:kill")
        self.assertEqual(outcome.code, -9)
        self.refuse(r"the run was not finished that stores .*\(run 2\)", "--resume")

    def test_a_run_without_digests_can_be_counted(self):
        self.assertEqual(self.migrate("--if-exists", "drop", "--skip-digest").code, COMPLETE)
        self.refuse("no digests were made of", "--counts")
        self.assertEqual(self.verify("--counts")["statement"],
                         "only counted: 5 tables; the schema is as planned, next values included")

    def test_counts(self):
        for words in (("--counts",), ("--counts", "--against", "source")):
            self.assertEqual(self.verify(*words)["statement"],
                             "only counted: 5 tables; the schema is as planned, next values included")
        self.change("update pair set note = 'same number of rows'; delete from keyless where a = 1")
        for words in (("--counts",), ("--counts", "--against", "source")):
            verdicts = self.verdicts(self.verify(*words))
            self.assertEqual((verdicts["pair"], verdicts["keyless"]), ("counted", "differs"), words)

    def test_other_options_than_the_runs_prove_nothing_and_wave_nothing_through(self):
        self.change("update every set small = 1 where id = 1")
        proof = self.verify("--cast", "every.small => integer")
        self.assertFalse(proof["equal"])
        self.assertEqual(self.verdicts(proof)["pair"], "equal")
        self.assertIn("its rows were not located: the run that stored it had other options", self.last.stdout)


class LeftOut(VerifyTestCase):
    """What the job leaves out is told, and anything else of the kind is a difference."""

    def assert_told(self, *phrases, words=()):
        for against in ((), ("--against", "source")):
            proof = self.verify(*words, *against)
            self.assertTrue(proof["equal"], proof["statement"])
            for phrase in phrases:
                self.assertIn(phrase, proof["statement"])

    def assert_seen(self, sql, *wanted, words=()):
        self.change(sql)
        for against in ((), ("--against", "source")):
            self.assertEqual(self.rows(self.verify(*words, *against)), sorted(wanted), sql)

    def test_excluded_tables(self):
        self.assertEqual(self.migrate("--if-exists", "drop", "--exclude", "keyless,empty").code, COMPLETE)
        told = "left out by the job: 2 tables of the source"
        self.assertIn(told, self.program.report()["proof"]["statement"])
        self.assert_told(told, words=("--exclude", "keyless,empty"))

    def test_filtered_rows(self):
        job = self.folder / "job.toml"
        job.write_text('if_exists = "drop"\n[[table]]\nname = "pair"\nwhere = "b = 1"\n', encoding="utf-8")
        outcome = self.migrate("--job", job)
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        told = "filtered by the job: the rows of 1 table"
        self.assertIn(told, self.program.report()["proof"]["statement"])
        self.assert_told(told, words=("--job", job))
        # One that the filter keeps back does not pass for one that belongs there.
        self.assert_seen("insert into pair values ('B', 2, 2, null)", ("pair", "extra", "a='B', b=2", ()),
                         words=("--job", job))

    def fill_dates(self):
        self.fill("set sql_mode = ''; create table dated (id int primary key, at datetime);"
                  "insert into dated values (1, '2024-01-01'), (2, '0000-00-00'), (3, '2024-01-03')")
        self.words = ("--include", "dated")

    def test_rejected_rows(self):
        self.fill_dates()
        words = (*self.words, "--on-fault", "reject")
        self.assertEqual(self.migrate(*words).code, 8)
        self.assert_told("with 2 rows", "left out by policy: 1 row of the source", words=words)
        self.assert_seen("delete from dated where id = 3", ("dated", "missing", "id=3", ()), words=words)
        self.assert_seen("insert into dated values (2, null), (3, '2024-01-03')", ("dated", "extra", "id=2", ()), words=words)

    def test_values_made_null(self):
        self.fill_dates()
        words = (*self.words, "--on-fault", "null")
        self.assertEqual(self.migrate(*words).code, COMPLETE)
        self.assert_told("with 3 rows", "NULL by policy: 1 value of the source", words=words)
        self.assert_seen("update dated set at = null where id = 3", ("dated", "changed", "id=3", ("at",)), words=words)

    def test_counting_the_source_claims_nothing_of_tables_with_rejects(self):
        self.fill_dates()
        words = (*self.words, "--on-fault", "reject")
        self.assertEqual(self.migrate(*words).code, 8)
        self.assertEqual(self.verdicts(self.verify(*words, "--counts")), {"dated": "counted"})
        self.assertEqual(self.verdicts(self.verify(*words, "--counts", "--against", "source")), {"dated": "not compared"})
        self.change("drop table dated")
        self.assertEqual(self.verdicts(self.verify(*words, "--counts", "--against", "source")), {"dated": "missing"})

    def test_a_foreign_key_to_rejected_rows_is_not_valid_by_plan(self):
        self.fill_dates()
        self.fill("create table of_dated (id int primary key, dated int, constraint to_dated foreign key (dated)"
                  " references dated (id)); insert into of_dated values (1, 1), (2, 2)")
        words = ("--include", "dated,of_dated", "--on-fault", "reject")
        self.assertEqual(self.migrate(*words).code, 8)
        self.assert_told("left out by policy: 1 row of the source", words=words)
        self.change("alter table of_dated drop constraint to_dated")
        self.assertEqual([part["part"] for part in self.verify(*words)["schema"]], ["foreign key to_dated"])


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
            against = ("ledger", "source")[number // self.PER_ROUND % 2]
            proof = self.verify("--against", against, "--repair", "--rows-shown", "1000")
            found = sorted((int(row["key"].removeprefix("id=")), row["kind"],
                            tuple(value["column"] for value in row["values"])) for row in proof["rows"])
            self.assertEqual(found, sorted(wrong for _, wrong in mutations), f"seed {seed + number}")
            self.assertTrue(proof["equal"], proof["statement"])


if __name__ == "__main__":
    unittest.main()
