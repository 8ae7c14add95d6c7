#!/usr/bin/env python3
"""Many tables that become one: killed and taken up again, proven, verified and repaired as any table."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import BAD_REQUEST, COMPLETE, FaultTestCase, Mysql, Postgres, variable

DIFFERENCE = 9
SHARDS = 12
LARGE = 30_000  # rows of the one shard that is cut along its key


class Consolidation(FaultTestCase):
    def setUp(self):
        super().setUp()
        self.source = Mysql(variable("MILLRACE_MARIADB"))
        self.target = Postgres(variable("MILLRACE_POSTGRES15"))
        self.prefix = f"shard{self.number:08x}_"
        self.source.drop_databases(self.prefix)
        self.addCleanup(self.source.drop_databases, self.prefix)
        self.addCleanup(self.target.drop_database, self.database)
        self.target.create_database(self.database)
        # A table's name is this test's alone: the binlog is searched for names.
        self.table = f"work_{self.number:08x}"
        script = []
        for n in range(SHARDS):
            name = f"{self.prefix}{n}.{self.table}"
            script.append(
                f"create database {self.prefix}{n}; create table {name} (id int not null"
                " auto_increment primary key, frame int not null, result varchar(90), key by_frame"
                f" (frame)) engine={'myisam' if n == 3 else 'innodb'};")
            rows = LARGE if n == 0 else n * 10
            script.append(f"insert into {name} (frame, result) select seq % 977, repeat(char(97 +"
                          f" (seq + {n}) % 26), seq % 90) from seq_1_to_{rows}; analyze table {name};")
        self.source.run(f"create database {self.prefix}; use {self.prefix};" + "".join(script))
        (self.folder / "job.toml").write_text(
            f'databases = ["{self.prefix}?*"]\nchunk_bytes = "256KiB"\n[[consolidate]]\n'
            f'from = "{self.prefix}?*.{self.table}"\ninto = "farm.work"\nsource_column = "shard"\n')

    def call(self, command, *words, **environment):
        return self.program.run(
            command, self.source.url(), self.target.url(self.database), "--job", "job.toml",
            "--progress", "none", "--report", "run.json", "--readers", "2", *words, **environment)

    def rows_of_source(self):
        return sorted("|".join(line.split("\t")) for n in range(SHARDS) for line in self.source.run(
            f"select '{self.prefix}{n}', id, frame, result from {self.prefix}{n}.{self.table}").splitlines())

    def assert_all_there(self):
        here = sorted(self.target.run("select shard, id, frame, result from farm.work", self.database).splitlines())
        there = self.rows_of_source()
        self.assertEqual(len(here), len(there), "rows were lost or doubled")
        self.assertEqual(here, there)
        self.assertEqual(self.target.value(
            "select string_agg(indexdef, ';' order by indexdef) from pg_indexes where schemaname = 'farm'",
            self.database),
            "CREATE INDEX by_frame ON farm.work USING btree (frame);"
            "CREATE UNIQUE INDEX work_pkey ON farm.work USING btree (shard, id)")

    def test_a_run_that_is_killed_goes_on_and_ends_with_every_row_once(self):
        for fault in ("writer.mid_copy:4", "writer.after_commit:3", "builder.before_index:1"):
            with self.subTest(fault):
                killed = self.call("migrate", "--if-exists", "drop", MILLRACE_FAULT=f"{fault}:kill")
                self.assertEqual(killed.code, -9, killed.stderr)

                resumed = self.call("migrate", "--resume")

                self.assertEqual(resumed.code, COMPLETE, resumed.stderr)
                self.assert_all_there()
                self.assertGreater(int(self.target.value(
                    "select count(*) from millrace.chunks where run = (select max(run) from millrace.runs)",
                    self.database)), 3)

    def test_a_whole_run_is_proven_value_for_value_and_verify_finds_and_repairs_a_row(self):
        outcome = self.call("migrate")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        (proof,) = self.program.report()["proof"]["tables"]
        self.assertEqual((proof["verdict"], proof["source_rows"]), ("equal", len(self.rows_of_source())))
        self.assertEqual(self.call("verify").code, COMPLETE)

        self.target.run(f"update farm.work set frame = -1 where shard = '{self.prefix}5' and id = 7;"
                        f"delete from farm.work where shard = '{self.prefix}3' and id = 2", self.database)
        differing = self.call("verify")
        self.assertEqual(differing.code, DIFFERENCE, differing.stderr)
        self.assertIn(f"{self.prefix}5", differing.stdout)
        self.assertIn(f"{self.prefix}3", differing.stdout)

        repaired = self.call("verify", "--repair")
        self.assertEqual(repaired.code, COMPLETE, repaired.stderr + repaired.stdout)
        self.assert_all_there()

    def test_an_archive_holds_it_as_one_table_with_the_rows_that_where_takes(self):
        with (self.folder / "job.toml").open("a") as job:
            job.write(f'[[table]]\nname = "{self.prefix}?*.{self.table}"\nwhere = "frame % 3 = 1"\n')
        extracted = self.program.run("extract", self.source.url(), "archive", "--job", "job.toml",
                                     "--progress", "none")
        self.assertEqual(extracted.code, COMPLETE, extracted.stderr)
        loaded = self.program.run("load", "archive", self.target.url(self.database), "--progress", "none",
                                  "--report", "run.json")
        self.assertEqual(loaded.code, COMPLETE, loaded.stderr)

        wanted = [row for row in self.rows_of_source() if int(row.split("|")[2]) % 3 == 1]
        here = self.target.run("select shard, id, frame, result from farm.work", self.database).splitlines()
        self.assertEqual(sorted(here), wanted)
        self.assertGreater(len({row.split("|")[0] for row in wanted}), SHARDS // 2)
        self.assertLess(len(wanted), len(self.rows_of_source()) // 2)
        report = self.program.report()
        (proof,) = report["proof"]["tables"]
        self.assertEqual((proof["verdict"], proof["source_rows"]), ("equal", len(wanted)))

        # The same where, by the way of a migration, which proves the rows that it takes.
        outcome = self.call("migrate", "--if-exists", "drop")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(sorted(self.target.run("select shard, id, frame, result from farm.work",
                                                self.database).splitlines()), wanted)

    def test_other_shapes_are_named_before_anything_is_written(self):
        self.source.run(f"alter table {self.prefix}7.{self.table} modify result varchar(91);"
                        f"alter table {self.prefix}9.{self.table} drop column frame")
        outcome = self.call("migrate")
        self.assertEqual(outcome.code, 2, outcome.stderr)
        self.assertIn("2 tables are not of the first one's shape", outcome.stderr)
        self.assertIn(f"{self.prefix}7.{self.table}: result is varchar(91)", outcome.stderr)
        self.assertIn(f"{self.prefix}9.{self.table}: no column frame", outcome.stderr)
        self.assert_untouched(self.target, self.database)

    def test_a_rule_for_some_of_the_tables_is_refused_and_the_others_are_named(self):
        job = (self.folder / "job.toml").read_text()
        one = f"{self.prefix}0.{self.table}"
        others = f"{self.prefix}1.{self.table}, {self.prefix}10.{self.table}, .* more"
        for rule, message in (
                (f'[[table]]\nname = "{one}"\nwhere = "id > 1"', f"it means {one}, but not {others}"),
                (f'[[cast]]\ncolumn = "{one}.frame"\nto = "bigint"', f"it means {one}, but not {others}"),
                (f'[[fault]]\ncolumn = "{one}.frame"\non_fault = "null"', f"it means {one}, but not {others}"),
                (f'[[charset]]\ncolumn = "{one}.result"\nholds = "utf8-twice"', f"means {one}, no rule means {others}"),
                (f'[[collation]]\ncolumn = "{one}.result"\ncase_insensitive = "icu"', f"means {one}, no rule means {others}")):
            with self.subTest(rule):
                (self.folder / "job.toml").write_text(f"{job}{rule}\n")
                self.assert_says(self.call("migrate"), BAD_REQUEST, message, "farm.work.*means all of its tables")
                self.assert_untouched(self.target, self.database)


if __name__ == "__main__":
    unittest.main()
