#!/usr/bin/env python3
"""farmgen on real servers: one seed makes one farm, by any number of sessions, traps included."""

import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from clients import Mysql, Program, variable  # noqa: E402  pylint: disable=wrong-import-position

SYSTEM = "('mysql', 'sys', 'information_schema', 'performance_schema')"
FARM = "(table_schema regexp '^[0-9]*qube$' or table_schema in ('pfx_dw', 'slurm_acct_db', 'render'))"
QUBE = ("--profile", "qube", "--jobs", 20, "--jobs-per-db", 8, "--frames", 5, "--facts", 40)
UNSET_TIME = 946702800  # 2000-01-01 at UTC-5: what the farm's managers store for "never"


class FarmgenTestCase(unittest.TestCase):
    """A folder, a server and the program; the farm is taken down again."""

    server_variable = "MILLRACE_MARIADB"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.server = Mysql(variable(self.server_variable))
        self.program = Program(os.environ["FARMGEN_PROGRAM"], folder.name)
        self.addCleanup(self.drop)

    def drop(self):
        schemas = self.server.run(
            f"select distinct table_schema from information_schema.tables where {FARM}")
        for name in schemas.split():
            self.server.run(f"drop database `{name}`")

    def make(self, *words):
        done = self.program.run("--source", self.server.url(), "--drop", *words)
        self.assertEqual(done.code, 0, done.stderr)

    def refused(self, *words):
        done = self.program.run("--source", self.server.url(), *words)
        self.assertEqual(done.code, 2, done.stderr)
        return done.stderr

    def tables(self):
        return self.server.run(
            "select concat('`', table_schema, '`.`', table_name, '`')"
            f" from information_schema.tables where {FARM} order by 1").splitlines()

    def checksums(self):
        """What CHECKSUM TABLE says of every table of the farm, by name."""
        lines = self.server.run(f"checksum table {', '.join(self.tables())}").splitlines()
        return dict(line.split("\t") for line in lines)

    def value(self, sql):
        return self.server.value(sql)


class Seeds(FarmgenTestCase):
    def check_profile(self, *profile):
        self.make(*profile, "--seed", 7, "--connections", 1)
        first = self.checksums()
        self.make(*profile, "--seed", 7, "--connections", 4)
        self.assertEqual(self.checksums(), first)
        self.make(*profile, "--seed", 8)
        other = self.checksums()
        self.assertEqual(other.keys(), first.keys())
        return {name for name, value in other.items() if value != first[name]}

    def test_a_seed_decides_every_row_of_a_render_farm(self):
        changed = self.check_profile(*QUBE)
        for table in ("1qube.job", "2qube.work", "3qube.event", "pfx_dw.job_fact",
                      "qube.host"):
            self.assertIn(table, changed)
        # What the vendor ships is the same on every farm.
        self.assertNotIn("qube.tableversion", changed)
        self.assertNotIn("pfx_dw.jobstatus_dim", changed)

    def test_a_seed_decides_every_row_of_an_accounting_database(self):
        changed = self.check_profile("--profile", "slurm", "--jobs", 40, "--clusters", 2)
        self.assertIn("slurm_acct_db.cluster-1_job_table", changed)
        self.assertIn("slurm_acct_db.cluster-2_step_table", changed)

    def test_a_seed_decides_every_row_of_a_render_managers_boards(self):
        changed = self.check_profile("--profile", "render", "--jobs", 40, "--frames", 5)
        self.assertIn("render.jobboard", changed)


