#!/usr/bin/env python3
"""What a run overcomes by itself: lost sessions, deadlocks, bad networks, servers that die and come back."""

import copy
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import (BAD_REQUEST, CANCELLED, COMMIT_IN_DOUBT, COMPLETE, CONNECTION_LOST, EXHAUSTED, SECRET,
                             Locker, await_true, literal, quote)
from resume_test_case import ResumeTestCase
from clients import Outcome
from relay import Relay


class RetryTestCase(ResumeTestCase):
    @classmethod
    def setUpClass(cls):
        """A chunk of a table without transactions is not read twice, and the nth may be any."""
        super().setUpClass()
        cls.source.run(f"alter table {cls.schema}.old engine=innodb")

    def overcomes(self, outcome, lane=None):
        """It went well, nothing is lost or doubled, and the report tells what was tried anew."""
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assert_all_there()
        retries = self.program.report()["retries"]
        self.assertGreater(len(retries), 0)
        if lane:
            self.assertTrue(all(retry["lane"].startswith(lane) for retry in retries), retries)
        return retries


class Retries(RetryTestCase):
    def fails_once(self, fault, lane):
        (retry,) = self.overcomes(self.migrate(MILLRACE_FAULT=fault), lane)
        self.assertIn(fault.split(":")[0], retry["error"])

    def test_a_reader_that_is_lost_before_a_table(self):
        self.fails_once("reader.before_table:9:lost", "reader")

    def test_a_reader_that_is_lost_in_the_middle_of_a_chunk(self):
        self.fails_once("reader.mid_table:12:lost", "reader")

    def test_a_writer_that_is_lost_in_the_middle_of_a_copy(self):
        self.fails_once("writer.mid_copy:15:lost", "writer")

    def test_a_writer_that_loses_a_deadlock(self):
        self.fails_once("writer.before_commit:9:conflict", "writer")

    def test_a_commit_whose_answer_is_lost_is_settled_by_the_ledger(self):
        self.fails_once("postgres.commit_sent:9:lost", "writer")

    def test_a_writer_that_is_lost_after_its_commit(self):
        self.fails_once("writer.after_commit:9:lost", "writer")

    def test_a_builder_that_is_lost_before_an_index(self):
        self.fails_once("builder.before_index:2:lost", "builder")

    def test_a_builder_that_is_lost_after_an_index(self):
        self.fails_once("builder.after_index:2:lost", "builder")

    def test_a_builder_that_is_lost_after_a_promotion(self):
        self.fails_once("builder.after_finish:2:lost", "builder")

    def test_the_target_is_lost_before_the_foreign_keys(self):
        self.fails_once("foreign_keys.before_add:1:lost", "builder")

    def test_the_target_is_lost_when_the_foreign_keys_stand(self):
        self.fails_once("foreign_keys.after_add:1:lost", "builder")

    def test_the_target_is_lost_before_a_foreign_key_is_validated(self):
        self.fails_once("foreign_keys.before_validate:1:lost", "builder")

    def test_the_target_is_lost_while_rows_are_read_back(self):
        self.fails_once("verify.before_reading:1:lost", "verify")

    def test_the_target_is_lost_after_a_view_was_made(self):
        self.addCleanup(self.source.run, f"drop view {self.schema}.some")
        self.source.run(f"create view {self.schema}.some as select a from {self.schema}.heap where a < 7")
        self.fails_once("late_schema.after_statement:1:lost", "builder")

        self.assertEqual(self.ledger(f"select count(*) from {self.schema}.some"),
                         self.source.value(f"select count(*) from {self.schema}.some"))
        topics = [note["topic"] for note in self.program.report()["notes"]]
        self.assertNotIn("not migrated", topics)

    def test_as_often_as_it_is_told_and_no_more(self):
        faults = ",".join(f"writer.before_commit:{n}:conflict" for n in range(1, 200))
        outcome = self.migrate("--retries", "2", "--retry-pause", "1", MILLRACE_FAULT=faults)

        self.assertEqual(outcome.code, 5, outcome.stderr)
        attempts = [retry["attempt"] for retry in self.program.report()["retries"]]
        self.assertEqual(max(attempts), 2)
        self.resume()

    def test_a_commit_in_doubt_without_a_ledger_is_not_guessed(self):
        outcome = self.migrate("--no-ledger", MILLRACE_FAULT="postgres.commit_sent:9:lost")

        self.assertEqual(outcome.code, COMMIT_IN_DOUBT, outcome.stderr)

    def test_the_source_ends_every_session(self):
        with self.standing_still("writer.before_commit:9") as process:
            ours = self.source.value("select group_concat(id) from information_schema.processlist where"
                                     " user = 'root' and id <> connection_id()")
            self.source.run("".join(f"kill {number};" for number in ours.split(",")))

        self.overcomes(process.outcome, "reader")

    def test_the_source_ends_every_session_and_changes(self):
        with self.standing_still("writer.before_commit:9") as process:
            ours = self.source.value("select group_concat(id) from information_schema.processlist where"
                                     " user = 'root' and id <> connection_id()")
            self.source.run("".join(f"kill {number};" for number in ours.split(",")))
            self.addCleanup(self.source.run, f"delete from {self.schema}.heap where b = 'late'")
            self.source.run(f"insert into {self.schema}.heap values (7, 'late')")

        self.assert_says(process.outcome, BAD_REQUEST,
                         f"cannot read the same instant .*{self.schema}.heap: the binlog has writes", "--resume-changed")

    def test_the_source_ends_every_session_and_its_position_may_not_be_seen(self):
        """What cannot be proven is not guessed, whatever was read so far."""
        reader = f"r{self.number:08x}"
        self.addCleanup(self.source.run, f"drop user {reader}@'%'")
        self.source.run(f"create user {reader}@'%' identified by 'x';"
                        f"grant select, lock tables, show view on {self.schema}.* to {reader}@'%';"
                        f"grant reload on *.* to {reader}@'%'")
        words = list(self.words())
        words[1] = self.source.url(self.schema, user=reader, password="x")
        with self.standing_still("writer.before_commit:9", words=words) as process:
            ours = self.source.value("select group_concat(id) from information_schema.processlist where"
                                     f" user = '{reader}'")
            self.source.run("".join(f"kill {number};" for number in ours.split(",")))
            self.addCleanup(self.source.run, f"delete from {self.schema}.heap where b = 'late'")
            self.source.run(f"insert into {self.schema}.heap values (7, 'late')")

        self.assert_says(process.outcome, BAD_REQUEST, "cannot read the same instant .*the account may not see its position", "--resume")

    def test_the_target_ends_every_session(self):
        with self.standing_still("writer.before_commit:9") as process:
            self.target.run("select pg_terminate_backend(pid) from pg_stat_activity where"
                            f" datname = {literal(self.database)} and application_name like 'millrace%'")

        self.overcomes(process.outcome)

    def test_connections_that_others_have_taken_are_waited_for(self):
        role = f"r{self.number:08x}"
        self.addCleanup(self.target.run, f"drop role {role}")
        self.addCleanup(self.target.run, f"drop owned by {role}", self.database)
        self.target.run(f"create role {role} login password {literal(SECRET)} connection limit 5;"
                        f"grant create on database {quote(self.database)} to {role}")
        other = copy.copy(self.target)
        other.user, other.password = role, SECRET
        taken = Locker.of_target(other, self.database, "select 1")
        self.addCleanup(taken.release)
        taken.await_held()
        words = list(self.words("--retry-pause", "1", "--retries", "50"))
        relay = Relay(int(self.target.port))
        self.addCleanup(relay.stop)
        words[2] = self.target.url(self.database, user=role, password=SECRET, port=relay.own_port)
        with self.program.start(*words) as process:
            await_true(lambda: relay.accepted >= 6, "it asks again for the fifth")
            taken.release()
            stdout, stderr = process.communicate(timeout=60)

        self.assert_no_secret(Outcome(process.returncode, stdout, stderr))
        retries = self.overcomes(Outcome(process.returncode, stdout, stderr))
        self.assertRegex(retries[0]["error"], "too many connections")

    def waits_for_the_source(self, n_taken, n_asked):
        """Three connections for the account, of which others have some until we have asked so often."""
        reader = f"r{self.number:08x}"
        self.addCleanup(self.source.run, f"drop user {reader}@'%'")
        self.source.run(f"create user {reader}@'%' identified by {literal(SECRET)} with max_user_connections 3;"
                        f"grant select, lock tables, show view on {self.schema}.* to {reader}@'%';"
                        f"grant reload, replication client on *.* to {reader}@'%'")
        other = copy.copy(self.source)
        other.user, other.password = reader, SECRET
        others = [Locker.of_source(other, "select 1") for _ in range(n_taken)]
        for taken in others:
            self.addCleanup(taken.release)
            taken.await_held()
        words = list(self.words("--retry-pause", "1"))
        relay = Relay(int(self.source.port))
        self.addCleanup(relay.stop)
        words[1] = self.source.url(self.schema, user=reader, password=SECRET, port=relay.own_port)
        with self.program.start(*words, "--retries", "50") as process:
            await_true(lambda: relay.accepted >= n_asked, "it asks again")
            for taken in others:
                taken.release()
            stdout, stderr = process.communicate(timeout=60)

        self.assert_no_secret(Outcome(process.returncode, stdout, stderr))
        retries = self.overcomes(Outcome(process.returncode, stdout, stderr))
        self.assertRegex(retries[0]["error"], "max_user_connections.* code=1226")
        return retries[0]["lane"]

    def test_connections_of_the_source_that_others_have_taken_are_waited_for(self):
        """Asked for control, two readers, and one of them again."""
        self.assertRegex(self.waits_for_the_source(1, 4), "^reader")

    def test_the_first_session_of_the_source_waits_too(self):
        self.assertEqual(self.waits_for_the_source(3, 2), "source 0")

    def test_sigterm_while_a_lane_waits_for_its_next_attempt(self):
        faults = ",".join(f"writer.before_commit:{n}:conflict" for n in range(1, 200))
        with self.program.start(*self.words("--retry-pause", "600", "--retries", "100"), MILLRACE_FAULT=faults) as process:
            await_true(self.has_unfinished_run, "it has begun")
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)

        self.assertEqual(process.returncode, CANCELLED)
        self.resume()


