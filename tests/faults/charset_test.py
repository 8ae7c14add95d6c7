#!/usr/bin/env python3
"""Text that is not what its character set says: it arrives as what it is, or is named."""

import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import (BAD_DATA, BAD_REQUEST, COMPLETE, Mysql, OneTableTestCase, variable)

WITH_REJECTS = 8


class Charsets(OneTableTestCase):
    source_variable = "MILLRACE_MARIADB"

    def setUp(self):
        super().setUp()
        # Another source than the shared one has this table too.
        if self.source_variable != "MILLRACE_MARIADB":
            self.source = Mysql(variable(self.source_variable))
            self.addCleanup(self.source.run, f"drop database if exists `{self.database}`")
            self.source.run(f"drop database if exists `{self.database}`; create database `{self.database}`;"
                            f"use `{self.database}`; create table t (id int)")

    def fill(self, script):
        super().fill("set names utf8mb4; set sql_mode = ''; drop table t;" + script)

    def rows(self, columns="*"):
        return self.target.run(f"select {columns} from {self.database}.t order by id",
                               self.database).splitlines()

    def job(self, text):
        path = self.folder / "job.toml"
        path.write_text(text, encoding="utf-8")
        return self.migrate("--job", path)

    def test_byte_that_a_charset_does_not_have_is_a_fault_and_no_question_mark(self):
        # 0xd2 is no letter of greek, 0xdb none of tis620, 0xbf none of hebrew.
        self.fill("create table t (id int primary key, g varchar(9) character set greek, t text character set tis620,"
                  " h char(9) character set hebrew) engine=innodb;"
                  "insert into t values (1, _greek x'c1e2', _tis620 x'a1', _hebrew x'e0'),"
                  " (2, _greek x'd2', _tis620 x'a1', _hebrew x'e0'), (3, _greek x'c1', _tis620 x'db41', _hebrew x'e0'),"
                  " (4, _greek x'3f', _tis620 '?', _hebrew x'bf'), (5, '?', 'what?', '??')")

        outcome = self.migrate()
        self.assert_says(outcome, BAD_DATA, "not all of it can be read as greek .*column=g key=id=2 value=\"\\\\xd2\"")
        outcome = self.migrate("--if-exists", "drop", "--on-fault", "reject")

        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        self.assertEqual(self.rows(), ["1|Αβ|ก|א        ", "5|?|what?|??       "])
        text = (self.folder / f"millrace-rejects/{self.database}.t.jsonl").read_text(encoding="utf-8")
        lines = [json.loads(line) for line in text.splitlines()[1:]]
        self.assertEqual({line["key"]["id"]: line["mend"] for line in lines},
                         {"2": {"g": {"base64": "0g=="}}, "3": {"t": {"base64": "20E="}},
                          "4": {"h": {"base64": "vw=="}}})

    def test_latin1_that_holds_utf8_arrives_as_that_by_rule(self):
        self.fill("create table t (id int primary key, a varchar(20) character set latin1,"
                  " b char(9) character set latin1, c text character set latin1, d text character set latin1) engine=innodb;"
                  "insert into t values (1, _latin1 x'4772c3bcc39f65', _latin1 x'c3a9', _latin1 x'e6b8b2', _latin1 x'e9')")
        plain = self.migrate()
        self.assertEqual(plain.code, COMPLETE, plain.stderr)
        self.assertEqual(self.rows("a"), ["GrÃ¼ÃŸe"])

        outcome = self.job(f'if_exists = "drop"\n[[charset]]\ncolumn = "{self.database}.t.[abc]"\nholds = "utf8"\n')

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.rows(), ["1|Grüße|é        |渲|é"])

    def test_a_value_that_is_no_utf8_after_all_is_a_fault(self):
        self.fill("create table t (id int primary key, a varchar(20) character set latin1) engine=innodb;"
                  "insert into t values (1, _latin1 x'c3bc'), (2, _latin1 x'fc')")
        outcome = self.job('[[charset]]\ncolumn = "t.a"\nholds = "utf8"\n')

        self.assert_says(outcome, BAD_DATA, "invalid UTF-8 .*column=a key=id=2")

    def test_utf8_that_was_made_utf8_twice_is_undone_by_rule(self):
        self.fill("create table t (id int primary key, a varchar(40) character set utf8mb4) engine=innodb;"
                  "insert into t values (1, 'GrÃ¼ÃŸe â‚¬'), (2, 'plain?')")
        outcome = self.job('[[charset]]\ncolumn = "t.a"\nholds = "utf8-twice"\n')

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.rows(), ["1|Grüße €", "2|plain?"])

    def test_what_was_not_made_utf8_twice_is_a_fault_by_that_rule(self):
        self.fill("create table t (id int primary key, a varchar(40) character set utf8mb4) engine=innodb;"
                  "insert into t values (1, 'GrÃ¼ÃŸe'), (2, '渲')")
        outcome = self.job('[[charset]]\ncolumn = "t.a"\nholds = "utf8-twice"\n')

        self.assert_says(outcome, BAD_DATA, "column=a key=id=2 value=\"渲\"")

    def test_rule_for_no_text_is_refused(self):
        self.fill("create table t (id int primary key)")
        outcome = self.job('[[charset]]\ncolumn = "t.id"\nholds = "utf8"\n')

        self.refused(outcome, BAD_REQUEST, "no column of text matches 't.id'", "database.table.column")


class CharsetsOfMysql(Charsets):
    source_variable = "MILLRACE_MYSQL56"


if __name__ == "__main__":
    unittest.main()