class Qube(FarmgenTestCase):
    def test_databases_of_so_many_jobs_and_a_version(self):
        self.make(*QUBE)
        jobs = [self.value(f"select count(*) from {n}qube.job") for n in (1, 2, 3)]
        self.assertEqual(jobs, ["8", "8", "4"])
        self.assertEqual(self.value("select version from qube.tableversion"), "37")
        self.assertEqual(self.value("select count(*) from qube.jobid join qube.host"), "100")

    def test_values_that_trap_a_migration_are_there(self):
        self.make("--profile", "qube", "--jobs", 400, "--frames", 2, "--facts", 4000, "--beyond")
        for trap in (f"1qube.job where timecomplete = {UNSET_TIME}",
                     "1qube.job where pid = -1 and label = '' and mailaddress = ''",
                     "1qube.job where data like '(=(%'",
                     "1qube.job where name like '%(%' and name like '%,%'",
                     "1qube.job where name like '%\\\\\\\\%'",
                     "2qube.job where flags = 4294967295",
                     "1qube.job where convert(name using utf8) regexp '[^ -~]'",
                     f"pfx_dw.job_fact where job_timestart = {UNSET_TIME} and mem_max is null",
                     "pfx_dw.job_fact where user_sk = 65535",
                     "pfx_dw.job_fact where cpu_seconds = 4294967295",
                     "pfx_dw.job_fact where mem_max = 18446744073709551615",
                     "pfx_dw.jobstatus_dim where expiry_date = '9999-12-31'"):
            self.assertNotEqual(self.value(f"select count(*) from {trap}"), "0", trap)

    def test_jobs_can_have_tables_of_their_own_with_the_same_rows(self):
        self.make(*QUBE)
        shared = self.value("select name, data from 1qube.work where pid = 3 order by name")
        total = self.value("select count(*) from 1qube.event")
        self.make(*QUBE, "--layout", "per-job")
        self.assertEqual(self.value("select name, data from 1qube.3work order by name"), shared)
        events = "+".join(f"(select count(*) from 1qube.{job}event)" for job in range(1, 9))
        self.assertEqual(self.value(f"select {events}"), total)
        self.assertEqual(self.value(
            "select count(*) from information_schema.tables where table_schema = '3qube'"), "17")

    def test_a_few_jobs_can_have_very_many_frames(self):
        for skew in (2, 9, 15, 20):  # of 20 jobs
            self.make(*QUBE, "--skew", skew, "--skew-frames", 90)
            counts = self.value("select pid, count(*) n from (select pid from 1qube.work union all"
                                " select pid from 2qube.work union all select pid from 3qube.work) w"
                                " group by pid having n = 90")
            self.assertEqual(len(counts.splitlines()), skew)

    def test_a_farm_in_the_way_is_named_and_kept(self):
        self.make(*QUBE)
        kept = self.checksums()
        said = self.refused(*QUBE, "--seed", 2)
        self.assertIn("1qube, 2qube, 3qube", said)
        self.assertIn("--drop", said)
        self.assertEqual(self.checksums(), kept)


class OldServer(FarmgenTestCase):
    server_variable = "MILLRACE_MYSQL56"

    def test_an_old_mysql_takes_a_farm_of_myisam_tables(self):
        self.make(*QUBE, "--engine", "MyISAM")
        engines = self.value(f"select distinct engine from information_schema.tables where {FARM}")
        self.assertEqual(engines, "MyISAM")
        self.assertEqual(self.value("select count(*) from 2qube.work"), "40")

    def test_an_old_mysql_takes_an_accounting_database(self):
        self.make("--profile", "slurm", "--jobs", 40, "--clusters", 3)
        self.assertEqual(len(self.tables()), 12 + 3 * 22)


class Slurm(FarmgenTestCase):
    def test_values_that_trap_a_migration_are_there(self):
        self.make("--profile", "slurm", "--jobs", 400, "--clusters", 2)
        table = "slurm_acct_db.`cluster-1_{}`"
        for name, trap in (("job_table", "id_array_task = 4294967294"),
                           ("job_table", "sluid > 9223372036854775807"),
                           ("job_table", "mem_req = 18446744073709551614"),
                           ("job_table", "time_start = 0"),
                           ("job_table", "length(submit_line) > 16000"),
                           ("step_table", "id_step = -5 and step_het_comp = 4294967294"),
                           ("step_table", "deleted = 1")):
            where = f"{table.format(name)} where {trap}"
            self.assertNotEqual(self.value(f"select count(*) from {where}"), "0", trap)
        self.assertEqual(self.value(
            "select max(sluid) > 9223372036854775807 from slurm_acct_db.`cluster-2_job_table`"), "0")
        self.assertEqual(self.value(
            "select sub_part from information_schema.statistics where index_name = 'PRIMARY'"
            " and table_name = 'cluster-1_event_table' and column_name = 'node_name'"), "42")
        self.assertEqual(len(self.tables()), 12 + 2 * 22)

    def test_a_single_cluster_has_the_largest_numbers_too(self):
        self.make("--profile", "slurm", "--jobs", 20, "--clusters", 1)
        self.assertEqual(self.value(
            "select min(sluid) > 9223372036854775807, count(*) from slurm_acct_db.`cluster-1_job_table`"),
            "1\t20")


class Render(FarmgenTestCase):
    def test_a_few_jobs_can_have_very_many_tasks(self):
        for skew in (1, 3, 20, 21):  # of 20 jobs
            self.make("--profile", "render", "--jobs", 20, "--frames", 5, "--skew", skew, "--skew-frames", 70)
            counts = self.value("select count(*), min(frame), max(frame) from render.taskboard"
                                " group by job_id order by job_id").splitlines()
            self.assertEqual(counts.count("70\t1\t70"), min(skew, 20))
            self.assertEqual(counts.count("5\t1\t5"), max(20 - skew, 0))
            # What a job says of itself is what it has.
            self.assertEqual(self.value(
                "select count(*) from render.jobboard j join (select job_id, count(*) n from"
                " render.taskboard group by job_id) t on t.job_id = j.id and t.n = j.end_frame"), "20")


if __name__ == "__main__":
    unittest.main()
