"""What every fault must meet: the right exit code, one clear message with a hint, no secret said,
nothing half-done in the target that is not named, and no session left on either side."""

import contextlib
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))

from clients import (Mysql, Postgres, Program, literal, plain_environment, quote,
                     variable)

# The exit codes that docs/operations.md tells.
COMPLETE, BAD_REQUEST, BAD_DATA, CONNECTION_LOST, CONFLICT, EXHAUSTED, DIFFERENCE = 0, 2, 3, 4, 5, 6, 9
COMMIT_IN_DOUBT, CANCELLED = 7, 130

# The password of the accounts made here: what must never be shown, in any of its spellings.
SECRET = "Geh3im/Wort@:#%2F"
SPELLINGS = (SECRET, "Geh3im", "%2FWort", "Wort%40", "Wort@")


def await_true(question, what, timeout_s=60):
    """Ask until the answer is true; for what only a server knows and nobody tells."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.01)
    raise AssertionError(f"waited {timeout_s} s in vain: {what}")


def await_still(process):
    """Return once a fault point has stopped the process, as SIGSTOP does; SIGCONT lets it go on."""
    def stands():
        if process.poll() is not None:
            raise AssertionError(f"it ended before it came to the point: {process.communicate()[1]}")
        stat = pathlib.Path(f"/proc/{process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"
    await_true(stands, "it stands still")


class OwnServers:
    """A set of servers that a test may kill, freeze and fill up. It ends with us, however we end:
    the command that `tools/servers run` waits for reads from a pipe of ours."""

    def __init__(self, *kinds):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-faults-"))
        self.folder.chmod(0o755)
        until_we_end = ["sh", "-c", "echo up; exec cat"]
        self.process = subprocess.Popen(
            [ROOT / "tools/servers", "run", *kinds, "--dir", self.folder, "--", *until_we_end],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "up\n":
            self.stop()
            raise AssertionError("tools/servers did not start them")
        self.variables = {}
        for line in self("env").splitlines():
            name, _, value = shlex.split(line)[1].partition("=")
            self.variables[name] = value

    def __call__(self, command, *names, **options):
        more = [word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", value)]
        words = [ROOT / "tools/servers", command, *names, "--dir", self.folder, *more]
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise AssertionError(f"tools/servers {command} gave {done.returncode}: {done.stderr}")
        return done.stdout

    def stop(self):
        self.process.communicate(timeout=120)
        with contextlib.suppress(OSError):
            self.folder.rmdir()


class Locker:
    """A session of a client program that holds what its script took, until it is released."""

    def __init__(self, command, password, script):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=plain_environment(PGPASSWORD=password, MYSQL_PWD=password))
        self.process.stdin.write(f"{script};\nselect 'held';\n")
        self.process.stdin.flush()

    @staticmethod
    def of_target(target, database, script):
        return Locker(target.command(database), target.password, f"begin; {script}")

    @staticmethod
    def of_source(source, script):
        return Locker([*source.command(), "--unbuffered"], source.password, script)

    def await_held(self):
        for line in self.process.stdout:
            if line == "held\n":
                return
        raise AssertionError("the lock was not had")

    def release(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=60)


class FaultTestCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="millrace-faults-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.program = Program(variable("MILLRACE_PROGRAM"), self.folder)
        # Tests of two classes may share a name, and run at once; a database's has 63 bytes.
        self.number = zlib.crc32(self.id().encode())
        self.database = f"faults_{self.number:08x}_{self._testMethodName.removeprefix('test_')}"[:63]

    # ---- what a fault must look like

    def assert_says(self, outcome, code, message, hint=None):
        """The exit code, and one message that matches; both are regular expressions."""
        said = outcome.stderr
        self.assertEqual(outcome.code, code, said + outcome.stdout)
        lines = said.splitlines()
        messages = [line for line in lines if line.startswith("millrace: ")]
        self.assertEqual(len(messages), 1, f"one message, please:\n{said}")
        self.assertRegex(messages[0], message)
        hints = [line for line in lines if line.startswith("  hint: ")]
        self.assertLessEqual(len(hints), 1, said)
        if hint is not None:
            self.assertEqual(len(hints), 1, f"no hint:\n{said}")
            self.assertRegex(hints[0], hint)
        for option in re.findall(r"--[a-z0-9-]+", " ".join(hints)):
            self.assertIn(option + " ", self.help() + "--help ", "a hint names what is no option")
        self.assertNotRegex(said, r"terminate called|[Aa]ssertion|std::|: internal")
        self.assert_no_secret(outcome)

    def help(self):
        return self.program.run("docs", "help").stdout

    def assert_no_secret(self, outcome):
        texts = {"stdout": outcome.stdout, "stderr": outcome.stderr}
        for file in self.folder.iterdir():
            if file.is_file() and file.suffix in (".json", ".html", ".log"):
                texts[file.name] = file.read_text(errors="replace")
        for name, text in texts.items():
            for spelling in SPELLINGS:
                self.assertNotIn(spelling, text, f"a password in {name}")

    def assert_names_what_is_left(self, target, database, outcome):
        """Every table that stands in the target is named, with the rows that it has."""
        named = self.program.report()["left_in_target"]
        for line in named:
            self.assertIn(line, outcome.stdout + outcome.stderr, "the report knows more than we")
        for schema, table in self.tables(target, database):
            full_name = f"{schema}.{table}"
            lines = [line for line in named if line.startswith(full_name + ":")]
            self.assertEqual(len(lines), 1, f"{full_name} stands unnamed; named are {named}")
            rows = re.search(r"(\d+) rows", lines[0])
            found = target.value(f"select count(*) from {quote(schema)}.{quote(table)}", database)
            self.assertEqual(rows and rows.group(1), found, lines[0])
        for thing in self.other_things(target, database):
            self.assertTrue(any(thing in line for line in named),
                            f"{thing} stands unnamed; named are {named}")

    def assert_untouched(self, target, database):
        self.assertEqual(self.tables(target, database), [])
        self.assertEqual(target.value("select to_regnamespace('millrace') is null", database), "t")
        self.assertEqual(self.other_things(target, database), [])

    def tables(self, target, database):
        said = target.run("select n.nspname, c.relname from pg_class c join pg_namespace n"
                          " on n.oid = c.relnamespace where c.relkind in ('r', 'p') and"
                          " n.nspname not in ('information_schema', 'pg_catalog', 'pg_toast', 'millrace')",
                          database)
        return sorted(tuple(line.split("|")) for line in said.splitlines())

    def other_things(self, target, database):
        """Schemas and enum types that somebody made, beside the ledger."""
        return target.run(
            "select 'schema ' || nspname from pg_namespace where nspname not like 'pg\\_%' and"
            " nspname not in ('public', 'information_schema', 'millrace') union all"
            " select n.nspname || '.' || t.typname from pg_type t join pg_namespace n"
            " on n.oid = t.typnamespace where t.typtype = 'e'", database).splitlines()

    def assert_no_session_left(self, source, target, database):
        """Asked until it is so: a server notices a closed socket by itself, a little later."""
        def none_left():
            on_target = target.our_sessions(database)
            on_source = source.value("select count(*) from information_schema.processlist"
                                     f" where user = 'root' and id <> connection_id()")
            return not on_target and on_source == "0"
        await_true(none_left, "sessions are left", 10)


class OneTableTestCase(FaultTestCase):
    """The shared servers: a database with one small table on the source, an empty one on the target."""

    source_variable = "MILLRACE_MARIADB"

    def setUp(self):
        super().setUp()
        self.source = Mysql(variable(self.source_variable))
        self.target = Postgres(variable("MILLRACE_POSTGRES15"))
        self.addCleanup(self.source.run, f"drop database if exists `{self.database}`")
        self.source.run(f"drop database if exists `{self.database}`; create database `{self.database}`; use `{self.database}`;"
                        "create table t (id int primary key, words varchar(20)) engine=innodb;"
                        "insert into t values (1, 'one'), (2, 'two')")
        self.addCleanup(self.target.drop_database, self.database)
        self.target.create_database(self.database)

    def fill(self, script):
        self.source.run(f"use `{self.database}`; {script}")

    def migrate(self, *words, source=None, target=None, **environment):
        return self.program.run("migrate", source or self.source.url(self.database),
                                target or self.target.url(self.database), "--progress", "none",
                                "--report", "run.json", *words, **environment)

    def source_account(self, *grants):
        """An account of this test alone on the source, with these grants; its name."""
        name = f"u{self.number:08x}"
        self.addCleanup(self.source.run, f"drop user if exists {name}@'%'")
        self.source.run(f"create or replace user {name}@'%' identified by {literal(SECRET)};"
                        + "".join(f"grant {grant} to {name}@'%';" for grant in grants))
        return name

    def target_role(self, *grants):
        """A role of this test alone on the target, with these grants; its name."""
        name = f"r{self.number:08x}"

        def drop():
            self.target.run(f"drop owned by {name}", self.database)
            self.target.run(f"drop role {name}")

        self.addCleanup(drop)
        self.target.run(f"create role {name} login password {literal(SECRET)}")
        self.target.run(f"revoke create on database {quote(self.database)} from public;"
                        + "".join(f"grant {grant} to {name};" for grant in grants), self.database)
        return name

    def refused(self, outcome, code, message, hint=None):
        self.assert_says(outcome, code, message, hint)
        self.assert_untouched(self.target, self.database)
