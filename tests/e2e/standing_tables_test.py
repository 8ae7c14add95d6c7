#!/usr/bin/env python3
"""Rows into tables that an application made: its types, triggers and foreign keys are heeded."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))

from fault_test_case import BAD_DATA, BAD_REQUEST, COMPLETE, SECRET, OneTableTestCase, quote

WITH_REJECTS = 8

SOURCE = """drop table t;
  create table t (id bigint not null primary key, name varchar(20) not null, at datetime(3), flag tinyint(1),
    doc longtext, code char(36), mail varchar(60), kind enum('a', 'b'), price decimal(10,2), small int,
    pad char(4), at_second datetime) engine=innodb;
  insert into t values (1, 'one', '2001-02-03 04:05:06.007', 2, '{"a": 1}', '6ccd780c-baba-1026-9564-5b8c656024db',
    'A@x', 'b', 1.50, 7, 'x', '2001-02-03 04:05:06'), (2, 'two', null, null, null, null, null, null, null, null, null, null);"""
TARGET = """create schema {schema}; set search_path = {schema}; create extension citext schema public;
  create type application_kind as enum ('z', 'b', 'a');
  create table t (at timestamptz, flag smallint not null default 0, doc jsonb, code uuid, mail public.citext,
    kind application_kind, price numeric, small smallint, pad text, at_second timestamp(6), extra text not null default 'mine',
    name text not null, id integer primary key);"""


class StandingTables(OneTableTestCase):
    def make(self, script):
        self.target.run(script.format(schema=quote(self.database)), self.database)

    def load(self, *words, **options):
        return self.migrate("--data-only", *words, **options)

    def rows(self, columns="*", table="t"):
        return self.target.run(f"select {columns} from {quote(self.database)}.{table} order by id", self.database).splitlines()

    def is_empty(self, table="t"):
        return self.target.value(f"select count(*) from {quote(self.database)}.{table}", self.database) == "0"

    def as_role(self, *grants):
        """A role that owns the schema and its tables, and may do nothing else."""
        name = quote(self.database)
        role = self.target_role(f"create on database {name}", *grants)
        self.addCleanup(self.target.run, f"drop schema {name} cascade", self.database)
        self.target.run(f"alter schema {name} owner to {role}; do $$ declare one record; begin for one in select tablename"
                        f" from pg_tables where schemaname = '{self.database}' loop"
                        f" execute format('alter table %I.%I owner to {role}', '{self.database}', one.tablename); end loop; end $$",
                        self.database)
        return self.target.url(self.database, user=role, password=SECRET)

    # ---- types

    def test_columns_keep_the_types_that_the_application_gave_them(self):
        self.fill(SOURCE + "update t set flag = 0 where id = 2")
        self.make(TARGET)
        outcome = self.load()

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.rows("id, name, at, flag, doc, code, mail, kind, price, small, pad, at_second, extra"), [
            "1|one|2001-02-03 04:05:06.007+00|2|{\"a\": 1}|6ccd780c-baba-1026-9564-5b8c656024db|A@x|b|1.50|7|x|2001-02-03 04:05:06|mine",
            "2|two|NULL|0|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|mine"])
        (self.folder / "job.toml").write_text('scope = "data-only"\n')
        for words in (("--job", "job.toml"), ("--data-only",)):
            verified = self.program.run("verify", self.source.url(self.database), self.target.url(self.database),
                                        *words, "--progress", "none")
            self.assertEqual(verified.code, COMPLETE, verified.stdout + verified.stderr)

    def test_value_that_the_narrower_type_cannot_hold_is_a_fault(self):
        self.fill(SOURCE + "update t set flag = 0, small = 40000 where id = 2")
        self.make(TARGET)
        self.assert_says(self.load(), BAD_DATA, "out of range for the target type for smallint .*column=small key=id=2")
        self.assertTrue(self.is_empty())

        outcome = self.load("--on-fault", "reject", "--if-exists", "truncate")
        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        self.assertEqual(self.rows("id"), ["1"])

    def test_null_for_a_column_that_stands_not_null_is_a_fault(self):
        self.fill(SOURCE)  # its row 2 has a NULL for flag, and for code
        self.make(TARGET.replace("code uuid", "code uuid not null"))
        self.assert_says(self.load(), BAD_DATA, "NULL in a NOT NULL column .*column=flag key=id=2", "--on-fault reject")
        self.assertTrue(self.is_empty())
        self.assert_says(self.load("--on-fault", "null"), BAD_DATA, "NOT NULL, which cannot become NULL .*column=flag key=id=2",
                         "--on-fault reject")

        outcome = self.load("--on-fault", "reject", "--reject-dir", "rejects", "--if-exists", "truncate")
        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        self.assertEqual(self.rows("id"), ["1"])
        row = json.loads(next((self.folder / "rejects").glob("*.jsonl")).read_text().splitlines()[1])
        self.assertEqual(row["mend"], {"flag": None, "code": None})

    PARTED = ("create schema {schema}; create table {schema}.t (id int, words text) partition by range (id);"
              "create table {schema}.t_1 partition of {schema}.t for values from (minvalue) to (2);"
              "create table {schema}.t_2 partition of {schema}.t for values from (2) to (maxvalue);")

    def test_partitioned_table_without_a_row_is_empty(self):
        self.make(self.PARTED)
        outcome = self.load()

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.rows("tableoid::regclass, id, words"),
                         [f"{self.database}.t_1|1|one", f"{self.database}.t_2|2|two"])
        self.assert_says(self.load(), BAD_REQUEST, f"{self.database}.t", "--if-exists")

    def test_rule_of_the_job_wins_over_what_stands(self):
        self.fill("alter table t modify words varchar(20)")
        self.make("create schema {schema}; create table {schema}.t (id int, words text)")
        outcome = self.load("--cast", "t.words => integer")

        self.assert_says(outcome, BAD_REQUEST, "its column is text in the target, and nothing makes that of what would be integer "
                         ".*column=words", "--cast")

    def test_type_that_no_conversion_leads_to_is_named(self):
        self.make("create schema {schema}; create table {schema}.t (id int, words point)")
        outcome = self.load()

        self.assert_says(outcome, BAD_REQUEST, r"its column is point in the target, and nothing makes that of what would be varchar\(20\)"
                         " .*column=words", "alter the column")
        self.assertTrue(self.is_empty())

    def test_enum_without_a_label_of_the_source_is_named(self):
        self.fill("alter table t modify words enum('one', 'two', 'three')")
        self.make("create schema {schema}; create type {schema}.word as enum ('one', 'two');"
                  "create table {schema}.t (id int, words {schema}.word)")

        self.assert_says(self.load(), BAD_REQUEST, "has no label three .*column=words", "ADD VALUE 'three'")

    def test_columns_that_get_no_value_are_named_before_anything_is_written(self):
        self.make("create schema {schema}; create table {schema}.t (id int, words text, tenant int not null, made_by text not null,"
                  " free text, filled text not null default 'x', counted serial, always int generated always as identity)")
        outcome = self.load("--if-exists", "truncate")

        self.assert_says(outcome, BAD_REQUEST, "NOT NULL in the target and has no default, and the source has no such column: tenant, made_by",
                         "DEFAULT")
        job = self.folder / "job.toml"
        job.write_text(f'[[table]]\nname = "{self.database}.t"'
                       '\nadd_columns = [{ name = "tenant", value = "7", type = "integer" },'
                       ' { name = "made_by", value = "millrace", type = "text" }]\n')
        outcome = self.load("--job", job)
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.rows("id, words, tenant, made_by, filled, counted, always"),
                         ["1|one|7|millrace|x|1|1", "2|two|7|millrace|x|2|2"])

    # ---- triggers and foreign keys

    LOUD = ("create function {schema}.loud() returns trigger language plpgsql as $$ begin new.words = 'changed'; return new; end $$;"
            "create trigger loud before insert on {schema}.t for each row execute function {schema}.loud();")

    def test_triggers_of_the_application_sleep_or_are_named(self):
        self.make("create schema {schema}; create table {schema}.t (id int, words text);" + self.LOUD)
        role = self.as_role()
        self.assert_says(self.load(target=role), BAD_REQUEST, f"would see each row, in an order of ours: trigger {self.database}.t.loud",
                         "GRANT SET ON PARAMETER session_replication_role TO .*DISABLE TRIGGER USER")
        self.assertTrue(self.is_empty())

        name = f"{quote(self.database)}.t"
        outcome = self.load("--sql", f"before_schema=alter table {name} disable trigger user",
                            "--sql", f"after_keys=alter table {name} enable trigger user", target=role)
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.rows(), ["1|one", "2|two"])
        self.assertEqual(self.target.value("select tgenabled from pg_trigger where tgname = 'loud'", self.database), "O")

        self.target.run(f"grant set on parameter session_replication_role to {role.split('//')[1].split(':')[0]}", self.database)
        self.addCleanup(self.target.run, f"revoke set on parameter session_replication_role from {role.split('//')[1].split(':')[0]}")
        outcome = self.load("--if-exists", "truncate", target=role)
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.rows(), ["1|one", "2|two"])

    def test_trigger_that_always_fires_is_told_of(self):
        self.make("create schema {schema}; create table {schema}.t (id int, words text);"
                  + self.LOUD.replace("new.words = 'changed'; ", "") + "alter table {schema}.t enable always trigger loud")
        outcome = self.load()

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertIn({"topic": "trigger", "where": f"{self.database}.t.loud", "message": "looks at each row that is loaded"},
                      self.program.report()["notes"])

    FAMILY = ("create table p (id int primary key) engine=innodb; create table c (id int primary key, p int) engine=innodb;"
              "insert into p values (1), (2); insert into c select 1 + a.id * 10 + b.id, 1 + (a.id + b.id) % 2 from p a, p b;")
    KEYS = ("create schema {schema}; set search_path = {schema}; create table t (id int primary key, words text);"
            "create table p (id int primary key); create table c (id int primary key, p int, constraint to_p foreign key (p) references p (id));")

    def test_foreign_keys_of_the_application_hold_when_all_rows_are_in(self):
        self.fill(self.FAMILY)
        self.make(self.KEYS)
        outcome = self.load()
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

        self.fill("insert into c values (99, 7), (98, 7)")
        outcome = self.load("--if-exists", "truncate")
        self.assert_says(outcome, BAD_DATA, f"{self.database}.c.to_p: 2 rows refer to no row of {self.database}.p", "mend the rows")

    def test_foreign_keys_are_held_against_the_rows_as_they_compare(self):
        self.fill("create table p (code varchar(10) primary key) engine=innodb; create table c (id int primary key, code varchar(10))"
                  " engine=innodb; insert into p values ('a'), ('b'); insert into c values (1, 'A'), (2, 'b'), (3, null)")
        self.make("create schema {schema}; set search_path = {schema}; create extension citext schema public;"
                  "create table t (id int primary key, words text); create table p (code public.citext primary key);"
                  "create table c (id int primary key, code public.citext, constraint to_p foreign key (code) references p (code));")
        outcome = self.load()
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

        self.fill("insert into c values (4, 'none')")
        self.assert_says(self.load("--if-exists", "truncate"), BAD_DATA,
                         f"{self.database}.c.to_p: 1 rows refer to no row of {self.database}.p")

    def test_foreign_keys_for_an_account_that_cannot_let_them_sleep(self):
        self.fill(self.FAMILY)
        self.make(self.KEYS)
        role = self.as_role()
        self.assert_says(self.load(target=role), BAD_REQUEST, f"foreign key {self.database}.c.to_p", "GRANT SET ON PARAMETER")

        # A parent that is not loaded is there before.
        self.make("insert into {schema}.p values (1), (2)")
        outcome = self.load("--include", "c", target=role)
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertIn({"topic": "foreign key", "where": f"{self.database}.c.to_p", "message": "looks at each row that is loaded"},
                      self.program.report()["notes"])

    def test_sequences_go_on_behind_the_rows(self):
        self.fill("alter table t modify id int auto_increment; insert into t values (41, 'last')")
        self.make("create schema {schema}; create table {schema}.t (id serial primary key, words text)")
        self.assertEqual(self.load().code, COMPLETE)

        self.assertEqual(self.target.value(f"insert into {quote(self.database)}.t (words) values ('new') returning id", self.database), "42")


if __name__ == "__main__":
    unittest.main()
