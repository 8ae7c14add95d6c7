#!/usr/bin/env python3
"""millrace check: each of its lines provoked on real servers, with what it says to do; and that it
leaves nothing behind."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "faults"))

from fault_test_case import (BAD_DATA, BAD_REQUEST, COMPLETE, SECRET, FaultTestCase, Locker, Mysql, OneTableTestCase,
                             OwnServers, Postgres, await_true, literal, quote, variable)
from relay import Relay

CODES = {"OK": 0, "WARN": 1, "FAIL": 2}


class CheckTestCase(OneTableTestCase):
    def check(self, *words, source=None, target=None):
        """What `check --json` says; its exit code is that of the worst line."""
        outcome = self.program.run("check", source or self.source.url(self.database),
                                   target or self.target.url(self.database), "--json", *words)
        self.assert_no_secret(outcome)
        self.assertEqual(outcome.stderr, "")
        self.said = json.loads(outcome.stdout)
        worst = max((line["verdict"] for line in self.said["findings"]), key=CODES.get)
        self.assertEqual(self.said["verdict"], worst)
        self.assertEqual(outcome.code, CODES[worst], outcome.stdout)
        self.assertEqual([], self.target.run(
            "select nspname from pg_namespace where nspname like 'millrace_check%'", self.database).splitlines())
        return self.said

    def lines(self, subject):
        return [line for line in self.said["findings"] if line["subject"] == subject]

    def assert_line(self, verdict, subject, message, advice=""):
        lines = self.lines(subject)
        for line in lines:
            if line["verdict"] == verdict and self.matches(message, line["message"]) and self.matches(advice, line["advice"]):
                return
        self.fail(f"no {verdict} of {subject} with {message!r} and {advice!r}:\n{json.dumps(lines or self.said['findings'], indent=1)}")

    @staticmethod
    def matches(pattern, text):
        return re.search(pattern, text) is not None

    def as_account(self, *grants):
        return self.source.url(self.database, user=self.source_account(*grants), password=SECRET)

    def as_role(self, *grants):
        return self.target.url(self.database, user=self.target_role(*grants), password=SECRET)


class Check(CheckTestCase):
    def test_page_for_people(self):
        outcome = self.program.run("check", self.source.url(self.database), self.target.url(self.database))

        self.assertLess(outcome.code, CODES["FAIL"], outcome.stdout)
        for part in ("\nconnection\n", "\nprivileges\n", "\nsource\n", "\ntarget\n", "\nvalues\n", "\nestimate\n",
                     "source is MariaDB 10", "target is PostgreSQL 15", "2 rows in 1 tables", ": ready"):
            self.assertIn(part, outcome.stdout)
        self.assertNotIn("\x1b", outcome.stdout)
        self.assert_untouched(self.target, self.database)
        self.assert_no_session_left(self.source, self.target, self.database)

    def test_estimate_holds_in_a_run(self):
        self.fill("create table wide (id int primary key, name varchar(100), price decimal(12,2), at datetime, note text,"
                  " key (name), key (at)) engine=innodb;"
                  "insert into wide select seq, concat('name ', seq), seq / 7, '2024-02-29 01:02:03', repeat('x', seq % 200)"
                  " from seq_1_to_30000; analyze table wide")
        estimate = self.check("--include", "wide")["estimate"]
        outcome = self.migrate("--include", "wide")
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        run = self.program.report()

        def within(share, guess, real, what):
            self.assertLess(abs(guess - real), share * real, f"{what}: {guess} and then {real}")

        within(0.1, estimate["rows"], run["rows"], "rows")
        within(0.1, estimate["copy_bytes"], run["copy_bytes"], "bytes to send")
        heap, indexes = map(int, self.target.value(
            "select pg_relation_size(c.oid), pg_indexes_size(c.oid) from pg_class c where relname = 'wide'",
            self.database).split("|"))
        within(0.35, estimate["heap_bytes"], heap, "the table on disk")
        within(0.5, estimate["index_bytes"], indexes, "the indexes on disk")
        self.assertGreater(estimate["disk_bytes"], heap + indexes)

    def test_estimate_for_programs(self):
        estimate = self.check()["estimate"]

        self.assertEqual((estimate["rows"], estimate["tables"]), (2, 1))
        for name in ("rows_s", "keys_s", "lock_s", "read_bytes_per_s", "write_bytes_per_s", "disk_bytes"):
            self.assertGreater(estimate[name], 0, name)
        self.assert_untouched(self.target, self.database)

    # ---- connection

    def test_mysql_where_postgresql_should_be_and_the_source_is_looked_at_all_the_same(self):
        self.check(target=self.target.url(self.database, port=self.source.port))

        self.assert_line("FAIL", "target", "this is a MariaDB server", "PostgreSQL server's host and port")
        self.assert_line("OK", "version", "source is MariaDB")

    def test_source_that_does_not_answer(self):
        self.check(source=self.source.url(self.database, port=1))

        self.assert_line("FAIL", "source", "cannot connect")
        self.assert_line("OK", "version", "target is PostgreSQL")

    def test_tls_is_told(self):
        self.check("--source-ssl-mode", "required", "--target-sslmode", "require")

        self.assert_line("OK", "tls", "source is encrypted: TLSv1")
        self.assert_line("OK", "tls", "target is encrypted: TLSv1")

    def test_tls_that_is_missing_on_the_way_to_another_machine(self):
        # An address of this machine that does not say so.
        there = [server.url(self.database).replace("127.0.0.1", "0.0.0.0") for server in (self.source, self.target)]
        self.check("--source-ssl-mode", "disabled", "--target-sslmode", "disable", source=there[0], target=there[1])

        self.assert_line("WARN", "tls", "source is not encrypted: rows cross the network", "--source-ssl-mode verify-full")
        self.assert_line("WARN", "tls", "target is not encrypted: rows cross the network", "--target-sslmode verify-full")
        self.assert_line("OK", "disk", "how much is free cannot be seen from here", "df on the server's machine")

    def test_servers_that_are_far_away(self):
        for side, server in (("source", self.source), ("target", self.target)):
            relay = Relay(server.port, delay_s=0.011)
            self.addCleanup(relay.stop)
            self.check(**{side: server.url(self.database, port=relay.own_port)})
            self.assert_line("WARN", "latency", f"{side} answers in .* every small table",
                             f"nearer to the {side}, or with more --{'readers' if side == 'source' else 'writers'}")

    def test_tls_that_is_not_there_is_told(self):
        self.check("--source-ssl-mode", "disabled", "--target-sslmode", "disable")

        self.assert_line("OK", "tls", "source is not encrypted, and on this machine")
        self.assert_line("OK", "latency", "target answers in")
        self.assert_line("OK", "clocks", "agree")

    # ---- privileges

    def test_account_that_may_not_lock(self):
        self.check(source=self.as_account(f"select on `{self.database}`.*"))

        self.assert_line("WARN", "snapshot", "may take no lock", "GRANT RELOAD ON .* TO 'u.*'@'%', or GRANT SELECT, LOCK TABLES")
        self.assert_line("WARN", "process", "does not see other sessions", "GRANT PROCESS")
        self.assert_line("WARN", "position", "binlog's position", "GRANT BINLOG MONITOR")
        self.assert_line("WARN", "extras", "not listed", "GRANT SHOW VIEW, TRIGGER, EVENT")
        self.assert_line("WARN", "routines", f"not listed, of {self.database}", "GRANT SELECT ON mysql.proc TO 'u.*'@'%'")

    def test_account_that_may_not_lock_tables_without_transactions(self):
        self.fill("create table old (id int primary key) engine=myisam")
        self.check(source=self.as_account(f"select on `{self.database}`.*"))

        self.assert_line("FAIL", "snapshot", "must be read under a lock", "GRANT RELOAD")

    def test_account_that_may_not_lock_the_chosen_way(self):
        account = self.as_account(f"select on `{self.database}`.*")
        for how, grant in (("flush-lock", "RELOAD"), ("lock-tables", "LOCK TABLES"), ("backup-stage", "RELOAD")):
            self.check("--snapshot", how, source=account)
            self.assert_line("FAIL", "snapshot", "the account may not", f"GRANT .*{grant}")

    def test_account_with_all_that_is_needed(self):
        self.check(source=self.as_account("reload, process, binlog monitor, slave monitor on *.*",
                                          f"select, lock tables, show view, trigger, event on `{self.database}`.*",
                                          "select on mysql.proc"))

        for subject in ("snapshot", "position", "resume", "replica", "process", "extras", "routines", "select"):
            self.assertEqual([line["verdict"] for line in self.lines(subject)], ["OK"], subject)

    def test_routines_of_others(self):
        self.fill("create procedure p() select 1; create function f() returns int no sql return 1")
        grant = f"select on `{self.database}`.*"
        self.check(source=self.as_account(grant, f"execute on `{self.database}`.*"))
        self.assert_line("WARN", "routines", f"without their bodies.*{self.database}.[fp], {self.database}.[fp]$", "GRANT SELECT ON mysql.proc TO ")
        self.assertEqual(len(self.lines("routines")), 1, "they are seen")

        self.check(source=self.as_account(grant, f"execute on procedure `{self.database}`.p"))
        self.assert_line("WARN", "routines", "not listed")
        self.assert_line("WARN", "routines", f"without their bodies.*: {self.database}.p$")

        self.check(source=self.as_account(grant, "select on mysql.proc"))
        self.assert_line("OK", "routines", "sees functions and procedures")
        self.assertEqual(self.migrate("--schema-only").code, COMPLETE)
        self.check("--data-only", source=self.as_account(grant))
        self.assert_line("OK", "select", "refused on none")
        self.assertEqual(self.lines("routines"), [], "rows alone are moved")

    def test_run_says_that_routines_may_be_hidden(self):
        outcome = self.migrate(source=self.as_account(f"select, lock tables on `{self.database}`.*"))
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertIn("routines", [check["where"] for check in self.program.report()["checks"]])

    def test_each_way_to_a_snapshot_that_the_account_may_take(self):
        def assert_way(how, verdict, message, advice="", account=None):
            self.check("--snapshot", how, source=account)
            self.assert_line(verdict, "snapshot", message, advice)

        all_ways = ("reload, binlog monitor on *.*", f"select, lock tables on `{self.database}`.*")
        account = self.as_account(*all_ways)
        for how, message in (("auto", "will be taken by BACKUP STAGE"), ("backup-stage", "may use BACKUP STAGE"),
                             ("flush-lock", "may FLUSH TABLES WITH READ LOCK"), ("lock-tables", "may LOCK TABLES"),
                             ("position", "waits for a moment in which nobody writes")):
            assert_way(how, "OK", message, account=account)
        assert_way("none", "WARN", "no snapshot is asked for", "leave --snapshot none out", account)

        self.fill("create table old (id int primary key) engine=myisam")
        assert_way("auto", "OK", "will be taken by FLUSH TABLES WITH READ LOCK", account=account)
        assert_way("backup-stage", "FAIL", "does not hold off writes", "--snapshot flush-lock", account)
        assert_way("position", "FAIL", "cannot hold off writes", "--snapshot flush-lock", account)

        # SELECT on each table will do: LOCK TABLES is a privilege of the database.
        account = self.as_account(f"select on `{self.database}`.t", f"select on `{self.database}`.old",
                                  f"lock tables on `{self.database}`.*")
        assert_way("auto", "OK", "will be taken by LOCK TABLES READ", account=account)
        self.assert_line("OK", "select", "SELECT is refused on none of 2 tables")

    def test_account_that_cannot_tell_a_replica(self):
        grant = f"select on `{self.database}`.*"
        self.check("--snapshot", "position", source=self.as_account(grant, "binlog monitor on *.*"))
        self.assert_line("WARN", "replica", "whether the source is a replica that was stopped", "GRANT SLAVE MONITOR ON ")
        self.check("--snapshot", "position", source=self.as_account(grant, "binlog monitor, slave monitor on *.*"))
        self.assert_line("OK", "replica", "may see whether the source is a replica")
        # A lock needs no position, and --resume does.
        self.check("--snapshot", "lock-tables", source=self.as_account(grant))
        self.assert_line("WARN", "replica", "by which it is seen whether anybody wrote", "GRANT SLAVE MONITOR ON ")
        self.check("--schema-only", "--snapshot", "lock-tables", source=self.as_account(grant))
        self.assertEqual(self.lines("replica"), [], "no row is read")

    def test_account_that_may_not_read_the_binlog_for_a_resume(self):
        grant = f"select, lock tables on `{self.database}`.*"
        self.check(source=self.as_account(grant))
        self.assert_line("WARN", "resume", "lost may end the run, and --resume compares the tables themselves",
                         "^GRANT BINLOG MONITOR ON .* TO 'u")
        self.check("--no-ledger", source=self.as_account(grant))
        self.assert_line("WARN", "resume", "a session of the source that is lost may end the run$")
        self.check("--schema-only", source=self.as_account(grant))
        self.assertEqual(self.lines("resume"), [])
        self.check(source=self.as_account(grant, "binlog monitor on *.*"))
        self.assert_line("OK", "resume", "may read the binlog")

    def test_ways_that_mysql_has_not(self):
        mysql = Mysql(variable("MILLRACE_MYSQL56"))
        name = f"u{self.number:08x}"
        self.addCleanup(mysql.run, f"drop database if exists `{self.database}`; drop user {name}@'%'")
        mysql.run(f"create database `{self.database}`; create table `{self.database}`.t (id int primary key) engine=innodb;"
                  f"create user {name}@'%' identified by {literal(SECRET)}; grant select on `{self.database}`.* to {name}@'%'")
        account = mysql.url(self.database, user=name, password=SECRET)
        self.check("--snapshot", "backup-stage", source=account)
        self.assert_line("FAIL", "snapshot", "needs MariaDB 10.4", "leave --snapshot out")
        self.assert_line("WARN", "routines", "not listed", "GRANT SELECT ON mysql.proc TO ")
        self.assert_line("WARN", "resume", "lost may end the run", "^GRANT REPLICATION CLIENT, REPLICATION SLAVE ON ")
        mysql.run(f"grant replication client on *.* to {name}@'%'")
        self.check(source=account)
        self.assert_line("WARN", "resume", "lost may end the run", "^GRANT REPLICATION SLAVE ON ")
        mysql.run(f"grant replication slave on *.* to {name}@'%'")
        self.check(source=account)
        self.assert_line("OK", "resume", "may read the binlog")
        mysql.run(f"revoke replication slave, replication client on *.* from {name}@'%'")
        self.check("--snapshot", "position", source=account)
        self.assert_line("FAIL", "position", "needs to see the binlog's position", "GRANT REPLICATION CLIENT ON ")

    def test_table_that_the_account_may_not_read(self):
        self.fill("create table secret (id int primary key)")
        self.check(source=self.as_account(f"select on `{self.database}`.t", f"insert on `{self.database}`.secret"))

        self.assert_line("FAIL", "select", f"1 of 2 tables: {self.database}.secret", "GRANT SELECT ON `.*`.* TO 'u")

    def test_readers_that_find_no_connection(self):
        account = self.as_account(f"select on `{self.database}`.*")
        self.source.run(f"alter user u{self.number:08x}@'%' with max_user_connections 1")
        self.check("--readers", "2", source=account)

        self.assert_line("FAIL", "readers", "max_user_connections", "--readers")
        self.assertEqual(self.lines("values"), [], "there is nobody to look at them")

    def test_writers_that_find_no_connection_to_measure_by(self):
        role = self.as_role(f"create on database {quote(self.database)}")
        self.target.run(f"alter role r{self.number:08x} connection limit 1")
        self.check(target=role)

        self.assert_line("FAIL", "rates", "too many connections for role")
        self.assertIsNone(self.said["estimate"]["rows_s"])
        self.assertGreater(self.said["estimate"]["disk_bytes"], 0)

    def test_role_that_may_not_create(self):
        self.check(target=self.as_role())

        self.assert_line("FAIL", "plan", "cannot create schema", "GRANT CREATE ON DATABASE")

    def test_role_that_may_not_keep_a_ledger(self):
        self.target.run("create schema s; create table s.t (id int, words varchar(20))", self.database)
        role = self.as_role("usage, create on schema s", "insert on s.t")
        there = ("--schema-map", f"{self.database}=s", "--if-exists", "append")
        self.check(*there, target=role)
        self.assert_line("FAIL", "ledger", "may not create schema millrace", "GRANT CREATE ON DATABASE .*--no-ledger")

        self.check(*there, "--no-ledger", target=role)
        self.assertEqual(self.lines("ledger"), [])

    def test_role_that_may_not_drop_empty_or_fill(self):
        self.target.run("create schema s; create table s.t (id int, words varchar(20)); insert into s.t values (7, 'x')",
                        self.database)
        role = self.as_role("usage, create on schema s")
        there = ("--schema-map", f"{self.database}=s", "--if-exists")
        for how, advice in (("drop", 'ALTER TABLE "s"."t" OWNER TO'), ("truncate", 'GRANT TRUNCATE ON TABLE "s"."t" TO'),
                            ("append", 'GRANT INSERT ON TABLE "s"."t" TO')):
            self.check(*there, how, target=role)
            self.assert_line("FAIL", "target tables", 'the role may not .*"s"."t"', advice)

    def test_what_is_needed_of_tables_that_stand(self):
        self.fill("create table counted (id int auto_increment primary key)")
        self.target.run("create schema s; create table s.t (id int, words varchar(20)); create table s.counted (id serial primary key);"
                        "create function s.loud() returns trigger language plpgsql as 'begin return new; end';"
                        "create trigger loud before insert on s.t for each row execute function s.loud()", self.database)
        there = ("--schema-map", f"{self.database}=s", "--data-only", "--no-ledger")
        role = self.as_role("insert on all tables in schema s")
        self.check(*there, target=role)
        for verdict, message, advice in (
                ("FAIL", 'may not use schemas .*: "s"', 'GRANT USAGE ON SCHEMA "s" TO "r'),
                ("FAIL", 'may not read tables whose next number .*: "s"."counted"', 'GRANT SELECT ON TABLE "s"."counted" TO "r'),
                ("FAIL", "may not set sequences .*: s.counted_id_seq", "GRANT UPDATE ON SEQUENCE s.counted_id_seq TO "),
                ("WARN", 'nothing would be proven of it: "s"."t"', 'GRANT SELECT ON TABLE "s"."t" TO .*--verify none')):
            self.assert_line(verdict, "target tables", message, advice)
        self.assert_line("FAIL", "triggers and keys", "would see each row.*trigger s.t.loud", "GRANT SET ON PARAMETER session_replication_role")

        name = f"r{self.number:08x}"
        self.target.run(f"grant usage on schema s to {name}; grant select on all tables in schema s to {name};"
                        f"grant update on sequence s.counted_id_seq to {name};"
                        f"grant set on parameter session_replication_role to {name}", self.database)
        self.addCleanup(self.target.run, f"revoke set on parameter session_replication_role from {name}")
        self.check(*there, target=role)
        self.assert_line("OK", "target tables", "may load the tables")
        self.assert_line("OK", "triggers and keys", "session_replication_role")
        outcome = self.migrate(*there, target=role)
        self.assertEqual(outcome.code, COMPLETE, "what was found to be enough is enough: " + outcome.stderr)

    def test_keys_of_tables_that_stand_and_refer_to_what_is_not_loaded(self):
        self.target.run("create schema s; create table s.other (id int primary key);"
                        "create table s.t (id int references s.other, words varchar(20))", self.database)
        self.check("--schema-map", f"{self.database}=s", "--data-only", "--no-ledger",
                   target=self.as_role("usage on schema s", "insert, select on s.t"))
        self.assert_line("OK", "triggers and keys", "look at each row, and refer to none that is loaded")


class CheckOfSchemas(CheckTestCase):
    # ---- source

    def test_engines_keys_and_packets(self):
        self.fill("set sql_mode = ''; create table old (id int primary key) engine=myisam;"
                  "create table heap (words varchar(2000)) engine=innodb;"
                  "insert into heap select repeat('x', 2000) from seq_1_to_200; analyze table heap;"
                  "create table large (id int primary key, words longtext character set latin2);")
        self.check("--chunk-bytes", "64KiB")

        self.assert_line("WARN", "engines", f"2 InnoDB|3 InnoDB, 1 MyISAM.*writers wait.*{self.database}.old", "ENGINE=InnoDB")
        self.assert_line("WARN", "keys", f"large tables without a key .*{self.database}.heap", "primary key")
        self.assert_line("WARN", "max_allowed_packet", f"to NULL .*{self.database}.large.words", "max_allowed_packet")
        self.assert_line("OK", "timeouts", "long enough")

    def test_table_whose_tablespace_was_discarded(self):
        self.fill("create table gone (id int primary key) engine=innodb; insert into gone values (1); alter table gone discard tablespace")
        self.check()

        self.assert_line("FAIL", "tables", f"{self.database}.gone cannot be read: .*[Tt]ablespace", "IMPORT TABLESPACE.*--exclude")
        self.check("--exclude", "gone")
        self.assertEqual(self.lines("tables"), [])

    def test_transaction_and_query_that_would_hold_up_the_lock(self):
        writer = Locker.of_source(self.source, f"start transaction; update `{self.database}`.t set words = 'x'")
        self.addCleanup(writer.release)
        writer.await_held()
        ids = "select trx_mysql_thread_id from information_schema.innodb_trx where trx_rows_modified = 2"
        query = f"select sleep(600), '{self.database}'"
        reader = Locker.of_source(self.source, query)
        self.addCleanup(reader.release)
        running = ("select id from information_schema.processlist where time >= 3 and info like"
                   f" 'select sleep(600), ''{self.database}%'")
        await_true(lambda: self.source.value(running), "the query has run for a while")
        self.addCleanup(lambda: self.source.run(f"kill {self.source.value(running)}"))
        self.check()

        self.assert_line("WARN", "hold up", f"connection {self.source.value(running)} of root has been running", "KILL")
        holder = self.source.value(ids).splitlines()
        self.assert_line("WARN", "hold up", f"connection ({'|'.join(holder)}) of root changed rows .* not committed", "KILL")

    # ---- target

    def test_target_that_is_not_utf8_and_read_only(self):
        self.target.drop_database(self.database)
        self.target.run(f"create database {quote(self.database)} template template0 encoding 'LATIN1' locale 'C';"
                        f"alter database {quote(self.database)} set default_transaction_read_only = on")
        self.check()

        self.assert_line("FAIL", "plan", "LATIN1, not UTF8", "ENCODING 'UTF8'")
        self.assert_line("FAIL", "plan", "read-only", "primary")

    def test_what_stands_in_the_way(self):
        self.target.run(f"create schema {quote(self.database)}; create table {quote(self.database)}.t (mine int)", self.database)
        self.check()

        self.assert_line("FAIL", "in the way", f"{self.database}.t", "--if-exists drop")

    def test_what_stands_there_since_it_was_moved(self):
        self.check()
        self.assert_line("OK", "in the way", "nothing is in the way")
        self.assertEqual(self.migrate().code, COMPLETE)
        self.check()
        self.assert_line("WARN", "in the way", "moved already: run 1 ended complete at 20.*Z", "to move them again --if-exists drop")
        self.fill("create table later (id int primary key)")
        self.check()
        self.assert_line("FAIL", "in the way", f"{self.database}.t", "--if-exists drop")
        self.check("--exclude", "later")
        self.assert_line("WARN", "in the way", "moved already: run 1")

        # A database of the same name and tables on another server is another one.
        self.target.run("update millrace.runs set source_identity = 'of another server'", self.database)
        self.check("--exclude", "later")
        self.assert_line("FAIL", "in the way", f"{self.database}.t", "--if-exists drop")

    def test_small_tables(self):
        self.check()
        self.assert_line("OK", "keys", "every table has a key")
        self.assert_line("OK", "engines", "tables by engine: 1 InnoDB")
        self.assert_line("OK", "max_allowed_packet", "no value is converted by the server")
        self.assert_line("OK", "values", "every value fits", "--scan full reads every row")
        self.assert_line("OK", "keys", "no foreign or unique key that rows could break")
        self.fill("create table keyless (a int)")
        self.check()
        self.assert_line("OK", "keys", "small tables without a key, one stream each: 1")

    def test_geometry_without_postgis(self):
        self.fill("create table g (id int primary key, place point)")
        self.check()
        self.assert_line("WARN", "extensions", f"EWKB in bytea: {self.database}.g.place", "CREATE EXTENSION postgis")

        self.check("--geometry", "bytea")
        self.assert_line("OK", "extensions", "no extension is needed")


class CheckOfValues(CheckTestCase):
    BAD = """set sql_mode = '';
      create table v (id int primary key, day date, flag tinyint(1), words varchar(20), big bigint unsigned auto_increment, key (big));
      insert into v values (1, '2024-02-03', 0, 'fine', 1), (2, '0000-00-00', 1, 'x', 2), (3, '2024-00-01', 0, 'x', 3),
        (4, '2024-02-03', 7, 'x', 4), (5, '2024-02-03', 0, 'a\\0b', 5), (6, '2024-02-03', 0, 'x', 18446744073709551000);"""

    def test_values_that_do_not_fit_are_counted(self):
        self.fill(self.BAD)
        for depth, word in (("sample", " sampled"), ("full", "")):
            self.check("--scan", depth)
            name = f"{self.database}.v."
            self.assert_line("FAIL", "values", f"{name}day: 2 zero or partial date .* in 6 rows{word}: first 0000-00-00 at id=2, id=3")
            self.assert_line("FAIL", "values", f"{name}flag: 1 .* first 7 at id=4", "--tinyint1 smallint")
            self.assert_line("FAIL", "values", f"{name}words: 1 .*NUL.* at id=5")
            self.assert_line("FAIL", "values", f"{name}big: 1 .*18446744073709551000 at id=6")
            self.assertEqual(len(self.lines("values")), 4)

    def test_values_that_the_job_has_a_policy_for_are_warned_of(self):
        self.fill(self.BAD + "insert into v values (7, '0000-00-00', 9, 'x', 7)")
        self.check("--scan", "full", "--on-fault", "null")

        name = f"{self.database}.v."
        self.assert_line("WARN", "values", f"{name}day: 3 .* at id=2, id=3, id=7; they will become NULL")
        self.assert_line("WARN", "values", f"{name}flag: 2 .* at id=4, id=7; they will become NULL")
        self.assert_line("FAIL", "values", f"{name}big: 1 .* at id=6$", "--on-fault reject")

        self.check("--scan", "full", "--on-fault", "reject")
        self.assert_line("WARN", "values", f"{name}big: 1 .* at id=6; their rows will be set aside")

    def test_values_are_not_looked_at_where_told_so(self):
        self.fill(self.BAD)
        self.check("--scan", "none")

        self.assertEqual(self.lines("values"), [])

    def test_sample_comes_from_all_over_the_table(self):
        self.fill("create table v (id int primary key, flag tinyint(1), pad varchar(200)) engine=innodb;"
                  "insert into v select seq, 0, repeat('x', 200) from seq_1_to_20000; analyze table v;"
                  "update v set flag = 9 where id > 19000")
        self.check("--chunk-bytes", "256KiB")

        self.assert_line("FAIL", "values", f"{self.database}.v.flag: [0-9,]+ .* in [0-9,]+ rows sampled")

    def test_rows_that_point_at_nothing(self):
        self.fill("create table p (code varchar(10) primary key) engine=innodb;"
                  "create table c (id int primary key, code varchar(10), constraint to_p foreign key (code) references p (code))"
                  " engine=innodb; insert into p values ('a'), ('b'); insert into c values (1, 'a'), (2, 'B'), (3, null);"
                  "set foreign_key_checks = 0; insert into c values (4, 'gone'), (5, 'gone')")
        for depth in ("sample", "full"):
            self.check("--scan", depth)
            self.assert_line("FAIL", "orphans", f"{self.database}.c.to_p -> .*: 3 rows point at nothing .2 values.: B, gone")

        self.check("--scan", "full", "--skip-keys")
        self.assertEqual(self.lines("orphans"), [])

    def test_rows_that_point_at_nothing_as_the_target_compares_and_the_job_filters(self):
        self.fill("create table p (code varchar(10) primary key, other int) engine=innodb default charset=utf8mb4;"
                  "create table c (id int primary key, code varchar(10), constraint to_p foreign key (code) references p (code))"
                  " engine=innodb default charset=utf8mb4; insert into p values ('a', 1), ('b', 2);"
                  "insert into c values (1, 'a'), (2, 'B'), (3, 'b')")
        for depth in ("sample", "full"):
            self.check("--scan", depth)
            self.assert_line("FAIL", "orphans", "to_p -> .*: 1 rows point at nothing .1 values.: B$")
            for how in ("icu", "citext"):
                self.check("--scan", depth, "--case-insensitive", how)
                self.assertEqual(self.lines("orphans"), [], how)

            job = self.folder / "job.toml"
            job.write_text('[[table]]\nname = "c"\nwhere = "id = 1"\n', encoding="utf-8")
            self.check("--scan", depth, "--job", job)
            self.assertEqual(self.lines("orphans"), [])
            self.assert_line("OK", "keys", "no orphan and no duplicate in [0-9]+ foreign and unique keys")
            job.write_text('[[table]]\nname = "c"\nwhere = "id = 1"\n[[table]]\nname = "p"\nwhere = "other = 2"\n',
                           encoding="utf-8")
            self.check("--scan", depth, "--job", job)
            self.assert_line("FAIL", "orphans", "to_p -> .*: 1 rows point at nothing .1 values.: a$", "filter both tables alike")

    def test_rows_that_are_one_to_the_targets_key(self):
        self.fill("alter table t modify words varchar(20) collate utf8mb4_bin; insert into t values (3, 'ONE'), (4, null), (5, null)")
        name = f"{quote(self.database)}.t"
        self.target.run(f"create schema {quote(self.database)}; create table {name} (id int, words varchar(20));"
                        f"create unique index once on {name} (lower(words)); create unique index ids on {name} (id)", self.database)
        for depth in ("sample", "full"):
            self.check("--scan", depth, "--if-exists", "append")
            self.assert_line("FAIL", "duplicates", f"{self.database}.t.once: 2 rows are the same to the target's key .1 values.: one")
            self.assertEqual(len(self.lines("duplicates")), 1)


    def test_values_that_a_rule_makes_one_in_a_unique_key(self):
        self.fill("create table k (code varchar(10), flag int, unique key once (code), unique key pair (flag, code))"
                  " engine=innodb; insert into k values ('1', 0), ('01', 2), ('001', 3), ('2', 2), (null, 1)")
        for depth in ("sample", "full"):
            self.check("--scan", depth, "--cast", "k.code => integer", "--cast", "k.flag => boolean using nonzero")
            self.assert_line("FAIL", "duplicates", f"{self.database}.k.once: 3 rows are the same to the target's key .1 values.: 001$",
                             "leave the column as it is, or --skip-keys")
            self.assert_line("FAIL", "duplicates", f"{self.database}.k.pair: 2 rows are the same to the target's key .1 values.")
            self.assertEqual(len(self.lines("duplicates")), 2)
        job = self.folder / "job.toml"
        job.write_text('[[table]]\nname = "k"\nwhere = "code not like \'0%\'"\n', encoding="utf-8")
        self.check("--scan", "full", "--cast", "k.code => integer", "--job", job)
        self.assertEqual(self.lines("duplicates"), [], "the rows that are the same do not come")
        self.check("--scan", "full")
        self.assertEqual(self.lines("duplicates"), [])
        self.check("--scan", "full", "--cast", "k.code => integer", "--skip-keys")
        self.assertEqual(self.lines("duplicates"), [])


class CheckBeforeRuns(CheckTestCase):
    # ---- gates

    def job(self, text):
        (self.folder / "job.toml").write_text(text)
        return ("--job", str(self.folder / "job.toml"))

    def test_gates_of_the_job(self):
        job = self.job(f"""
            [[gate]]
            sql = "SELECT COUNT(*) FROM `{self.database}`.t"
            expect = 2
            [[gate]]
            at = "target"
            sql = "SELECT current_database()"
            expect = "another"
            hint = "make it first"
            [[gate]]
            sql = "SELECT version FROM nowhere.at_all"
            expect = 37
            """)
        self.check(*job)

        self.assert_line("OK", "gate", "source: SELECT COUNT.* gives 2")
        self.assert_line("FAIL", "gate", f"target: SELECT current_database.* gives {self.database}, not another", "make it first")
        self.assert_line("FAIL", "gate", "the source's gate cannot be asked: SELECT version")

    def test_run_that_a_gate_holds(self):
        job = self.job("""
            [[gate]]
            sql = "SELECT MAX(id) FROM t"
            expect = 37
            hint = "run the upgrade first"
            """)

        self.refused(self.migrate(*job), BAD_REQUEST, "cannot begin the run: source: SELECT MAX.* gives 2, not 37",
                     "run the upgrade first.*--skip-check")
        self.assertEqual(self.migrate(*job, "--skip-check").code, COMPLETE)

    # ---- the operator's steps

    def step(self, *words):
        """Which step comes next, from 1, and how each is marked."""
        said = self.check(*words)
        return said["step"], [step["state"] for step in said["steps"]]

    def test_steps_of_the_job_and_which_of_them_comes_next(self):
        self.source.run(f"create table `{self.database}`.farm (runs int primary key); insert into"
                        f" `{self.database}`.farm values (1)")
        job = self.job(f"""
            [[step]]
            text = "Stop the farm"
            source = "SELECT COUNT(*) = 0 FROM `{self.database}`.farm WHERE runs"
            [[step]]
            text = "Look"
            done = "gates"
            [[step]]
            text = "Move"
            done = "moved"
            [[step]]
            text = "Upgrade"
            target = "SELECT upgraded FROM dwh.state"
            [[step]]
            text = "Enable the farm"
            [[gate]]
            sql = "SELECT MAX(id) FROM t"
            expect = 2
            """)

        self.assertEqual(self.step(*job), (1, ["now", "done", "to do", "to do", "to do"]))
        self.source.run(f"delete from `{self.database}`.farm")
        self.assertEqual(self.step(*job), (3, ["done", "done", "now", "to do", "to do"]))
        self.assertEqual(self.migrate(*job, "--exclude", "farm").code, COMPLETE)
        self.assertEqual(self.step(*job), (3, ["done", "done", "now", "to do", "to do"]),
                         "a table is missing")
        self.assertEqual(self.migrate(*job, "--if-exists", "drop").code, COMPLETE)
        self.assertEqual(self.step(*job), (4, ["done", "done", "done", "now", "to do"]))
        self.target.run("create schema dwh; create table dwh.state as select true upgraded", self.database)
        self.assertEqual(self.step(*job), (5, ["done", "done", "done", "done", "now"]))

        page = self.program.run("check", self.source.url(self.database), self.target.url(self.database), *job).stdout
        self.assertIn("\nsteps\n  done  1. Stop the farm\n", page)
        self.assertIn("\n  now   5. Enable the farm\n", page)
        self.target.run(f'drop table "{self.database}".farm', self.database)
        self.assertEqual(self.step(*job)[0], 3, "it was moved, and is gone")

    def test_steps_are_told_without_a_target(self):
        job = self.job("""
            [[step]]
            text = "Stop the farm"
            source = "SELECT 1"
            [[step]]
            text = "Move"
            done = "moved"
            """)
        self.check(*job, target=self.target.url(self.database, port=1))
        self.assertEqual([step["state"] for step in self.said["steps"]], ["done", "now"])

    # ---- at the start of a run

    def test_run_looks_first_and_tells_what_to_mind(self):
        self.fill("create table old (id int primary key) engine=myisam")
        outcome = self.migrate()

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertIn("engines", [check["where"] for check in self.program.report()["checks"]])
        self.assertRegex(outcome.stdout, "[0-9]+ warnings? before the run")

    def test_run_that_is_asked_to_scan_refuses_bad_values_before_it_writes(self):
        self.fill(CheckOfValues.BAD)
        outcome = self.migrate("--scan", "full")

        self.refused(outcome, BAD_DATA, "cannot begin the run: .*v.day: 2 zero or partial date", "--skip-check")

    def test_run_does_not_look_where_told_so(self):
        self.fill("create table old (id int primary key) engine=myisam")
        outcome = self.migrate("--skip-check", "--scan", "full")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assertEqual(self.program.report()["checks"], [])


class CheckOfServers(CheckTestCase):
    """What takes a whole server to provoke."""

    SETTINGS = ()

    @classmethod
    def setUpClass(cls):
        cls.servers = OwnServers("mariadb", "postgres15", *(word for each in cls.SETTINGS for word in ("--set", each)))
        cls.addClassCleanup(cls.servers.stop)

    def setUp(self):
        FaultTestCase.setUp(self)
        self.source = Mysql(self.servers.variables["MILLRACE_MARIADB"])
        self.target = Postgres(self.servers.variables["MILLRACE_POSTGRES15"])
        self.source.run(f"create database `{self.database}`; use `{self.database}`;"
                        "create table t (id int primary key, words varchar(20)) engine=innodb;"
                        "insert into t values (1, 'one'), (2, 'two')")
        self.target.create_database(self.database)

    def set_target(self, name, value):
        self.target.run(f"alter system set {name} = {literal(value)}")
        self.target.run("select pg_reload_conf()")
        self.addCleanup(self.target.run, "select pg_reload_conf()")
        self.addCleanup(self.target.run, f"alter system reset {name}")

    def set_source(self, name, value):
        self.addCleanup(self.source.run, f"set global {name} = {literal(self.source.value(f'select @@global.{name}'))}")
        self.source.run(f"set global {name} = {literal(value)}")

class CheckOfUsualServers(CheckOfServers):
    def test_binlog_by_statement_and_a_lax_mode(self):
        self.set_source("binlog_format", "MIXED")
        self.set_source("sql_mode", "NO_ENGINE_SUBSTITUTION")
        self.check(source=self.as_account("binlog monitor on *.*", f"select, lock tables, trigger on `{self.database}`.*"))
        self.assert_line("WARN", "resume", "triggers of databases where the account sees none", "^GRANT TRIGGER ON ")
        self.check()
        self.assert_line("OK", "resume", "may read the binlog")

        self.assert_line("WARN", "binlog", "written by MIXED", "binlog_format = 'ROW'")
        self.assert_line("WARN", "sql_mode", "not strict", "--scan full")

    def test_strict_mode_and_binlog_by_row(self):
        self.set_source("sql_mode", "STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE")
        self.check()

        self.assert_line("OK", "binlog", "written by ROW and kept")
        self.assert_line("OK", "sql_mode", "strict")

    def test_clocks_that_differ(self):
        self.set_source("init_connect", "set timestamp = unix_timestamp() + 3600")  # not for those with SUPER
        self.check(source=self.as_account(f"select on `{self.database}`.*"))

        self.assert_line("WARN", "clocks", "the source's clock is (59 min|1 h 00 min).* ahead", "NTP")

    def test_damaged_table_stops_a_run_before_it_writes(self):
        self.fill("create table broken (id int primary key, words varchar(20)) engine=myisam;"
                  "insert into broken values (1, 'one'); flush tables")
        index = pathlib.Path(self.source.value("select @@datadir"), self.database, "broken.MYI")
        index.write_bytes(b"\xfe" * index.stat().st_size)
        self.check()
        self.assert_line("FAIL", "damaged tables", f"{self.database}.broken", f"REPAIR TABLE `{self.database}`.`broken`")

        self.refused(self.migrate(), BAD_REQUEST, f"cannot begin the run: crashed.*{self.database}.broken", "REPAIR TABLE")

    def test_load_that_is_too_large_for_the_target(self):
        # The server believes its statistics.
        self.fill("alter table t stats_persistent = 1, stats_auto_recalc = 0; analyze table t; rename table t to u;"
                  f"update mysql.innodb_table_stats set n_rows = 1000000000000 where database_name = '{self.database}';"
                  "rename table u to t")
        self.set_target("max_wal_size", "64MB")
        self.check()

        self.assert_line("FAIL", "disk", "are needed .* are free at /", "tablespace")
        self.assert_line("WARN", "max_wal_size", "max_wal_size 64.* would force [0-9,]+ checkpoints", "ALTER SYSTEM SET max_wal_size = '64GB'")
        self.assert_line("WARN", "maintenance_work_mem", "1 of 1 index builds would sort on disk", "ALTER SYSTEM SET maintenance_work_mem = '2GB'")
        job = self.folder / "job.toml"
        job.write_text('[[table]]\nname = "t"\nwhere = "id = 1"\n', encoding="utf-8")
        self.check("--job", job)
        self.assert_line("WARN", "disk", "are free at /.*; less will do, since the job's filters keep rows back")
        self.target.run(f"create schema {quote(self.database)}; create table {quote(self.database)}.t (id int, words text)", self.database)
        for how in ("drop", "truncate"):
            self.check("--if-exists", how)
            self.assert_line("WARN", "disk", "less will do, since what is dropped or truncated makes room first")

    def test_disk_that_may_do_for_the_rest_of_a_run(self):
        self.fill("alter table t stats_persistent = 1, stats_auto_recalc = 0; analyze table t; rename table t to u;"
                  f"update mysql.innodb_table_stats set n_rows = 1000000000000 where database_name = '{self.database}';"
                  "rename table u to t")
        killed = self.migrate("--skip-check", MILLRACE_FAULT="writer.before_commit:1:kill")
        self.assertEqual(killed.code, -9, killed.stderr)
        resumed = self.migrate("--resume")

        self.assertEqual(resumed.code, COMPLETE, resumed.stderr)
        (disk,) = [check["message"] for check in self.program.report()["checks"] if check["where"] == "disk"]
        self.assertRegex(disk, "are free at /.*; less will do, since some of it is stored already")

    def test_disk_that_is_only_just_large_enough(self):
        def believe(rows):
            self.fill("alter table t stats_persistent = 1, stats_auto_recalc = 0; analyze table t; rename table t to u;"
                      f"update mysql.innodb_table_stats set n_rows = {rows} where database_name = '{self.database}';"
                      "rename table u to t")
            return self.check()["estimate"]["disk_bytes"]

        first, second = believe(100_000_000), believe(200_000_000)
        free = shutil.disk_usage(self.servers.folder).free
        rows = round(100_000_000 * (1 + (0.88 * free - first) / (second - first)))
        believe(rows)
        self.assert_line("WARN", "disk", "are needed .* are free at /", "may be a third too low")

    def test_target_of_the_usual_size(self):
        self.check()

        for subject in ("hold up", "disk", "max_wal_size", "maintenance_work_mem", "wal_level", "followers", "collation", "max_connections"):
            self.assertEqual([line["verdict"] for line in self.lines(subject)], ["OK"], subject)

    def test_slot_that_nobody_reads(self):
        self.target.run("select pg_create_physical_replication_slot('forgotten', true)")
        self.addCleanup(self.target.run, "select pg_drop_replication_slot('forgotten')")
        self.check()

        self.assert_line("WARN", "replication slots", "keep all WAL .*forgotten", "pg_drop_replication_slot")

    def test_standbys(self):
        folder = self.folder / "wal"
        folder.mkdir()
        bindir = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        command = [f"{bindir}/pg_receivewal", "--directory", folder, "--no-loop", "--host=127.0.0.1",
                   f"--port={self.target.port}", f"--username={self.target.user}"]
        with subprocess.Popen(command, env={"PGPASSWORD": self.target.password}) as receiver:
            try:
                await_true(lambda: self.target.value("select count(*) from pg_stat_replication") == "1", "WAL is received")
                self.check()
            finally:
                receiver.terminate()
        self.assert_line("WARN", "standbys", "1 standbys or subscribers", "pg_stat_replication")

    def test_commits_that_wait_for_a_standby(self):
        self.set_target("synchronous_standby_names", "nobody")
        await_true(lambda: self.target.value("show synchronous_standby_names") == "nobody", "the setting is in force")
        self.check()

        self.assert_line("WARN", "synchronous standbys", "waits for synchronous standbys .nobody", "synchronous_commit = local")

    def test_collation_of_another_library(self):
        self.target.drop_database(self.database)
        self.target.run(f"create database {quote(self.database)} template template0 encoding 'UTF8' locale_provider icu icu_locale 'en';"
                        f"update pg_database set datcollversion = '1' where datname = {literal(self.database)}")
        self.check()

        self.assert_line("WARN", "collation", "of another version", "REFRESH COLLATION VERSION")

    def test_connections_that_others_would_miss(self):
        self.check("--writers", "132", "--builders", "64", "--schema-only")

        self.assert_line("WARN", "max_connections", "196 of 200 connections will be used", "--writers")


class CheckOfOtherServers(CheckOfServers):
    """A source that hangs up soon, whoever asks, and keeps no binlog; a target that writes no more WAL than it must."""

    SETTINGS = ("mariadb.maximum-net_write_timeout=60", "mariadb.skip-log-bin=ON", "postgres15.wal_level=minimal", "postgres15.max_wal_senders=0")

    def test_source_that_hangs_up_soon(self):
        self.check()
        self.assert_line("WARN", "timeouts", "net_write_timeout is 60 s", "raise them on the server")

    def test_source_without_a_binlog(self):
        self.check()
        self.assert_line("OK", "binlog", "the binlog is off: the snapshot has no position")

        account = self.as_account(f"select on `{self.database}`.*")
        self.check(source=account)
        self.assert_line("FAIL", "snapshot", "no way to one instant", "GRANT RELOAD ON .*GRANT SELECT, LOCK TABLES")
        self.check("--snapshot", "position", source=account)
        self.assert_line("FAIL", "snapshot", "needs the binlog, and it is off")

    def test_target_that_needs_no_wal_for_new_tables(self):
        self.check()
        self.assert_line("OK", "wal_level", "minimal: groups of small tables")


if __name__ == "__main__":
    unittest.main()