class FewConnections(RetryTestCase):
    """A target of twelve connections, of which three are its superuser's."""

    settings = ("--set", "postgres15.max_connections=12")

    def setUp(self):
        super().setUp()
        self.role = f"r{self.number:08x}"
        self.addCleanup(self.target.run, f"drop role {self.role}")
        self.addCleanup(self.target.run, f"drop owned by {self.role}", self.database)
        self.target.run(f"create role {self.role} login password {literal(SECRET)};"
                        f"grant create on database {quote(self.database)} to {self.role}")
        other = copy.copy(self.target)
        other.user, other.password = self.role, SECRET
        self.others = [Locker.of_target(other, self.database, "select 1") for _ in range(9)]
        for taken in self.others:
            self.addCleanup(taken.release)
            taken.await_held()
        self.relay = Relay(int(self.target.port))
        self.addCleanup(self.relay.stop)

    def words(self, *words):
        command, source, _, *rest = super().words("--retry-pause", "1", *words)
        return (command, source, self.target.url(self.database, user=self.role, password=SECRET,
                                                 port=self.relay.own_port), *rest)

    def let_others_go(self, process):
        """All at one instant of the process: how many are free it counts as soon as it is in."""
        process.send_signal(signal.SIGSTOP)
        for taken in self.others:
            taken.release()
        await_true(lambda: self.target.value(
            f"select count(*) from pg_stat_activity where usename = '{self.role}' and"
            " application_name not like 'millrace%'") == "0", "they are gone")
        process.send_signal(signal.SIGCONT)

    def test_the_first_session_waits_until_others_go_away(self):
        with self.program.start(*self.words("--retries", "50")) as process:
            await_true(lambda: self.relay.accepted >= 4, "it asks again")
            self.assertIsNone(process.poll())
            self.let_others_go(process)
            stdout, stderr = process.communicate(timeout=60)

        self.assert_no_secret(Outcome(process.returncode, stdout, stderr))
        retries = self.overcomes(Outcome(process.returncode, stdout, stderr))
        self.assertEqual(retries[0]["lane"], "control 0")
        self.assertRegex(retries[0]["error"], "remaining connection slots .* code=53300")

    def test_a_verification_waits_likewise(self):
        source, target = self.words()[1:3]
        with self.program.start("verify", source, target, "--progress", "none", "--report",
                                "run.json") as process:
            await_true(lambda: self.relay.accepted >= 3, "it asks again")
            self.let_others_go(process)
            _, said = process.communicate(timeout=60)

        self.assertEqual(process.returncode, BAD_REQUEST, said)  # there is nothing yet to verify
        self.assertEqual(self.program.report()["retries"][0]["lane"], "control 0")

    def test_ctrl_c_ends_the_wait(self):
        with self.program.start(*self.words("--retries", "50")) as process:
            await_true(lambda: self.relay.accepted >= 2, "it waits")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)

        self.assertEqual(process.returncode, CANCELLED)

    def test_where_nothing_is_tried_anew_it_is_refused(self):
        outcome = self.program.run(*self.words("--retries", "0"))

        self.assert_says(outcome, EXHAUSTED, "remaining connection slots .* code=53300", "max_connections")


