#!/usr/bin/env python3
"""Values that the target cannot hold, under each policy: nothing is lost, all of it is counted."""

import base64
import json
import pathlib
import re
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import (BAD_DATA, BAD_REQUEST, COMPLETE, OneTableTestCase, literal)

WITH_REJECTS = 8

# Rows 1 and 9 fit. Each of the others has values that do not.
ROWS = """
set sql_mode = 'allow_invalid_dates';
drop table t;
create table t (id int not null primary key, day date, at datetime(3), words text, json longtext check (1),
  flag tinyint(1), small tinyint(1) not null, raw blob, latin varchar(20) character set latin1) engine=innodb;
insert into t values (1, '2024-02-29', '1000-01-01 00:00:00.5', 'eins', '{}', 0, 0, x'00ff', x'80'),
  (2, '0000-00-00', '2020-01-01', 'zero', '{}', 0, 1, x'', 'x'),
  (3, '2020-00-15', '2020-01-00', 'partial, twice', '{}', 1, 1, x'0102', 'x'),
  (4, null, null, concat('nul', char(0), 'byte'), null, null, 0, null, null),
  (5, '0001-01-01', '0999-12-31 23:59:59.999', 'old', '{}', 1, 0, x'deadbeef', x'e9'),
  (6, '2020-01-01', '2020-01-01', 'two', '{}', 2, 0, x'', concat('a', char(0))),
  (7, '2020-01-01', '2020-01-01', 'not null', '{}', 1, 7, x'', 'x'),
  (9, '9999-12-31', '9999-12-31 23:59:59.999', 'nine', '{}', 1, 0, repeat(x'41', 70000), 'x');
"""
FITS = "1|2024-02-29|1000-01-01 00:00:00.5|eins|f|f|\\x00ff|€"


class UnfitRows(OneTableTestCase):
    """Eight rows, five of which have values that do not fit."""

    def setUp(self):
        super().setUp()
        self.fill(ROWS)
        self.rejects = self.folder / "millrace-rejects"

    def rows(self, columns="*"):
        return self.target.run(f"select {columns} from {self.database}.t order by id",
                               self.database).splitlines()

    def lines(self, table="t"):
        """The header of a reject file, and its rows by their id."""
        text = (self.rejects / f"{self.database}.{table}.jsonl").read_text(encoding="utf-8")
        head, *rest = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(head["millrace"], "rejects")
        return head, {line["key"].get("id"): line for line in rest}



