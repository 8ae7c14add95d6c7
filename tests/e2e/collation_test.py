#!/usr/bin/env python3
"""Text that the source compares without regard to case: told of, and kept so where asked for."""

import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "faults"))

from check_test import CheckTestCase
from fault_test_case import BAD_DATA, BAD_REQUEST, COMPLETE, Postgres, literal, quote, variable

DIFFERENT = 9

PEOPLE = """drop table t;
  create table people (name varchar(40) not null primary key, mail varchar(60), code char(8), story text,
    kind varchar(10) as (lower(mail)) stored, upper_code char(8) collate latin1_general_cs,
    unique key mails (mail), key stories (story(10)), unique key codes (code, name),
    constraint known check (code <> 'none')) engine=innodb default charset latin1;
  create table letters (id int primary key, sender varchar(40), foreign key (sender) references people (name))
    engine=innodb default charset latin1;
  insert into people (name, mail, code, story, upper_code) values
    ('Ärger', 'A@x.org', 'AB', 'Once', 'Q'), ('berta', 'b@x.org', 'cd', 'upon', 'q'), ('Çelik', null, null, null, null);
  insert into letters values (1, 'Ärger'), (2, 'berta'), (3, 'BERTA');"""


class Collations(CheckTestCase):
    def ask(self, sql):
        return self.target.value(sql, self.database)

    def table(self, name):
        return f"{quote(self.database)}.{quote(name)}"

    def notes(self):
        return [note for note in self.program.report()["notes"] if note["topic"] == "collation"]

    def verify(self, *words):
        outcome = self.program.run("verify", self.source.url(self.database), self.target.url(self.database),
                                   "--progress", "none", *words)
        return outcome

    def fill_people(self):
        self.fill("set names utf8mb4; set foreign_key_checks = 0;" + PEOPLE)

    # ---- told of

    def test_columns_that_ignore_case_are_told_of_in_one_line(self):
        self.fill("".join(f"create table t{i} (a varchar(9) collate utf8mb4_general_ci, b varchar(9) collate utf8mb4_bin,"
                          f" unique key once{i} (a), unique key other{i} (b), c enum('x') collate utf8mb4_unicode_ci);"
                          for i in range(30)) + "alter table t modify words varchar(20) collate utf8mb4_unicode_ci")
        outcome = self.program.run("plan", self.source.url(self.database), self.target.url(self.database))

        lines = [line for line in outcome.stdout.splitlines() if "ignore case at the source" in line]
        self.assertEqual(len(lines), 1, outcome.stdout)
        self.assertRegex(lines[0], r"31 columns of 31 tables \(utf8mb4_general_ci, utf8mb4_unicode_ci\)")
        self.assertRegex(lines[0], r"in 30 unique keys: .*\.t0\.once0, .* and 25 more")

    def test_unique_keys_that_take_more_values_than_before_are_a_finding(self):
        self.fill("alter table t modify words varchar(20) collate utf8mb4_general_ci, add unique key once (words)")
        self.check()
        self.assert_line("WARN", "unique keys", rf"'A' beside 'a' in the target: 1 \({self.database}.t.once\)",
                         "--case-insensitive")

        self.check("--case-insensitive", "icu")
        self.assert_line("OK", "unique keys", "")
        self.fill("alter table t modify words varchar(20) collate utf8mb4_bin")
        self.check()
        self.assert_line("OK", "unique keys", "")

    def test_values_that_are_one_at_the_source_and_two_in_the_target_are_counted(self):
        self.fill("alter table t modify words varchar(20) collate utf8mb4_general_ci, add key looked_up (words);"
                  "insert into t values (3, 'ONE'), (4, 'Two'), (5, 'two '), (6, 'three')")
        for depth in ("sample", "full"):
            self.check("--scan", depth)
            self.assert_line("WARN", "equal values", f"{self.database}.t.words: 5 values are 2 at the source", "--case-insensitive")
        self.check("--scan", "full", "--case-insensitive", "icu")
        self.assertEqual(self.lines("equal values"), [])

    # ---- kept

    def test_icu_collations_find_what_the_source_finds(self):
        self.fill_people()
        outcome = self.migrate("--case-insensitive", "icu")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        people = self.table("people")
        self.assertEqual(self.ask(f"select name from {people} where name = 'ÄRGER'"), "Ärger")
        self.assertEqual(self.ask(f"select name from {people} where name = 'CELIK'"), "Çelik")
        self.assertEqual(self.ask(f"select count(*) from {self.table('letters')} l join {people} p on p.name = l.sender"), "3")
        self.assertEqual(self.ask(f"select count(*) from {people} where upper_code = 'q'"), "1")
        self.assertEqual(self.ask(
            "select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || c.collname, ', ' order by a.attnum)"
            " from pg_attribute a join pg_collation c on c.oid = a.attcollation and not c.collisdeterministic"
            f" where a.attrelid = {literal(people)}::regclass"),
            "name character varying(40) latin1_swedish_ci, mail character varying(60) latin1_swedish_ci,"
            " code character(8) latin1_swedish_ci, story text latin1_swedish_ci, kind character varying(10) latin1_swedish_ci")
        for column, value in (("mail", "'a@X.org'"), ("name", "'BERTA'")):
            with self.assertRaisesRegex(Exception, "duplicate key"):
                self.target.run(f"insert into {people} (name, {column}) values ('new', {value})" if column != "name"
                                else f"insert into {people} (name) values ({value})", self.database)
        with self.assertRaisesRegex(Exception, "violates check"):
            self.target.run(f"insert into {people} (name, code) values ('new', 'NONE')", self.database)
        self.assertRegex(self.notes()[0]["message"], "6 columns of 2 tables .latin1_swedish_ci. keep ignoring case")
        self.assertEqual(self.verify("--case-insensitive", "icu").code, COMPLETE)
        self.assertEqual(self.verify().code, DIFFERENT, "the plan without the switch has other columns")

    def test_citext_finds_what_differs_in_case(self):
        self.fill_people()
        outcome = self.migrate("--case-insensitive", "citext")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        people = self.table("people")
        self.assertEqual(self.ask(f"select name from {people} where name = 'bERTA'"), "berta")
        self.assertEqual(self.ask(f"select name from {people} where code = 'CD' and name = 'BERTA'"), "berta")
        self.assertEqual(self.ask(f"select count(*) from {self.table('letters')} l join {people} p on p.name = l.sender"), "3")
        with self.assertRaisesRegex(Exception, "duplicate key"):
            self.target.run(f"insert into {people} (name, mail) values ('new', 'B@X.ORG')", self.database)
        with self.assertRaisesRegex(Exception, "violates check"):
            self.target.run(f"insert into {people} (name, code) values ('new', 'None')", self.database)
        self.assertRegex(self.notes()[0]["message"], "6 columns of 2 tables .latin1_swedish_ci. become citext")
        verified = self.verify("--case-insensitive", "citext")
        self.assertEqual(verified.code, COMPLETE, verified.stdout)

    def test_rule_decides_over_its_columns_and_what_a_key_ties_to_them(self):
        self.fill_people()
        self.target.run("create schema ext; create extension citext schema ext", self.database)
        outcome = self.migrate("--case-insensitive", "people.name=citext,*.mail=icu,upper_code=icu")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        types = self.ask("select string_agg(c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, null)"
                         " || coalesce(' ' || o.collname, ''), ', ' order by 1 desc) from pg_attribute a"
                         " join pg_class c on c.oid = a.attrelid and c.relkind = 'r' and a.attnum > 0"
                         f" and c.relnamespace = {literal(quote(self.database))}::regnamespace"
                         " left join pg_collation o on o.oid = a.attcollation and not o.collisdeterministic")
        self.assertEqual(set(types.split(", ")), {
            "letters.id integer", "letters.sender ext.citext", "people.name ext.citext",
            "people.mail character varying latin1_swedish_ci", "people.code character", "people.story text",
            "people.kind character varying", "people.upper_code character ignores_case"})
        self.refused_rule("people.nam=icu", "no column of text that ignores case matches 'people.nam'")
        self.refused_rule("people.upper*=icu", "no column of text that ignores case matches 'people.upper\\*'")
        self.refused_rule("people.name=ICU!", "no such value: 'ICU!'")

    def refused_rule(self, rule, message):
        self.assert_says(self.migrate("--if-exists", "drop", "--case-insensitive", rule), BAD_REQUEST, re.escape(message).replace("\\\\", ""))

    def test_job_file_says_the_same(self):
        self.fill("alter table t modify words varchar(20) collate utf8mb4_general_ci")
        job = self.folder / "job.toml"
        job.write_text('[schema]\ncase_insensitive = ["icu"]\n[[collation]]\ncolumn = "t.words"\ncase_insensitive = "keep"\n')
        self.assertEqual(self.migrate("--job", job).code, COMPLETE)
        self.assertRegex(self.notes()[0]["message"], "1 column of 1 table .* ignore case at the source")
        job.write_text('[[collation]]\ncolumn = "t.words"\ncase_insensitive = "icu"\n')
        self.assertEqual(self.migrate("--job", job, "--if-exists", "drop").code, COMPLETE)
        self.assertEqual(self.ask(f"select id from {self.table('t')} where words = 'ONE'"), "1")

    # ---- values that collide

    COLLIDING = ("set names utf8mb4; drop table t; create table t (id int primary key, words varchar(20) collate utf8mb4_general_ci,"
                 " unique key once (words)) engine=innodb;"
                 "insert into t values (1, 'straße'), (2, 'strasse'), (3, 'Fuß'), (4, 'fuss'), (5, 'fus'), (6, null), (7, null)")

    def test_values_that_an_icu_key_takes_for_one_are_counted_beforehand(self):
        self.fill(self.COLLIDING.replace(", (5, 'fus')", ""))
        for depth in ("sample", "full"):
            self.check("--scan", depth, "--case-insensitive", "icu")
            self.assert_line("FAIL", "duplicates", f"{self.database}.t.once: 4 rows are the same to the target's key .2 values.: (fuss|Fuß), stra(ss|ß)e")
        self.check("--scan", "full")
        self.assertEqual(self.lines("duplicates"), [])

    def test_values_that_collide_in_the_target_end_the_run_with_their_number(self):
        self.fill(self.COLLIDING.replace(", (5, 'fus')", ""))
        # A small table is built whole in one transaction, which is gone then: the first key is named.
        grouped = self.migrate("--case-insensitive", "icu")
        self.assert_says(grouped, BAD_DATA, "could not create unique index", "check --scan full counts them")

        self.fill("insert into t select seq + 100, rpad(concat('w', seq), 20, 'x') from seq_1_to_40000; analyze table t")
        outcome = self.migrate("--case-insensitive", "icu", "--chunk-bytes", "64KiB", "--if-exists", "drop")
        self.assert_says(outcome, BAD_DATA, "could not create unique index .*keys that several rows hold: 2 "
                         r"\('Fuß' = 'fuss', 'strasse' = 'straße'\)", "--case-insensitive keep")

    # ---- chunks, proof and repair

    def test_chunks_keyed_by_text_that_ignores_case(self):
        self.fill("drop table t; create table t (name varchar(30) collate utf8mb4_general_ci primary key, n int) engine=innodb;"
                  "insert into t select concat(if(seq % 2, 'Job_', 'jOB_'), lower(hex(seq * 7919)), 'É'), seq from seq_1_to_20000;"
                  "analyze table t")
        for choice in ("keep", "citext", "icu"):
            with self.subTest(choice):
                words = ("--case-insensitive", choice, "--chunk-bytes", "64KiB")
                outcome = self.migrate("--if-exists", "drop", "--readers", "2", "--writers", "2", *words)
                self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
                table = self.program.report()["tables"][0]
                self.assertGreater(table["chunks"], 3)
                self.assertEqual(self.ask(f"select count(*) || ' ' || sum(n) from {self.table('t')}"), "20000 200010000")
                self.assertEqual(self.verify(*words).code, COMPLETE)

                self.target.run(f"update {self.table('t')} set n = -1 where n = 77;"
                                f"update {self.table('t')} set name = upper(name) where n in (78, 80);"
                                f"delete from {self.table('t')} where n = 79", self.database)
                found = self.verify(*words)
                self.assertEqual(found.code, DIFFERENT, found.stdout + found.stderr)
                repaired = self.verify("--repair", *words)
                self.assertIn(repaired.code, (COMPLETE, DIFFERENT), repaired.stderr)
                again = self.verify(*words)
                self.assertEqual(again.code, COMPLETE, repaired.stdout + again.stdout + again.stderr)

    def test_archive_carries_collations(self):
        self.fill_people()
        archive = self.folder / "archive"
        extracted = self.program.run("extract", self.source.url(self.database), archive, "--case-insensitive", "icu", "--progress", "none")
        self.assertEqual(extracted.code, COMPLETE, extracted.stderr)
        loaded = self.program.run("load", archive, self.target.url(self.database), "--progress", "none")
        self.assertEqual(loaded.code, COMPLETE, loaded.stderr)
        self.assertEqual(self.ask(f"select name from {self.table('people')} where name = 'ÄRGER'"), "Ärger")


class CollationsOfPostgres18(Collations):
    """The same where nondeterministic collations can LIKE."""

    def setUp(self):
        super().setUp()
        self.target = Postgres(variable("MILLRACE_POSTGRES18"))
        self.addCleanup(self.target.drop_database, self.database)
        self.target.create_database(self.database)


if __name__ == "__main__":
    unittest.main()
