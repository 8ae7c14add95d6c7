#!/usr/bin/env python3
"""Memory stays within --memory and the processor idle, whatever the rows and however slow a server."""

import os
import pathlib
import select
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import BAD_REQUEST, COMPLETE, Locker, OneTableTestCase, await_true
from clients import Outcome

MEBIBYTE = 1 << 20
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(process):
    """Seconds of CPU time that a running process has used."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class SlowWire(threading.Thread):
    """Passes connections on to a server on this machine; its answers come by so many bytes at a time."""

    def __init__(self, port, bytes_per_s):
        super().__init__(daemon=True)
        self.server, self.bytes_per_s = port, bytes_per_s
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ended = threading.Event()

    def run(self):
        while not self.ended.is_set():
            client, _ = self.listener.accept()
            threading.Thread(target=self.pass_on, args=(client,), daemon=True).start()

    def pass_on(self, client):
        with client, socket.create_connection(("127.0.0.1", self.server)) as server:
            freely = 20_000  # logging in and the catalog are no rows
            while not self.ended.is_set():
                for side in select.select([client, server], [], [])[0]:
                    piece = side.recv(4096 if side is client or freely > 0 else self.bytes_per_s // 10)
                    if not piece:
                        return
                    if side is server:
                        freely -= len(piece)
                        if freely <= 0:
                            self.ended.wait(len(piece) / self.bytes_per_s)
                    (server if side is client else client).sendall(piece)


class BoundedMemory(OneTableTestCase):
    def start(self, *words, source=None, command="migrate"):
        """migrate, or one of its halves: extract, load."""
        ends = {"migrate": (source or self.source.url(self.database), self.target.url(self.database)),
                "extract": (source or self.source.url(self.database), self.folder / "archive"),
                "load": (self.folder / "archive", self.target.url(self.database))}[command]
        return self.program.start(command, *ends, "--report", "run.json", "--progress", "none", *words)

    def end_of(self, process):
        stdout, stderr = process.communicate(timeout=100)
        outcome = Outcome(process.returncode, stdout, stderr)
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        return self.program.report()

    def assert_within(self, report, mebibytes):
        self.assertLessEqual(report["peak_memory_bytes"], mebibytes * MEBIBYTE)

    def make_huge_values(self):
        packet = self.source.value("select @@global.max_allowed_packet")
        self.source.run("set global max_allowed_packet = 268435456")
        self.addCleanup(self.source.run, f"set global max_allowed_packet = {packet}")
        self.fill("create table huge (id int primary key, body longblob) engine=myisam;"
                  "insert into huge select seq, repeat(char(seq), 67108864 - seq) from seq_1_to_4")

    def assert_huge_values_are_there(self):
        self.assertEqual(self.target.value(
            f"select count(*), sum(length(body)) from {self.database}.huge", self.database),
            f"4|{4 * 67108864 - 10}")

    def test_values_of_64_mib(self):
        self.make_huge_values()
        with self.start("--memory", "512MiB", "--readers", "2", "--writers", "2") as process:
            report = self.end_of(process)
        self.assert_huge_values_are_there()
        self.assert_within(report, 512)

    def test_values_of_64_mib_by_way_of_an_archive(self):
        self.make_huge_values()
        for command in ("extract", "load"):
            with self.start("--memory", "512MiB", "--readers", "2", "--writers", "2", command=command) as process:
                report = self.end_of(process)
            self.assert_within(report, 512)
        self.assert_huge_values_are_there()

    def test_a_table_of_too_many_columns_is_refused_by_name(self):
        # The most that a MyISAM table can have: the server's own limit of its definition is near.
        columns = ", ".join(f"c{i} tinyint" for i in range(2500))
        self.fill(f"create table wide ({columns}) engine=myisam")
        self.refused(self.migrate(), BAD_REQUEST, r"2500 columns, and PostgreSQL holds 1600.*\.wide",
                     "--exclude")

    def test_a_target_that_stands_still(self):
        self.stands_still("migrate")

    def test_a_target_that_stands_still_while_an_archive_is_loaded(self):
        self.stands_still("load")

    def stands_still(self, command):
        self.fill("create table big (id int primary key, pad char(200)) engine=innodb;"
                  "insert into big select seq, md5(seq) from seq_1_to_60000; analyze table big")
        outcome = self.migrate("--schema-only")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        if command == "load":
            with self.start("--chunk-bytes", "1MiB", command="extract") as process:
                self.end_of(process)
        lock = Locker.of_target(self.target, self.database, f"lock table {self.database}.big in share mode")
        self.addCleanup(lock.release)
        lock.await_held()
        chunks = ("--chunk-bytes", "1MiB") if command == "migrate" else ()
        with self.start("--data-only", "--memory", "80MiB", "--readers", "2", "--writers", "2", *chunks,
                        command=command) as process:
            await_true(lambda: self.target.value(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and"
                f" datname = '{self.database}' and application_name like 'millrace writer%'") == "2",
                "both writers wait")
            # What is under way comes to rest; from then on the process has nothing to do.
            before = await_true(lambda: self.at_rest(process), "the readers wait too")
            select.select([], [], [], 3)
            self.assertLess(cpu_s(process) - before, 0.3, "something spins")
            lock.release()
            report = self.end_of(process)
        self.assertEqual(self.target.value(f"select count(*) from {self.database}.big",
                                           self.database), "60000")
        self.assert_within(report, 80)

    def at_rest(self, process):
        """The CPU time used so far, once it has not grown for a while."""
        before = cpu_s(process)
        select.select([], [], [], 0.3)
        return before if cpu_s(process) - before < 0.05 else None

    def test_a_source_that_sends_a_row_a_second(self):
        self.sends_slowly("migrate")

    def test_a_source_that_sends_a_row_a_second_into_an_archive(self):
        self.sends_slowly("extract")

    def sends_slowly(self, command):
        self.fill("create table slow (id int primary key, pad varchar(2000)) engine=innodb;"
                  "insert into slow select seq, repeat('x', 2000) from seq_1_to_16")
        wire = SlowWire(self.source.port, 4000)
        wire.start()
        self.addCleanup(wire.ended.set)
        begin = time.monotonic()
        with self.start("--include", "slow", "--readers", "1", "--writers", "2",
                        source=self.source.url(self.database, port=wire.port), command=command) as process:
            report = self.end_of(process)
        wall_s = time.monotonic() - begin
        self.assertGreater(wall_s, 2, "the wire was not slow")
        self.assertLess(report["engine_cpu_s"], max(0.5, wall_s / 5), "something spins")
        self.assertEqual(report["rows"], 16)
        self.assert_within(report, 256)


if __name__ == "__main__":
    unittest.main()
