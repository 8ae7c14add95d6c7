#!/usr/bin/env python3
"""tools/servers on real servers: several sets at once, faults, and nothing left behind."""

import contextlib
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SERVERS = pathlib.Path(__file__).resolve().parents[2] / "tools/servers"
PASSWORD = "millrace"


def servers(*words, check=True):
    done = subprocess.run(
        [sys.executable, SERVERS, *map(str, words)], capture_output=True, text=True, check=False
    )
    if check and done.returncode != 0:
        raise AssertionError(f"servers {words} gave {done.returncode}: {done.stderr}")
    return done


def environment_of(output):
    lines = [shlex.split(line)[1] for line in output.splitlines()]
    return dict(line.split("=", 1) for line in lines)


def lives(pid):
    """Whether a process is there and no zombie: init may be slow to reap."""
    with contextlib.suppress(OSError):
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] not in "ZX"
    return False


def processes_naming(text):
    """The living processes whose command line holds the text."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and lives(entry.name):
            with contextlib.suppress(OSError):
                if text in (entry / "cmdline").read_text():
                    found.append(entry.name)
    return found


class Set:
    """One running set, and how to talk to its servers."""

    def __init__(self, folder, *kinds):
        self.folder = folder
        self.env = environment_of(servers("start", *kinds, "--dir", folder).stdout)

    def __getitem__(self, name):
        return self.env["MILLRACE_" + name]

    def mysql(self, kind, sql, *options):
        command = ["mariadb", "--no-defaults", "--batch", "--skip-column-names",
                   "--host=127.0.0.1", f"--port={self[kind + '_PORT']}"]
        if not any(option.startswith("--user") for option in options):
            command += ["--user=root", f"--password={PASSWORD}"]
        return answer([*command, *options, f"--execute={sql}"])

    def mysql_by_socket(self, kind, sql):
        return answer(["mariadb", "--no-defaults", "--batch", "--skip-column-names", "--user=root",
                       f"--password={PASSWORD}", f"--socket={self[kind + '_SOCKET']}",
                       f"--execute={sql}"])

    def postgres(self, kind, sql, suffix=""):
        return answer(["psql", "--no-psqlrc", "-At", self[kind] + suffix, "-c", sql])

    def pids(self):
        return [self.env[name] for name in self.env if name.endswith("_PID")]


def answer(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60,
                          stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


class ServersTest(unittest.TestCase):
    def setUp(self):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="millrace-servers-test-"))
        self.base.chmod(0o755)
        self.addCleanup(self.clear)

    def clear(self):
        for folder in self.base.iterdir():
            servers("stop", "--dir", folder)
        self.assertEqual(processes_naming(str(self.base)), [])
        self.base.rmdir()

    def test_every_kind_answers_by_tcp_and_socket_as_the_version_it_says(self):
        it = Set(self.base / "all", "mariadb", "mysql56", "postgres15", "postgres18")

        self.assertRegex(it.mysql("MARIADB", "select version()"), r"^10\.11\..*MariaDB")
        self.assertRegex(it.mysql("MYSQL56", "select version()"), r"^5\.6\.24")
        self.assertRegex(it.postgres("POSTGRES15", "show server_version"), r"^15\.")
        self.assertRegex(it.postgres("POSTGRES18", "show server_version"), r"^18\.")
        self.assertEqual(it.mysql_by_socket("MARIADB", "select 7"), "7")
        self.assertEqual(it.mysql_by_socket("MYSQL56", "select 7"), "7")
        for kind in ("MARIADB", "MYSQL56"):
            self.assertEqual(it.mysql(kind, "select @@log_bin, @@binlog_format"), "1\tROW")
        for kind in ("POSTGRES15", "POSTGRES18"):
            by_socket = f"host={it[kind + '_SOCKET']} port={it[kind + '_PORT']} user=postgres"
            self.assertEqual(answer(["psql", "-At", by_socket, "-c", "select 7"]), "7")

    def test_the_servers_run_unprivileged(self):
        it = Set(self.base / "a", "mariadb", "postgres15")

        for pid in it.pids():
            self.assertNotEqual(os.stat(f"/proc/{pid}").st_uid, 0)

    def test_tls_is_checked_against_the_sets_own_authority(self):
        it = Set(self.base / "a", "mariadb", "postgres15")
        ca, other = it["TLS_CA"], it["TLS_OTHER_CA"]
        certificate = [f"--ssl-cert={it['TLS_CERT']}", f"--ssl-key={it['TLS_KEY']}"]
        verify = "--ssl-verify-server-cert"

        who = it.mysql("MARIADB", "select current_user()", "--user=certified", f"--ssl-ca={ca}",
                       verify, *certificate)
        self.assertEqual(who, "certified@%")
        with self.assertRaisesRegex(AssertionError, "certificate"):
            it.mysql("MARIADB", "select 1", f"--ssl-ca={other}", verify)
        full = "?sslmode=verify-full&sslrootcert="
        ssl = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
        self.assertEqual(it.postgres("POSTGRES15", ssl, full + ca), "t")
        with self.assertRaisesRegex(AssertionError, "certificate"):
            it.postgres("POSTGRES15", ssl, full + other)

    def test_a_source_writes_files_into_the_exchange_folder(self):
        it = Set(self.base / "a", "mariadb")
        file = pathlib.Path(it["EXCHANGE_DIR"]) / "one.txt"

        it.mysql("MARIADB", f"select 42 into outfile '{file}'")

        self.assertEqual(file.read_text(), "42\n")

    def test_two_sets_at_once_know_nothing_of_each_other(self):
        one = Set(self.base / "one", "mariadb", "postgres15")
        two = Set(self.base / "two", "mariadb", "postgres15")

        one.mysql("MARIADB", "create database only_one")
        one.postgres("POSTGRES15", "create table only_one (a int)")
        self.assertEqual(two.mysql("MARIADB", "show databases like 'only_one'"), "")
        self.assertEqual(two.postgres("POSTGRES15", "select to_regclass('only_one')"), "")
        servers("stop", "--dir", one.folder)

        self.assertEqual([pid for pid in one.pids() if lives(pid)], [])
        self.assertFalse(one.folder.exists())
        self.assertEqual(two.mysql("MARIADB", "select 1"), "1")
        self.assertEqual(two.postgres("POSTGRES15", "select 1"), "1")

    def test_a_killed_server_comes_back_on_its_port_with_what_was_committed(self):
        it = Set(self.base / "a", "mariadb", "postgres15")
        it.mysql("MARIADB", "create database kept; create table kept.t (a int) engine=innodb;"
                 " insert kept.t values (1), (2)")
        it.postgres("POSTGRES15", "create table kept as select 3 as a")

        servers("kill", "mariadb", "postgres15", "--dir", it.folder)

        self.assertEqual([pid for pid in it.pids() if lives(pid)], [])
        self.assertEqual(processes_naming(str(it.folder)), [])
        self.assertEqual(servers("status", "--dir", it.folder, check=False).returncode, 1)
        servers("restart", "mariadb", "postgres15", "--dir", it.folder,
                "--set", "postgres15.work_mem=5MB")
        self.assertEqual(it.mysql("MARIADB", "select sum(a) from kept.t"), "3")
        self.assertEqual(it.postgres("POSTGRES15", "select a from kept"), "3")
        self.assertEqual(it.postgres("POSTGRES15", "show work_mem"), "5MB")
        self.assertEqual(servers("status", "--dir", it.folder).returncode, 0)

    def test_a_paused_server_hangs_until_it_is_resumed(self):
        it = Set(self.base / "a", "postgres15")

        servers("pause", "postgres15", "--dir", it.folder)
        with self.assertRaises(AssertionError):
            it.postgres("POSTGRES15", "select 1", "?connect_timeout=2")
        servers("resume", "postgres15", "--dir", it.folder)

        self.assertEqual(it.postgres("POSTGRES15", "select 1"), "1")

    def test_a_full_disk_stops_growth_and_nothing_else(self):
        it = Set(self.base / "a", "postgres15", "postgres18")
        fill = "insert into t select i, repeat('x', 1000) from generate_series(1, 20000) i"

        servers("restart", "postgres15", "postgres18", "--dir", it.folder, "--disk-left", 4 << 20)
        for kind in ("POSTGRES15", "POSTGRES18"):
            it.postgres(kind, "create table t (i int, x text)")
            with self.assertRaisesRegex(AssertionError, "No space left on device"):
                it.postgres(kind, fill)
            self.assertEqual(it.postgres(kind, "select count(*) from t"), "0")
        servers("restart", "postgres15", "postgres18", "--dir", it.folder)

        for kind in ("POSTGRES15", "POSTGRES18"):
            self.assertEqual(it.postgres(kind, fill), "INSERT 0 20000")

    def test_data_is_kept_when_asked(self):
        it = Set(self.base / "a", "postgres15")
        it.postgres("POSTGRES15", "create table kept as select 3 as a")

        servers("stop", "--keep-data", "--dir", it.folder)
        servers("restart", "postgres15", "--dir", it.folder)

        self.assertEqual(it.postgres("POSTGRES15", "select a from kept"), "3")

    def test_a_server_that_cannot_start_takes_its_set_down_and_shows_its_log(self):
        done = servers("start", "postgres15", "mariadb", "--dir", self.base / "a",
                       "--set", "mariadb.no_such_setting=1", check=False)

        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot start mariadb", done.stderr)
        self.assertIn("no_such_setting", done.stderr)
        self.assertFalse((self.base / "a").exists())
        self.assertEqual(processes_naming(str(self.base)), [])

    def test_run_gives_the_environment_and_the_commands_exit_code(self):
        show = 'psql -At "$MILLRACE_POSTGRES15" -c "select 5"; exit 7'

        done = servers("run", "postgres15", "--dir", self.base / "a", "--", "sh", "-c", show,
                       check=False)

        self.assertEqual((done.returncode, done.stdout.strip()), (7, "5"))
        self.assertFalse((self.base / "a").exists())

    def test_data_that_goes_anyway_is_not_saved_first_and_leaves_no_shared_memory(self):
        show = 'echo "$MILLRACE_POSTGRES15_PID"; grep -c . /proc/sysvipc/shm'
        done = servers("run", "postgres15", "--dir", self.base / "a", "--logs", self.base / "logs",
                       "--", "sh", "-c", show)

        pid, segments = done.stdout.split()
        self.assertGreater(int(segments), 1)  # a line of names, then at least its own
        log = self.base / "logs/postgres15.log"
        self.assertIn("received immediate shutdown request", log.read_text())
        kept = pathlib.Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
        self.assertNotIn(pid, [line.split()[4] for line in kept])  # who made it
        log.unlink()
        log.parent.rmdir()

    def start_run(self, folder):
        """A `run` whose command waits for ever; returned once its servers are up."""
        command = [sys.executable, SERVERS, "run", "mariadb", "postgres15", "--dir", folder, "--",
                   "sh", "-c", "echo up; exec sleep 600"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "up\n")
        return process

    def test_an_interrupted_run_stops_its_servers(self):
        process = self.start_run(self.base / "a")

        process.send_signal(signal.SIGTERM)

        self.assertEqual(process.wait(timeout=60), 128 + signal.SIGTERM)
        self.assertFalse((self.base / "a").exists())

    def test_a_killed_run_takes_its_servers_with_it(self):
        process = self.start_run(self.base / "a")
        known = json.loads((self.base / "a/servers.json").read_text())
        pids = [record["pid"] for record in known["servers"].values()]
        self.assertTrue(all(lives(pid) for pid in pids))

        process.kill()
        process.wait()

        deadline = time.monotonic() + 30
        while any(lives(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.05)  # nobody is left who could tell us
        self.assertEqual([pid for pid in pids if lives(pid)], [])


if __name__ == "__main__":
    unittest.main()