class BadNetwork(RetryTestCase):
    """Between us and a server stands a relay that cuts, delays or hands on little at a time."""

    def relay(self, server, **faults):
        relay = Relay(int(server.port), **faults)
        self.addCleanup(relay.stop)
        return relay

    def migrate_over(self, source=None, target=None):
        words = list(self.words("--retry-pause", "1"))
        if source:
            words[1] = self.source.url(self.schema, port=source.own_port)
        if target:
            words[2] = self.target.url(self.database, port=target.own_port)
        return self.program.run(*words)

    def test_the_target_is_cut_off_in_the_middle_of_a_packet(self):
        relay = self.relay(self.target, cut_after={1: 100_000, 2: 300_001, 5: 50_000})
        self.overcomes(self.migrate_over(target=relay), "writer")
        self.assertGreater(relay.cuts, 1)

    def test_the_source_is_cut_off_in_the_middle_of_a_packet(self):
        relay = self.relay(self.source, cut_after={1: 200_000, 2: 300_001, 3: 70_001})
        self.overcomes(self.migrate_over(source=relay), "reader")
        self.assertGreater(relay.cuts, 1)

    def test_delays_and_small_pieces_change_nothing(self):
        source = self.relay(self.source, delay_s=0.002, piece=9001)
        target = self.relay(self.target, delay_s=0.002, piece=9001)
        outcome = self.migrate_over(source, target)

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assert_all_there()