class Policies(UnfitRows):
    def test_stop_names_the_first_and_keeps_the_table_unfinished(self):
        outcome = self.migrate()

        self.assert_says(outcome, BAD_DATA, "zero or partial date for date .*column=day key=id=2",
                         "--on-fault null or reject")
        self.assertFalse(self.rejects.exists())

    def test_null_in_each_column_that_allows_it_and_counted(self):
        self.fill("delete from t where id = 7")
        outcome = self.migrate("--on-fault", "null")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.rows("id, day is null, at is null, words is null, flag is null, latin is null"),
                         ["1|f|f|f|f|f", "2|t|f|f|f|f", "3|t|t|f|f|f", "4|t|t|t|t|t", "5|f|f|f|f|f",
                          "6|f|f|f|t|t", "9|f|f|f|f|f"])
        report = self.program.report()
        self.assertEqual(report["outcome"], "complete")
        self.assertEqual((report["values_nulled"], report["rows_rejected"]), (6, 0))
        self.assertEqual(report["tables"][0]["values_nulled"], 6)
        faults = {fault["column"]: (fault["reason"], fault["nulled"], fault["key"], fault["value"])
                  for fault in report["faults"]}
        self.assertEqual(faults, {
            "day": ("zero or partial date", 2, "id=2", "0000-00-00"),
            "at": ("zero or partial date", 1, "id=3", "2020-01-00 00:00:00.000"),
            "words": ("NUL byte in text", 1, "id=4", "nul\\x00byte"),
            "flag": ("neither 0 nor 1", 1, "id=6", "2"),
            "latin": ("NUL byte in text", 1, "id=6", "a\\x00")})
        self.assertIn("6 values stored as NULL", outcome.stdout)
        self.assertFalse(self.rejects.exists())

    def test_a_resumed_run_counts_what_was_rejected_before_wherever_its_file_is(self):
        words = ("--on-fault", "reject")
        killed = self.migrate(*words, MILLRACE_FAULT="verify.before_reading:1:kill")
        self.assertEqual(killed.code, -9, killed.stderr)
        shutil.move(self.rejects, self.folder / "elsewhere")
        outcome = self.migrate(*words, "--resume")

        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        report = self.program.report()
        self.assertGreater(report["rows_rejected"], 0)
        self.assertEqual(report["tables"][0]["rows_rejected"], report["rows_rejected"])
        self.assertRegex([note["message"] for note in report["notes"] if note["topic"] == "rejects"][0],
                         f"holds 0 of the {report['rows_rejected']} rows that were rejected before")

    def test_null_stops_in_a_column_that_is_not_null(self):
        outcome = self.migrate("--on-fault", "null")

        self.assert_says(outcome, BAD_DATA, "neither 0 nor 1 for boolean NOT NULL, which cannot become NULL"
                         " .*column=small key=id=7 value=\"7\"", "--on-fault reject")

    def test_reject_loads_the_rest_and_keeps_whole_rows_in_a_file(self):
        outcome = self.migrate("--on-fault", "reject", "--report", "run.html")

        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        self.assertEqual(self.rows("id"), ["1", "5", "9"])
        self.assertEqual(self.rows("id, day, at, words, flag, small, raw, latin")[0], FITS)
        self.assertEqual(self.rows("id, day, at")[1], "5|0001-01-01|0999-12-31 23:59:59.999")
        report = self.program.report()
        self.assertEqual(report["outcome"], "complete with rejects")
        self.assertEqual((report["rows"], report["rows_rejected"], report["values_nulled"]), (3, 5, 0))
        self.assertEqual(report["tables"][0]["reject_file"],
                         f"millrace-rejects/{self.database}.t.jsonl")
        self.assertIn(f"5 rows of {self.database}.t in millrace-rejects/{self.database}.t.jsonl",
                      outcome.stdout)
        self.assertIn("5 rows rejected", (self.folder / "run.html").read_text())

        head, lines = self.lines()
        self.assertEqual(head["columns"],
                         ["id", "day", "at", "words", "json", "flag", "small", "raw", "latin"])
        self.assertEqual(set(lines), {"2", "3", "4", "6", "7"})
        self.assertEqual(lines["2"]["reason"], "day: zero or partial date for date")
        self.assertEqual(lines["3"]["mend"],
                         {"day": "2020-00-15", "at": "2020-01-00 00:00:00.000"})
        self.assertEqual(lines["3"]["row"], {
            "id": "3", "day": "2020-00-15", "at": "2020-01-00 00:00:00.000",
            "words": "partial, twice", "json": "{}", "flag": "1", "small": "1",
            "raw": {"base64": base64.b64encode(b"\1\2").decode()}, "latin": "x"})
        self.assertEqual(lines["4"]["row"]["words"], "nul\0byte")
        self.assertIsNone(lines["4"]["row"]["raw"])
        self.assertEqual(lines["6"]["mend"], {"flag": "2", "latin": "a\0"})
        self.assertEqual(sorted(path.name for path in self.rejects.iterdir()),
                         [f"{self.database}.t.jsonl"])

    def test_policies_of_columns_and_the_last_rule_wins(self):
        job = self.folder / "job.toml"
        job.write_text(f"""
on_fault = "reject"
[[fault]]
column = "*.t.*"
on_fault = "null"
[[fault]]
column = "{self.database}.t.small"
on_fault = "reject"
[[fault]]
column = "day"
on_fault = "reject"
""")
        outcome = self.migrate("--job", job)

        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        self.assertEqual(self.rows("id"), ["1", "4", "5", "6", "9"])
        self.assertEqual(set(self.lines()[1]), {"2", "3", "7"})
        self.assertEqual(self.program.report()["values_nulled"], 3)

    def test_one_column_may_stop_where_the_others_go_on(self):
        outcome = self.migrate("--on-fault", "reject", "--on-fault", "words=stop")

        self.assert_says(outcome, BAD_DATA, "NUL byte in text .*column=words key=id=4")

    def test_rule_for_no_column_is_refused(self):
        outcome = self.migrate("--on-fault", "no_such_*=null")

        self.refused(outcome, BAD_REQUEST, "--on-fault no_such_\\*=null: no column matches",
                     "database.table.column")

    def test_null_for_a_column_that_is_not_null_is_noted_beforehand(self):
        outcome = self.program.run("plan", self.source.url(self.database),
                                   self.target.url(self.database), "--on-fault", "small=null")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertRegex(outcome.stdout, f"fault +{self.database}.t.small +NOT NULL: ")

    def test_reject_file_of_an_earlier_run_is_not_touched(self):
        self.assertEqual(self.migrate("--on-fault", "reject").code, WITH_REJECTS)
        before = (self.rejects / f"{self.database}.t.jsonl").read_bytes()
        outcome = self.migrate("--on-fault", "reject", "--if-exists", "drop")

        self.assert_says(outcome, BAD_REQUEST, "an earlier run left rows in reject files: millrace-rejects",
                         "--reject-dir")
        self.assertEqual((self.rejects / f"{self.database}.t.jsonl").read_bytes(), before)
        again = self.migrate("--on-fault", "reject", "--if-exists", "drop", "--reject-dir", "second")
        self.assertEqual(again.code, WITH_REJECTS, again.stderr)

    def test_reject_folder_that_cannot_be(self):
        (self.folder / "file").write_text("")
        outcome = self.migrate("--on-fault", "reject", "--reject-dir", "file")

        self.refused(outcome, BAD_REQUEST, "cannot use the reject file file: Not a directory",
                     "--reject-dir")

    def test_run_that_stops_half_way_keeps_no_row_of_chunks_that_are_not_in(self):
        # One chunk: its rejected rows come before the value that stops it.
        outcome = self.migrate("--on-fault", "reject", "--on-fault", "small=stop")

        self.assert_says(outcome, BAD_DATA, "column=small")
        self.assertEqual(list(self.rejects.iterdir()), [])

    def test_foreign_key_to_a_rejected_row_is_left_not_valid_and_noted(self):
        self.fill("create table child (id int primary key, t int, constraint to_t foreign key (t)"
                  " references t (id)) engine=innodb; insert into child values (1, 1), (2, 2)")
        outcome = self.migrate("--on-fault", "reject")

        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        self.assertEqual(self.target.value("select convalidated from pg_constraint where conname = 'to_t'",
                                           self.database), "f")
        notes = [note["message"] for note in self.program.report()["notes"]
                 if note["topic"] == "foreign key"]
        self.assertRegex(notes[0], "left NOT VALID, since rows of .*VALIDATE CONSTRAINT")

    def test_many_rejects_in_many_chunks_are_there_once(self):
        numbers = "(select 0 d" + "".join(f" union select {i}" for i in range(1, 10)) + ")"
        self.fill("create table many (id int not null primary key, day date, pad varchar(200)) engine=innodb;"
                  "insert into many select a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d,"
                  "  if((a.d + 10 * b.d) % 7 = 0, '0000-00-00', '2020-01-01'), repeat('x', 190)"
                  f" from {numbers} a, {numbers} b, {numbers} c, {numbers} e, {numbers} f where f.d < 4;"
                  "analyze table many")
        outcome = self.migrate("--on-fault", "reject", "--include", "many", "--chunk-bytes", "1MiB",
                               "--readers", "3", "--writers", "3")

        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        report = self.program.report()
        self.assertGreater(report["tables"][0]["chunks"], 3)
        kept = self.target.value(f"select count(*) from {self.database}.many", self.database)
        self.assertEqual((int(kept), report["rows_rejected"]), (34000, 6000))
        lines = (self.rejects / f"{self.database}.many.jsonl").read_text().splitlines()[1:]
        ids = [int(json.loads(line)["key"]["id"]) for line in lines]
        self.assertEqual(sorted(ids), [i for i in range(40000) if i % 100 % 7 == 0])


