"""A migration that is killed and resumed, and the proof that no row was lost or doubled: the content of
every table, asked of both servers by queries that know nothing of millrace."""

import contextlib
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import (COMPLETE, FaultTestCase, Mysql, OwnServers, Postgres, await_still, await_true,
                             literal)
from clients import Outcome

# One of each kind of chunk: key ranges, a table that is one stream, groups of small tables, a table
# without transactions; with indexes to build, an enum, foreign keys and an identity.
SOURCE = """
create table parent (id int not null auto_increment primary key, name varchar(40), mood enum('a', 'b'),
  key by_name (name), unique key by_both (id, name)) engine=innodb;
insert into parent (name, mood) select concat('parent ', seq), if(seq % 2, 'a', 'b') from seq_1_to_9000;
create table child (id bigint not null primary key, parent int, pad varchar(200),
  key by_pad (pad), constraint to_parent foreign key (parent) references parent (id)) engine=innodb;
insert into child select seq * 3, seq % 9000 + 1, repeat(char(97 + seq % 26), seq % 190) from seq_1_to_20000;
create table heap (a int, b varchar(100)) engine=innodb;
insert into heap select seq % 100, repeat('x', 90) from seq_1_to_9000;
create table old (id int not null primary key, words varchar(100)) engine=myisam;
insert into old select seq, concat('old ', seq) from seq_1_to_3000;
""" + "".join(f"create table small_{n} (id int primary key, t varchar(9), key (t)) engine=innodb;"
              f"insert into small_{n} select seq, 'tiny' from seq_1_to_{n % 7};" for n in range(60))
COLUMNS = {"parent": "id, name, mood", "child": "id, parent, pad", "heap": "a, b", "old": "id, words",
           **{f"small_{n}": "id, t" for n in range(60)}}


class ResumeTestCase(FaultTestCase):
    """Each class has servers of its own, since a statement on a table of the same name anywhere on a
    source counts as a change; its tests leave the source as it was, and have an empty target each."""

    settings = ()  # of the servers, as tools/servers reads them

    @classmethod
    def setUpClass(cls):
        cls.schema = f"faults_of_{cls.__name__}".lower()
        cls.servers = OwnServers("mariadb", "postgres15", *cls.settings)
        cls.addClassCleanup(cls.servers.stop)
        cls.source = Mysql(cls.servers.variables["MILLRACE_MARIADB"])
        cls.target = Postgres(cls.servers.variables["MILLRACE_POSTGRES15"])
        cls.source.run(f"drop database if exists {cls.schema}; create database {cls.schema}; use {cls.schema};"
                       f"{SOURCE}; analyze table parent, child, heap, old")

    def setUp(self):
        super().setUp()
        self.addCleanup(self.target.drop_database, self.database)
        self.target.create_database(self.database)

    def words(self, *words):
        return ("migrate", self.source.url(self.schema), self.target.url(self.database), "--progress",
                "none", "--report", "run.json", "--chunk-bytes", "64KiB", "--readers", "2", "--writers",
                "2", "--builders", "2", *words)

    def migrate(self, *words, **environment):
        return self.program.run(*self.words(*words), **environment)

    def killed(self, fault, *words):
        """Run until the fault point kills the process."""
        outcome = self.migrate(*words, MILLRACE_FAULT=f"{fault}:kill")
        self.assertEqual(outcome.code, -9, f"{fault} was never reached: {outcome.stderr}")

    @contextlib.contextmanager
    def standing_still(self, fault, *more, words=None):
        """The program while it stands still at a point; it goes on when the block ends."""
        with self.program.start(*(words or self.words(*more)), MILLRACE_FAULT=f"{fault}:stop") as process:
            await_still(process)
            yield process
            process.send_signal(signal.SIGCONT)
            stdout, stderr = process.communicate(timeout=120)
            process.outcome = Outcome(process.returncode, stdout, stderr)

    def await_lock_of_run(self):
        """Return once a process has seen an unfinished run, and waits for who works on it."""
        await_true(lambda: self.target.value(
            f"select count(*) from pg_stat_activity where datname = {literal(self.database)} and"
            " application_name = 'millrace control' and wait_event = 'advisory'") == "1", "it waits")

    def resume(self, *words):
        outcome = self.migrate("--resume", *words)
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assert_all_there()
        return outcome

    def ledger(self, sql):
        return self.target.value(sql, self.database)

    def has_unfinished_run(self):
        return (self.ledger("select to_regnamespace('millrace') is not null") == "t" and
                self.ledger("select count(*) from millrace.runs where state in ('running', 'failed',"
                            " 'cancelled')") != "0")

    def assert_all_there(self):
        """Row by row, key by key, and the ledger agrees."""
        of_source = "".join(f"select '{table}', concat_ws('|', {columns}) from {table};"
                            for table, columns in COLUMNS.items())
        of_target = "".join(f"select '{table}', concat_ws('|', {columns}) from"
                            f" {self.schema}.{table};" for table, columns in COLUMNS.items())
        there = sorted(self.source.run(f"use {self.schema}; {of_source}").replace("\t", "|").splitlines())
        here = sorted(self.target.run(of_target, self.database).splitlines())
        self.assertEqual(len(here), len(there), "rows were lost or doubled")
        self.assertEqual(here, there)
        keys = self.target.value(
            "select count(*) filter (where contype = 'p'), count(*) filter (where contype = 'f' and"
            " convalidated), (select count(*) from pg_indexes where schemaname = "
            f"{literal(self.schema)}) from pg_constraint where connamespace = "
            f"{literal(self.schema)}::regnamespace", self.database)
        self.assertEqual(keys, "63|1|127")
        self.assertEqual(self.ledger(
            "select state, (select count(*) from millrace.chunks c where c.run = r.run) - (select"
            " count(distinct chunk) from millrace.receipts p where p.run = r.run), (select"
            " sum(rows) from millrace.receipts p where p.run = r.run) from millrace.runs r order by"
            " run desc limit 1"), f"complete|0|{len(there)}")
