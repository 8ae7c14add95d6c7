#!/usr/bin/env python3
"""Geometry into a target that has PostGIS; what stands in for it is in the folder postgis."""

import pathlib
import shutil
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "faults"))

from check_test import CheckTestCase
from fault_test_case import COMPLETE, Postgres, literal, quote, variable

SHAPES = """drop table t;
  create table shapes (id int primary key, any_ geometry, spot point, must point not null, spatial index at_must (must)) engine=myisam;
  insert into shapes values
    (1, geomfromtext('LINESTRING(0 0, 1 1)'), geomfromtext('POINT(1 2)'), geomfromtext('POINT(7 7)')),
    (2, null, geomfromtext('POINT(1 2)', 4326), geomfromtext('POINT(8 8)'))"""
POINT_1_2 = "000000000000f03f0000000000000040"


class Postgis(CheckTestCase):
    def setUp(self):
        super().setUp()
        self.target = Postgres(variable("MILLRACE_POSTGRES18"))
        self.addCleanup(self.target.drop_database, self.database)
        self.target.create_database(self.database)
        # From PostgreSQL 18 on extensions may lie in any folder that the server can read.
        folder = tempfile.TemporaryDirectory(prefix="millrace-postgis-")
        self.addCleanup(folder.cleanup)
        pathlib.Path(folder.name).chmod(0o755)
        extension = pathlib.Path(folder.name, "extension")
        shutil.copytree(HERE / "postgis", extension)
        for each in (extension, *extension.iterdir()):  # whatever the checkout's own modes are
            each.chmod(0o755)
        self.target.run(f"set extension_control_path = {literal(folder.name + ':$system')};"
                        "create schema gis; create extension postgis schema gis", self.database)
        self.fill(SHAPES)

    def ask(self, sql):
        return self.target.run(sql, self.database).splitlines()

    def test_check_finds_it(self):
        self.check()

        self.assert_line("OK", "extensions", "PostGIS is there for the geometry columns")

    def test_geometry_is_stored_as_such_and_proven(self):
        outcome = self.migrate()
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

        table = f"{quote(self.database)}.shapes"
        self.assertEqual(self.ask("select attname, atttypid::regtype, atttypmod from pg_attribute where attrelid ="
                                  f" {literal(table)}::regclass and attnum > 0 order by attnum"),
                         ["id|integer|-1", "any_|gis.geometry|-1", "spot|gis.geometry|1", "must|gis.geometry|1"])
        self.assertEqual(self.ask(f"select id, spot from {table} order by id"),
                         [f"1|\\x0101000000{POINT_1_2}", f"2|\\x0101000020e6100000{POINT_1_2}"])
        self.assertRegex("\n".join(self.ask(f"select indexdef from pg_indexes where schemaname = {literal(self.database)}")),
                         "USING gist \\(must\\)")
        for basis in ("ledger", "source"):
            verified = self.program.run("verify", self.source.url(self.database), self.target.url(self.database),
                                        "--against", basis, "--progress", "none")
            self.assertEqual(verified.code, COMPLETE, verified.stdout + verified.stderr)

    def test_bytes_all_the_same_where_told_so(self):
        self.check("--geometry", "bytea")
        self.assert_line("OK", "extensions", "no extension is needed")

        outcome = self.migrate("--geometry", "bytea")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.ask("select distinct data_type from information_schema.columns where table_name = 'shapes'"
                                  " and column_name <> 'id'"), ["bytea"])


if __name__ == "__main__":
    unittest.main()