class KindsOfFaults(OneTableTestCase):
    """Each reason for which a value may not fit, under each policy, and mended."""

    FITS = "(1, _latin1 x'c3bc', '{\"a\": 1}', 32767, '12345')"
    UNFIT = {
        "utf8": ("(2, _latin1 x'66fc', '[]', 2, 'b')", "invalid UTF-8 for varchar.20."),
        "doc": ("(3, '', '{\"b\": \"\\\\ud83d!\"}', 3, 'c')", "not JSON that PostgreSQL can hold for jsonb"),
        "n": ("(4, '', '[]', -32769, 'd')", "out of range for the target type for smallint"),
        "words": ("(5, '', '[]', 5, 'sixsix')", "too long for the target type for varchar.5."),
    }
    BOTH = "(6, _latin1 x'ff', 'null', 99999, 'f')"

    def fill_with(self, *rows):
        self.fill("set names utf8mb4; drop table t; create table t (id int primary key, utf8 varchar(20) character set latin1,"
                  " doc longtext character set utf8mb4, n int, words varchar(40)) engine=innodb;"
                  f"insert into t values {', '.join(rows)}")

    def run_with(self, *words):
        job = self.folder / "job.toml"
        job.write_text('[[charset]]\ncolumn = "t.utf8"\nholds = "utf8"\n'
                       '[[cast]]\ncolumn = "t.doc"\nto = "jsonb"\n[[cast]]\ncolumn = "t.n"\nto = "smallint"\n'
                       '[[cast]]\ncolumn = "t.words"\nto = "varchar(5)"\n')
        return self.migrate("--job", job, "--if-exists", "drop", *words)

    def fill_all(self):
        self.fill_with(self.FITS, *(row for row, _ in self.UNFIT.values()), self.BOTH)

    def rows(self):
        return self.target.run(f"select * from {self.database}.t order by id", self.database).splitlines()

    def test_stop_names_each(self):
        for column, (row, reason) in self.UNFIT.items():
            with self.subTest(column):
                self.fill_with(self.FITS, row)
                key = row[1]
                self.assert_says(self.run_with(), BAD_DATA, f"cannot store value: {reason} .*column={column} key=id={key} value=",
                                 "--on-fault null or reject")

    def test_null_stores_and_counts_each(self):
        self.fill_all()
        outcome = self.run_with("--on-fault", "null")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.rows(), [
            '1|ü|{"a": 1}|32767|12345', "2|NULL|[]|2|b", "3||NULL|3|c", "4||[]|NULL|d", "5||[]|5|NULL",
            "6|NULL|null|NULL|f"])
        faults = {fault["column"]: (fault["reason"], fault["nulled"], fault["rejected"])
                  for fault in self.program.report()["faults"]}
        self.assertEqual({column: fault[1:] for column, fault in faults.items()},
                         {"utf8": (2, 0), "doc": (1, 0), "n": (2, 0), "words": (1, 0)})

    def test_reject_keeps_each_and_loads_it_once_mended(self):
        self.fill_all()
        outcome = self.run_with("--on-fault", "reject")

        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        self.assertEqual(self.rows(), ['1|ü|{"a": 1}|32767|12345'])
        file = self.folder / f"millrace-rejects/{self.database}.t.jsonl"
        head, *lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        reasons = {line["key"]["id"]: line["reason"] for line in lines}
        for column, (row, reason) in self.UNFIT.items():
            self.assertRegex(reasons[row[1]], f"^{column}: {reason}$")
        self.assertRegex(reasons["6"], "^utf8: invalid UTF-8 .*; n: out of range for the target type for smallint$")
        by_id = {line["key"]["id"]: line for line in lines}
        self.assertEqual(by_id["2"]["mend"], {"utf8": {"base64": base64.b64encode(b"f\xfc").decode()}})
        self.assertEqual(by_id["3"]["mend"], {"doc": '{"b": "\\ud83d!"}'})
        self.assertEqual(by_id["4"]["mend"], {"n": "-32769"})
        self.assertEqual(by_id["5"]["mend"], {"words": "sixsix"})
        self.assertEqual(by_id["6"]["row"]["words"], "f")

        by_id["2"]["mend"]["utf8"] = "fü"
        by_id["3"]["mend"]["doc"] = '{"b": "\\ud83d\\ude00!"}'
        by_id["4"]["mend"]["n"] = -32768
        by_id["5"]["mend"]["words"] = "six"
        by_id["6"]["mend"].update(utf8="ÿ", n=None)
        file.write_text("".join(json.dumps(line) + "\n" for line in (head, *by_id.values())), encoding="utf-8")
        loaded = self.program.run("load", "--rejects", file, self.target.url(self.database))
        self.assertEqual(loaded.code, COMPLETE, loaded.stderr)
        self.assertEqual(self.rows(), [
            '1|ü|{"a": 1}|32767|12345', "2|fü|[]|2|b", '3||{"b": "😀!"}|3|c', "4||[]|-32768|d", "5||[]|5|six",
            "6|ÿ|null|NULL|f"])

    def test_reject_by_column_and_stop_by_another(self):
        self.fill_all()
        outcome = self.run_with("--on-fault", "reject", "--on-fault", "t.words=stop")

        self.assert_says(outcome, BAD_DATA, "too long for the target type for varchar.5. .*column=words key=id=5")