class DyingServers(RetryTestCase):
    """Servers that are killed by kill -9 while the run goes on, and started again."""

    def test_postgres_dies_and_comes_back(self):
        with self.standing_still("writer.mid_copy:15") as process:
            self.servers("kill", "postgres15")
            self.servers("restart", "postgres15")

        self.overcomes(process.outcome)

    def test_mariadb_dies_and_comes_back(self):
        with self.standing_still("writer.mid_copy:15") as process:
            self.servers("kill", "mariadb")
            self.servers("restart", "mariadb")

        self.overcomes(process.outcome, "reader")

    def test_everything_dies_and_the_run_is_resumed_when_it_is_up_again(self):
        self.killed("writer.mid_copy:15")
        for server in ("mariadb", "postgres15"):
            self.servers("kill", server)
            self.servers("restart", server)

        self.resume()
        (note,) = [note["message"] for note in self.program.report()["notes"] if note["topic"] == "resumed"]
        self.assertRegex(note, "the source is what it was")

    def test_the_disk_of_the_target_is_full_and_the_run_is_resumed_when_there_is_room(self):
        self.servers("restart", "postgres15", disk_left=3 << 20)
        outcome = self.migrate()
        self.servers("restart", "postgres15")

        self.assert_says(outcome, EXHAUSTED, "No space left on device", "the target's disk is full")
        self.resume()

    def test_the_source_is_shut_down_once_it_is_released(self):
        """With --spill it is not needed any more, long before the target has everything."""
        self.assertEqual(self.migrate("--schema-only").code, COMPLETE)
        lock = Locker.of_target(self.target, self.database, f"lock table {self.schema}.child in share mode")
        self.addCleanup(lock.release)
        lock.await_held()
        log = self.folder / "run.log"
        with self.program.start(*self.words("--data-only", "--spill", self.folder / "spill", "--log-file",
                                            log)) as process:
            await_true(lambda: log.exists() and "source released" in log.read_text(), "the source is released")
            self.assertIsNone(process.poll())
            self.servers("kill", "mariadb")
            lock.release()
            stdout, stderr = process.communicate(timeout=60)
        self.servers("restart", "mariadb")

        self.assertEqual(process.returncode, COMPLETE, stderr)
        self.assertEqual(self.target.value(f"select count(*) from {self.schema}.child", self.database), "20000")

    def test_postgres_dies_for_good_and_the_run_is_resumed_later(self):
        with self.standing_still("writer.mid_copy:15", "--retries", "1", "--retry-pause", "1") as process:
            self.servers("kill", "postgres15")
        self.assertEqual(process.outcome.code, CONNECTION_LOST, process.outcome.stderr)
        self.servers("restart", "postgres15")

        self.resume()


if __name__ == "__main__":
    unittest.main()
