#!/usr/bin/env python3
"""Text that is not what its character set says: it arrives as what it is, or is named."""

import base64
import contextlib
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import (BAD_DATA, BAD_REQUEST, COMPLETE, OneTableTestCase)

WITH_REJECTS = 8

# Character sets of one byte a character, and Python's codec of the same; none: it has no such.
ONE_BYTE = {
    "armscii8": None, "ascii": "ascii", "cp1250": "cp1250", "cp1251": "cp1251", "cp1256": "cp1256",
    "cp1257": "cp1257", "cp850": "cp850", "cp852": "cp852", "cp866": "cp866", "dec8": None,
    "geostd8": None, "greek": "iso8859_7", "hebrew": "iso8859_8", "hp8": "hp_roman8",
    "keybcs2": None, "koi8r": "koi8_r", "koi8u": "koi8_u", "latin1": "cp1252",
    "latin2": "iso8859_2", "latin5": "iso8859_9", "latin7": "iso8859_13", "macce": "mac_latin2",
    "macroman": "mac_roman", "swe7": None, "tis620": "tis_620"}
# The others: Python's codec, and text with what is particular to them.
MORE_BYTES = {
    "big5": ("big5", "漢字功能"), "cp932": ("cp932", "日本語表ｶﾅ①"), "eucjpms": ("euc_jp", "日本語ア"),
    "euckr": ("euc_kr", "한국어"), "gb18030": ("gb18030", "汉字€😀"), "gb2312": ("gb2312", "汉字"),
    "gbk": ("gbk", "汉字鎔誠"), "sjis": ("shift_jis", "日本語表ｶﾅ"), "ucs2": ("utf_16_be", "ж渲　"),
    "ujis": ("euc_jp", "日本語ア"), "utf16": ("utf_16_be", "ж渲😀"), "utf16le": ("utf_16_le", "ж渲😀"),
    "utf32": ("utf_32_be", "ж渲😀"), "utf8": ("utf_8", "é渲€"), "utf8mb3": ("utf_8", "é渲€"),
    "utf8mb4": ("utf_8", "é渲😀👩‍👩‍👧")}


# Where MySQL's table and Python's differ, by byte: the standard was changed after MySQL's was made, or
# the set is one of several of its name. What arrives is what MySQL shows.
DIFFERENT = {
    "hebrew": {0xaf: ("¯", "‾")}, "koi8u": {0x95: ("∙", "•")}, "greek": {0xa1: ("‘", "ʽ"), 0xa2: ("’", "ʼ")},
    "cp866": {0xfc: ("№", "ⁿ"), 0xfd: ("¤", "²")}}


def bytes_of(charset):
    codec, text = MORE_BYTES[charset]
    return text.encode(codec).hex()


class Charsets(OneTableTestCase):
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

    def character_sets(self):
        """The server's own list; a set that it knows and we do not is no set that we know to arrive."""
        names = [line.split("\t")[0] for line in self.source.run("show character set").splitlines()]
        names = [name for name in names if name != "binary"]
        self.assertEqual([name for name in names if name not in {**ONE_BYTE, **MORE_BYTES}], [])
        return names

    def test_every_byte_of_every_one_byte_character_set_arrives_or_is_named(self):
        names = [name for name in self.character_sets() if name in ONE_BYTE]
        self.fill("".join(
            f"create table t_{name} (id int primary key, c varchar(9) character set {name}) engine=innodb;"
            f"insert ignore into t_{name} values "
            + ", ".join(f"({byte}, convert(x'{byte:02x}' using {name}))" if name == "ascii" else
                        f"({byte}, _{name} x'{byte:02x}')"
                        for byte in range(1, 128 if name == "ascii" else 256)) + ";" for name in names)
                  + "create table t (id int primary key) engine=innodb;")

        outcome = self.migrate("--on-fault", "reject")

        self.assertEqual(outcome.code, WITH_REJECTS, outcome.stderr)
        for name in names:
            with self.subTest(name):
                self.check_bytes(name, ONE_BYTE[name])

    def check_bytes(self, name, codec):
        said = self.source.run(f"select id, hex(c), hex(convert(c using utf8mb4)) from {self.database}.t_{name}")
        source = {int(id_): (bytes.fromhex(raw), bytes.fromhex(utf8).decode()) for id_, raw, utf8
                  in (line.split("\t") for line in said.splitlines())}
        said = self.target.run(f"select id, encode(convert_to(c, 'UTF8'), 'hex') from {self.database}.t_{name}",
                               self.database)
        target = {int(id_): bytes.fromhex(utf8).decode()
                  for id_, utf8 in (line.split("|") for line in said.splitlines())}
        file = self.folder / f"millrace-rejects/{self.database}.t_{name}.jsonl"
        rejected = {int(json.loads(line)["key"]["id"]): json.loads(line)["mend"]["c"]["base64"]
                    for line in (file.read_text().splitlines()[1:] if file.exists() else [])}
        self.assertEqual(sorted([*target, *rejected]), sorted(source))
        differ = {}
        for id_, (raw, utf8) in source.items():
            # The server says so of what it cannot read.
            readable = utf8 not in ("?", "\N{REPLACEMENT CHARACTER}") or id_ == 0x3f
            self.assertEqual(id_ in target, readable, f"byte {id_:02x}")
            if not readable:
                self.assertEqual(base64.b64decode(rejected[id_]), raw, f"byte {id_:02x}")
                continue
            self.assertEqual(target[id_], utf8, f"byte {id_:02x}")
            with contextlib.suppress(UnicodeDecodeError):
                # latin1's five open places are C1 controls; some sets have changed since.
                known = raw.decode(codec) if codec else utf8
                if known != utf8:
                    differ[id_] = (known, utf8)
        self.assertEqual(differ, DIFFERENT.get(name, {}))

    def test_every_character_set_of_more_bytes_arrives(self):
        names = [name for name in self.character_sets() if name in MORE_BYTES]
        columns = ", ".join(f"{name}_v varchar(20) character set {name}, {name}_c char(8) character set {name},"
                            f" {name}_t text character set {name}" for name in names)
        values = ", ".join(f"_{name} x'{bytes_of(name)}', _{name} x'{bytes_of(name)}', _{name} x'{bytes_of(name)}'"
                           for name in names)
        self.fill(f"create table t (id int primary key, {columns}) engine=innodb;"
                  f"insert into t values (1, {values});")

        outcome = self.migrate()

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        for name in names:
            text = MORE_BYTES[name][1]
            self.assertEqual(self.rows(f"{name}_v || '|' || rtrim({name}_c) || '|' || {name}_t"),
                             ["|".join([text] * 3)], name)

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