class KindsOfFaultsOfMysql(KindsOfFaults):
    source_variable = "MILLRACE_MYSQL56"


class MendedRows(UnfitRows):
    """`millrace load --rejects`: what was rejected arrives once it is mended, all of it or nothing."""

    def setUp(self):
        super().setUp()
        outcome = self.migrate("--on-fault", "reject")
        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        self.file = self.rejects / f"{self.database}.t.jsonl"

    def mend(self, **values):
        """Rewrite the file: `row_2={"day": None}` is what stands under "mend" of row 2."""
        lines = [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]
        for line in lines[1:]:
            line["mend"].update(values.get(f"row_{line['key']['id']}", {}))
        self.file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    def mend_all(self):
        self.mend(row_2={"day": None}, row_3={"day": "2020-01-15", "at": "2020-01-01 00:00:00.125"},
                  row_4={"words": "nul byte"}, row_6={"flag": True, "latin": "a€", "raw": {"base64": "AAE="}},
                  row_7={"small": False})

    def load(self, *words):
        return self.program.run("load", "--rejects", self.file, self.target.url(self.database), *words)

    def test_mended_rows_are_as_if_they_had_come_with_the_others(self):
        self.mend_all()
        outcome = self.load()

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertIn(f"5 rows of {self.file} into {self.database}.t", outcome.stdout)
        self.assertEqual(self.rows("id, day, at, words, json, flag, small, raw, latin")[1:-1], [
            "2|NULL|2020-01-01 00:00:00|zero|{}|f|t|\\x|x",
            "3|2020-01-15|2020-01-01 00:00:00.125|partial, twice|{}|t|t|\\x0102|x",
            "4|NULL|NULL|nul byte|NULL|NULL|f|NULL|NULL",
            "5|0001-01-01|0999-12-31 23:59:59.999|old|{}|t|f|\\xdeadbeef|é",
            "6|2020-01-01|2020-01-01 00:00:00|two|{}|t|f|\\x0001|a€",
            "7|2020-01-01|2020-01-01 00:00:00|not null|{}|t|f|\\x|x"])
        self.assertFalse(self.file.exists())
        self.assertTrue(self.file.with_name(self.file.name + ".loaded").exists())
        self.assert_names(self.load(), BAD_REQUEST, "cannot read .*No such file")

    def test_a_value_that_is_still_none_is_named_and_nothing_is_loaded(self):
        self.mend_all()
        self.mend(row_3={"day": "2020-00-15"})
        outcome = self.load()

        self.assert_names(outcome, BAD_DATA, "line 3: .*2020-00-15")
        self.assertEqual(self.rows("id"), ["1", "5", "9"])
        self.assertTrue(self.file.exists())

    def test_text_that_would_be_cut_is_refused(self):
        self.mend_all()
        self.mend(row_6={"latin": "x" * 21})

        self.assert_names(self.load(), BAD_DATA, "line 5: .*too long for type character varying\\(20\\)")

    def test_a_nul_byte_that_is_still_there_is_named(self):
        self.mend_all()
        self.mend(row_4={"words": "nul\0byte"})

        self.assert_names(self.load(), BAD_REQUEST, "line 4: words still holds a NUL byte")

    def test_what_is_no_reject_file_is_refused(self):
        self.file.write_text('{"a": 1}\n')

        self.assert_names(self.load(), BAD_REQUEST, "line 1: it is not the first line of a reject file")

    def test_a_line_that_is_damaged_is_named(self):
        self.mend_all()
        self.file.write_text(self.file.read_text() + '{"chunk": 0, "key"\n')

        self.assert_names(self.load(), BAD_REQUEST, "line 7: it is no JSON object on a line of its own")

    def test_a_column_that_is_none_is_named(self):
        self.mend(row_2={"dya": None})

        self.assert_names(self.load(), BAD_REQUEST, 'line 2: "mend" names no column: dya')

    def test_another_database_is_refused(self):
        outcome = self.program.run("load", "--rejects", self.file, self.target.url("postgres"))

        self.assert_names(outcome, BAD_REQUEST, "their table is not in the target")

    def test_no_target_says_how_to_call_it(self):
        outcome = self.program.run("load", "--rejects", self.file)

        self.assert_names(outcome, BAD_REQUEST, "no target given")

    def test_the_target_may_be_that_of_a_job_file(self):
        self.mend_all()
        (self.folder / "broken.cnf").write_text("[no section")  # of the source, which is not asked
        (self.folder / "job.toml").write_text(
            f'[source]\nurl = "{self.source.url(self.database)}"\ndefaults_file = "broken.cnf"\n'
            f'[target]\nurl = "{self.target.url(self.database)}"\nsslmode = "verify-full"\nsslrootcert = "no.pem"\n')
        refused = self.program.run("load", "--rejects", self.file, "--job", "job.toml")
        self.assertNotEqual(refused.code, COMPLETE)
        self.assertIn("no.pem", refused.stderr)

        outcome = self.program.run("load", "--rejects", self.file, "--job", "job.toml", "--target-sslmode", "disable")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertIn("5 rows", outcome.stdout)

    def test_help_has_an_example(self):
        for help_ in ("--help", "-h"):
            outcome = self.program.run("load", "--rejects", help_)

            self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
            self.assertIn("millrace load --rejects millrace-rejects/shop.orders.jsonl", outcome.stdout)

    def assert_names(self, outcome, code, message):
        self.assertEqual(outcome.code, code, outcome.stderr)
        self.assertRegex(outcome.stderr, message)
        self.assertIn("  hint: ", outcome.stderr)


if __name__ == "__main__":
    unittest.main()
