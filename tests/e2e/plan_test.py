#!/usr/bin/env python3
"""millrace plan: says what migrate would do, writes nothing, and its script is the schema."""

import json
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "faults"))

from fault_test_case import BAD_REQUEST, COMPLETE, EXHAUSTED, SECRET, OneTableTestCase, quote
from clients import Outcome

SHOP = """
set sql_mode = '';
create table customer (id bigint unsigned not null auto_increment primary key, kind enum('a', 'it''s; b'),
  name varchar(40) not null default 'x;y', at timestamp not null default current_timestamp) comment 'one; two' auto_increment=10;
create table orders (id int not null auto_increment primary key, customer bigint unsigned, total decimal(10,2),
  body text, note varchar(100), key by_customer (customer), key by_note (note(10)), unique key once (customer, id),
  constraint to_customer foreign key (customer) references customer (id) on delete cascade) engine=innodb;
create table log_2001 (at datetime, words text) engine=myisam;
insert into orders (total) values (1), (2);
create procedure looks() select 1 as one;
"""
# Everything of a schema that views.sql shows, as text.
PICTURE = """
select 'column', "table" || '.' || name, concat_ws('|', type, not_null, "default", identity, comment) from e2e.column
union all select 'index', "table" || '.' || name, definition || is_valid from e2e.index
union all select 'constraint', "table" || '.' || name, definition || is_valid from e2e.constraint
union all select 'comment', "table", comment from e2e.comment where comment is not null
union all select 'label', type || '.' || position, label from e2e.label
union all select 'next', "table", next::text from e2e.next_identity
order by 1, 2, 3
"""


class Plan(OneTableTestCase):
    def setUp(self):
        super().setUp()
        self.fill(SHOP)

    def plan(self, *words):
        outcome = self.program.run("plan", self.source.url(self.database),
                                   self.target.url(self.database), *words)
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(outcome.stderr, "")
        return outcome.stdout

    def picture(self):
        """What stands in the target; the views that say so are gone again afterwards."""
        self.target.run((HERE / "views.sql").read_text(), self.database)
        try:
            return self.target.run(PICTURE, self.database)
        finally:
            self.target.run("drop schema e2e cascade", self.database)

    def test_text_names_tables_and_notes_and_touches_nothing(self):
        text = self.plan()

        for words in ("MariaDB", "PostgreSQL 15", ".looks", "by_note"):
            self.assertIn(words, text)
        for name in ("t", "customer", "orders", "log_2001"):
            self.assertRegex(text, f"(?m)^\\S+[.]{name}  +[0-9]", "long names keep their end")
        self.assert_untouched(self.target, self.database)

    def test_the_disk_that_an_archive_takes_is_estimated(self):
        told = json.loads(self.plan("--json"))["archive_bytes"]
        self.assertGreater(told, 0)
        self.assertRegex(self.plan(), r"\narchive +\S+ \S+ at most, if extracted or spilled")

    def test_json_parses_and_touches_nothing(self):
        plan = json.loads(self.plan("--json"))

        tables = {table["source"]: table for table in plan["tables"]}
        self.assertEqual(set(tables), {f"{self.database}.{name}"
                                       for name in ("t", "customer", "orders", "log_2001")})
        orders = tables[f"{self.database}.orders"]
        self.assertIn("total decimal(10,2) -> total numeric(10,2)", orders["columns"])
        self.assertGreaterEqual(orders["chunks"], 1)
        self.assertTrue(any(line.startswith("CREATE TABLE") for line in plan["ddl"]))
        self.assertEqual(plan["in_the_way"], [])
        self.assertIn("not migrated", [note["topic"] for note in plan["notes"]])
        self.assert_untouched(self.target, self.database)

    def test_script_makes_the_same_schema_as_migrate(self):
        script = self.plan("--ddl")
        self.assert_untouched(self.target, self.database)
        self.target.run(script, self.database)
        by_script = self.picture()
        self.target.create_database(self.database)

        outcome = self.migrate("--schema-only")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertIn("orders.to_customer", by_script)
        self.assertEqual(by_script.splitlines(), self.picture().splitlines())

    def test_script_makes_the_same_schema_as_a_whole_run(self):
        self.target.run(self.plan("--ddl"), self.database)
        by_script = self.picture()
        self.target.create_database(self.database)

        outcome = self.migrate()

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(by_script.splitlines(), self.picture().splitlines())

    def test_script_that_drops_runs_over_what_stands(self):
        self.assertEqual(self.migrate().code, COMPLETE)
        before = self.picture()

        self.target.run(self.plan("--ddl", "--if-exists", "drop"), self.database)

        self.assertEqual(self.picture().splitlines(), before.splitlines())

    def test_what_is_in_the_way_is_listed_and_left_alone(self):
        self.target.run(f"create schema {quote(self.database)};"
                        f"create table {quote(self.database)}.orders (mine int)", self.database)

        text = self.plan()
        plan = json.loads(self.plan("--json"))

        self.assertRegex(text, f"in the way in the target\n  {self.database}.orders\n")
        self.assertEqual(plan["in_the_way"], [f"{self.database}.orders"])
        self.assertEqual(self.tables(self.target, self.database), [(self.database, "orders")])

    def test_a_script_that_a_full_disk_cuts_short_is_a_failure(self):
        command = [self.program.path, "plan", self.source.url(self.database),
                   self.target.url(self.database), "--ddl"]
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                                  env=self.program.environment())

        self.assert_says(Outcome(done.returncode, "", done.stderr), EXHAUSTED,
                         "cannot write the output: No space left on device", "disk")

    def test_keys_are_left_out_where_told_so(self):
        script = self.plan("--ddl", "--skip-keys")

        self.assertNotRegex(script, "INDEX|FOREIGN KEY|PRIMARY KEY")

    def test_statistics_are_gathered_of_what_is_worth_it_unless_told_otherwise(self):
        self.fill("create table many (id int primary key); insert into many values"
                  f" {','.join(f'({n})' for n in range(200))}; analyze table many;"
                  "create table few (id int primary key); insert into few values (1), (2); analyze table few")
        for words, wanted in (((), "few 0\nmany 1"), (("--skip-analyze",), "few 0\nmany 0")):
            script = self.plan("--ddl", *words)
            self.assertEqual(f'ANALYZE "{self.database}"."many"' in script, not words)
            self.assertNotIn(f'ANALYZE "{self.database}"."few"', script)

            self.assertEqual(self.migrate("--if-exists", "drop", *words).code, COMPLETE)
            # Autovacuum's own are counted apart.
            self.assertEqual(self.target.value(
                "select string_agg(relname || ' ' || analyze_count, e'\\n' order by relname) from"
                " pg_stat_user_tables where relname in ('few', 'many')", self.database), wanted)

    def test_an_unknown_option_of_plan_is_named(self):
        outcome = self.program.run("plan", "a", "b", "--reprot", "x.json")

        self.assert_says(outcome, BAD_REQUEST, "unknown option --reprot", ".")

    def test_a_role_that_may_only_look_is_enough(self):
        role = self.target_role(f"create on database {quote(self.database)}")
        account = self.source_account(f"select on `{self.database}`.*")
        outcome = self.program.run(
            "plan", self.source.url(self.database, user=account, password=SECRET),
            self.target.url(self.database, user=role, password=SECRET))

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assert_no_secret(outcome)
        self.assert_untouched(self.target, self.database)


if __name__ == "__main__":
    unittest.main()
