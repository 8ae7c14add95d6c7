#!/usr/bin/env python3
"""Requests, accounts and values that cannot be: each gets one message, a hint and an exit code."""

import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import (BAD_DATA, BAD_REQUEST, COMPLETE, CONFLICT, CONNECTION_LOST, EXHAUSTED, SECRET,
                             Locker, Mysql, OneTableTestCase, await_true, quote, variable)


def closed_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Connections(OneTableTestCase):
    def test_unknown_host_of_the_source(self):
        outcome = self.migrate(source="mysql://root@no-such-host.invalid/shop")

        self.refused(outcome, CONNECTION_LOST, "cannot connect to the source .*no-such-host",
                     "check the host name")

    def test_unknown_host_of_the_target(self):
        outcome = self.migrate(target="postgresql://postgres@no-such-host.invalid/farm")

        self.refused(outcome, CONNECTION_LOST, "cannot connect to the target .*no-such-host",
                     "check the host name")

    def test_nobody_listens_on_the_port_of_the_source(self):
        outcome = self.migrate(source=self.source.url(self.database, port=closed_port()))

        self.refused(outcome, CONNECTION_LOST, "cannot connect to the source mysql://root:\\*\\*\\*@",
                     "check host and port")

    def test_nobody_listens_on_the_port_of_the_target(self):
        outcome = self.migrate(target=self.target.url(self.database, port=closed_port()))

        self.refused(outcome, CONNECTION_LOST,
                     "cannot connect to the target postgresql://postgres:\\*\\*\\*@", "check host and port")

    def test_no_socket_of_the_source(self):
        outcome = self.migrate(source=f"mysql://root@/{self.database}?socket={self.folder}/no.sock")

        self.refused(outcome, CONNECTION_LOST, "cannot connect to the source .*no.sock",
                     "check host and port \\(or socket\\)")

    def test_no_socket_of_the_target(self):
        outcome = self.migrate(target=f"postgresql://postgres@/{self.database}?host={self.folder}")

        self.refused(outcome, CONNECTION_LOST, "cannot connect to the target", "the socket's folder")

    def test_wrong_password_of_the_source(self):
        account = self.source_account("select on *.*")
        outcome = self.migrate(
            source=self.source.url(self.database, user=account, password=SECRET + "x"))

        self.refused(outcome, BAD_REQUEST, "cannot connect to the source .*Access denied",
                     "check user and password")

    def test_wrong_password_of_the_target(self):
        role = self.target_role()
        outcome = self.migrate(
            target=self.target.url(self.database, user=role, password=SECRET + "x"))

        self.refused(outcome, BAD_REQUEST, "cannot connect to the target .*password authentication",
                     "check user and password")

    def test_no_password_of_the_source_and_nobody_to_ask(self):
        outcome = self.migrate(source=self.source.url(self.database, password=""))

        self.refused(outcome, BAD_REQUEST, "cannot connect to the source .*Access denied",
                     "give the password: MYSQL_PWD")

    def test_no_password_of_the_target_and_nobody_to_ask(self):
        outcome = self.migrate(target=self.target.url(self.database, password=""))

        self.refused(outcome, BAD_REQUEST, "cannot connect to the target .*password",
                     "PGPASSWORD.*~/.pgpass")

    def test_prompt_without_a_terminal(self):
        outcome = self.migrate("--password-prompt", source=self.source.url(self.database, password=""))

        self.refused(outcome, BAD_REQUEST, "cannot ask for the password of the source",
                     "MILLRACE_SOURCE_PASSWORD")

    def test_unknown_user_of_the_source(self):
        outcome = self.migrate(source=self.source.url(self.database, user="nobody_here"))

        self.refused(outcome, BAD_REQUEST, "Access denied for user 'nobody_here'", "check user")

    def test_unknown_role_of_the_target(self):
        outcome = self.migrate(target=self.target.url(self.database, user="nobody_here"))

        self.refused(outcome, BAD_REQUEST, "cannot connect to the target .*nobody_here", "check user")

    def test_unknown_database_of_the_source(self):
        outcome = self.migrate(source=self.source.url("no_such_database"))

        self.refused(outcome, BAD_REQUEST, "Unknown database 'no_such_database'", "--databases")

    def test_glob_that_matches_no_database(self):
        outcome = self.migrate("--databases", "no_such_*", source=self.source.url())

        self.refused(outcome, BAD_REQUEST, "cannot find a database that matches 'no_such_\\*'",
                     f"the account sees: .*{self.database}")

    def test_unknown_database_of_the_target(self):
        outcome = self.migrate(target=self.target.url("no_such_database"))

        self.refused(outcome, BAD_REQUEST, '"no_such_database" does not exist',
                     "createdb no_such_database")

    def test_mysql_where_postgresql_should_be(self):
        outcome = self.migrate(target=self.target.url(self.database, port=self.source.port))

        self.refused(outcome, BAD_REQUEST, "this is a MariaDB server \\(10.*\\), not a PostgreSQL server",
                     "give the PostgreSQL server's host and port")

    def test_old_mysql_where_postgresql_should_be(self):
        old = Mysql(variable("MILLRACE_MYSQL56"))
        outcome = self.migrate(target=self.target.url(self.database, port=old.port))

        self.refused(outcome, BAD_REQUEST, "this is a MySQL server \\(5.6.*\\), not a PostgreSQL server",
                     "give the PostgreSQL server's host and port")

    def test_postgresql_where_mysql_should_be(self):
        outcome = self.migrate(source=self.source.url(self.database, port=self.target.port))

        self.refused(outcome, BAD_REQUEST, "this is a PostgreSQL server, not MySQL or MariaDB",
                     "give the MySQL server's host and port")

    def test_urls_in_the_wrong_order(self):
        outcome = self.migrate(source=self.target.url(self.database),
                               target=self.source.url(self.database))

        self.refused(outcome, BAD_REQUEST, "source", "the source comes first, then the target")

    def test_target_that_is_not_utf8(self):
        self.target.drop_database(self.database)
        self.target.run(f"create database {quote(self.database)} template template0"
                        " encoding 'LATIN1' locale 'C'")
        outcome = self.migrate()

        self.refused(outcome, BAD_REQUEST, "its database is in LATIN1, not UTF8", "ENCODING 'UTF8'")

    def test_target_that_is_read_only(self):
        self.target.run(f"alter database {quote(self.database)} set default_transaction_read_only = on")
        outcome = self.migrate()

        self.refused(outcome, BAD_REQUEST, "read-only", "primary|default_transaction_read_only")

    def test_target_with_too_few_connections(self):
        role = self.target_role(f"create on database {quote(self.database)}")
        self.target.run(f"alter role {role} connection limit 2")
        outcome = self.migrate("--retries", "1", "--retry-pause", "1",
                               target=self.target.url(self.database, user=role, password=SECRET))

        self.refused(outcome, EXHAUSTED, "too many connections", "--writers")

    def test_source_with_too_few_connections(self):
        account = self.source_account("all on *.*")
        self.source.run(f"grant usage on *.* to {account}@'%' with max_user_connections 2")
        outcome = self.migrate("--readers", "8", "--retries", "1", "--retry-pause", "1", source=self.source.url(
            self.database, user=account, password=SECRET))

        self.refused(outcome, EXHAUSTED, "max_user_connections", "--readers")


class Privileges(OneTableTestCase):
    def from_account(self, *grants, words=()):
        account = self.source_account(*grants)
        return self.migrate(*words, source=self.source.url(self.database, user=account, password=SECRET))

    def to_role(self, *grants, words=()):
        role = self.target_role(*grants)
        return role, self.migrate(*words, target=self.target.url(self.database, user=role,
                                                                 password=SECRET))

    def test_source_account_that_may_nothing(self):
        outcome = self.from_account("usage on *.*")

        self.refused(outcome, BAD_REQUEST, "Access denied for user", "GRANT SELECT")

    def test_source_account_that_may_not_lock_tables_without_transactions(self):
        self.fill("create table old (id int primary key) engine=myisam")
        outcome = self.from_account(f"select on `{self.database}`.*")

        self.refused(outcome, BAD_REQUEST, "MyISAM .* the account may not lock them",
                     "GRANT LOCK TABLES ON ")

    def test_source_account_with_the_least_privileges_is_enough(self):
        outcome = self.from_account(f"select, show view, lock tables on `{self.database}`.*")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assert_no_secret(outcome)

    def test_source_account_that_may_not_lock_the_chosen_way(self):
        outcome = self.from_account(f"select on `{self.database}`.*", words=("--snapshot", "flush-lock"))

        self.refused(outcome, BAD_REQUEST, "the account may not FLUSH TABLES", "GRANT RELOAD")

    def test_target_role_without_create_on_the_database(self):
        role, outcome = self.to_role()

        self.refused(outcome, BAD_REQUEST, f"cannot create schema {self.database}",
                     f'GRANT CREATE ON DATABASE .*{self.database}.* TO "?{role}')

    def test_target_role_without_create_on_the_schema(self):
        self.target.run(f"create schema {quote(self.database)}", self.database)
        role, outcome = self.to_role()

        self.assert_says(outcome, BAD_REQUEST, f"schema {self.database}.*permission denied",
                         f'GRANT (USAGE, )?CREATE ON SCHEMA .*{self.database}.* TO "?{role}')
        self.assertEqual(self.tables(self.target, self.database), [])

    def test_target_role_that_may_not_insert(self):
        self.target.run(f"create schema s; create table s.t (id int, words varchar(20))", self.database)
        words = ("--data-only", "--no-ledger", "--schema-map", f"{self.database}=s")
        role, outcome = self.to_role("usage on schema s", words=words)

        self.assert_says(outcome, BAD_REQUEST, "permission denied for table t",
                         f'GRANT INSERT ON TABLE "s"."t" TO "{role}"')
        self.assertEqual(self.target.value("select count(*) from s.t", self.database), "0")

    def test_target_role_that_may_not_drop_what_is_in_the_way(self):
        self.target.run(f"create schema s; create table s.t (mine int); insert into s.t values (7)",
                        self.database)
        words = ("--if-exists", "drop", "--no-ledger", "--schema-map", f"{self.database}=s")
        role, outcome = self.to_role("usage, create on schema s", words=words)

        self.assert_says(outcome, BAD_REQUEST, "must be owner of table t", "owner")
        self.assertEqual(self.target.value("select mine from s.t", self.database), "7")

    def test_target_role_with_the_least_privileges_is_enough(self):
        role, outcome = self.to_role(f"create on database {quote(self.database)}")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assert_no_secret(outcome)


class InTheWay(OneTableTestCase):
    """What stands in the target and cannot be dropped or emptied; nothing is touched then."""

    def setUp(self):
        super().setUp()
        schema = quote(self.database)
        self.target.run(f"create schema {schema}; create table {schema}.t (id int primary key, words varchar(20));"
                        f"insert into {schema}.t values (7, 'mine');", self.database)

    def refused(self, outcome, message, hint, row="7|mine"):
        self.assert_says(outcome, BAD_REQUEST, message, hint)
        self.assertEqual(outcome.stderr.count("\n"), 2, "a message and a hint, a line each")
        self.assertEqual(self.report()["left_in_target"], [])
        self.assertEqual(self.target.value(f"select * from {quote(self.database)}.t", self.database), row)

    def report(self):
        return self.program.report()

    def test_a_view_over_what_should_be_dropped(self):
        for name in ("one", "two"):
            self.target.run(f"create view public.{name} as select * from {quote(self.database)}.t", self.database)

        self.refused(self.migrate("--if-exists", "drop"), "view public.one depends on .*view public.two depends on",
                     "drop first what depends on it")

    def test_a_key_at_what_should_be_dropped(self):
        self.target.run(f"create table public.x (t int references {quote(self.database)}.t)", self.database)

        self.refused(self.migrate("--if-exists", "drop"), "x_t_fkey", "drop first what depends on it")

    def test_a_key_at_what_should_be_emptied(self):
        self.target.run(f"create table public.x (t int references {quote(self.database)}.t)", self.database)

        self.refused(self.migrate("--if-exists", "truncate"), 'Table "x" references "t"', "--if-exists append")

    def test_a_lock_that_the_role_does_not_wait_for(self):
        self.target.run(f"alter database {quote(self.database)} set lock_timeout = '1ms'")
        locker = Locker.of_target(self.target, self.database, f"lock table {quote(self.database)}.t in share mode")
        self.addCleanup(locker.release)
        locker.await_held()

        outcome = self.migrate("--if-exists", "drop")

        self.assert_says(outcome, CONFLICT, "lock timeout", "pg_locks")
        self.assertEqual(self.target.value(f"select * from {quote(self.database)}.t", self.database), "7|mine")

    def test_a_view_where_a_table_should_be(self):
        self.target.run(f"alter table {quote(self.database)}.t rename to kept;"
                        f"create view {quote(self.database)}.t as select * from {quote(self.database)}.kept",
                        self.database)
        for how in ("drop", "truncate", "append"):
            self.refused(self.migrate("--if-exists", how), f"stands in the target already: {self.database}.t", ".")

    def test_a_column_of_another_type(self):
        self.target.run(f"alter table {quote(self.database)}.t alter words type point using point '(1,2)'",
                        self.database)

        self.refused(self.migrate("--if-exists", "append"),
                     "its column is point in the target, and nothing makes that of what would be "
                     "varchar\\(20\\) .*column=words", "--if-exists drop", row="7|(1,2)")

    def test_a_column_that_is_missing(self):
        self.fill("alter table t add column more int")

        self.refused(self.migrate("--if-exists", "append"), "without this column .*column=more", "--if-exists drop")

    def test_a_row_that_is_there_already(self):
        self.fill("insert into t values (7, 'other')")
        outcome = self.migrate("--if-exists", "append")

        self.assert_says(outcome, BAD_DATA, "duplicate key .*\\(id\\)=\\(7\\)", None)
        self.assertEqual(self.target.value(f"select * from {quote(self.database)}.t", self.database), "7|mine")


class CommandLine(OneTableTestCase):
    def job(self, text):
        (self.folder / "job.toml").write_text(text)
        return self.migrate("--job", "job.toml")

    def test_unknown_option(self):
        self.refused(self.migrate("--reeders", "2"), BAD_REQUEST, "unknown option --reeders",
                     "did you mean --readers")

    def test_unknown_command(self):
        self.refused(self.program.run("migrat"), BAD_REQUEST, "unknown command migrat",
                     "did you mean millrace migrate")

    def test_option_without_its_value(self):
        self.refused(self.program.run("migrate", "--readers"), BAD_REQUEST, "--readers has no value",
                     "--help")

    def test_no_target(self):
        self.refused(self.program.run("migrate", self.source.url()), BAD_REQUEST, "no target given",
                     "postgresql://")

    def test_number_that_is_none(self):
        self.refused(self.migrate("--readers", "many"), BAD_REQUEST, "--readers: 'many'", ".")

    def test_size_that_is_none(self):
        self.refused(self.migrate("--chunk-bytes", "64 sheep"), BAD_REQUEST, "'64 sheep' is no size",
                     "64MiB")

    def test_too_little_memory(self):
        self.refused(self.migrate("--memory", "20MiB"), BAD_REQUEST, "cannot run .* in 20 MiB",
                     "raise --memory")

    def test_word_that_is_none(self):
        self.refused(self.migrate("--if-exists", "trunkate"), BAD_REQUEST, "--if-exists: .*trunkate",
                     "truncate")

    def test_include_that_matches_nothing(self):
        self.refused(self.migrate("--include", "no_such_table"), BAD_REQUEST,
                     "cannot find a single table", "--include")

    def test_data_only_into_what_is_not_there(self):
        self.refused(self.migrate("--data-only"), BAD_REQUEST,
                     f"cannot load the table: it is not in the target .*table={self.database}.t",
                     "--data-only")

    def test_job_file_that_is_not_there(self):
        self.refused(self.migrate("--job", "no.toml"), BAD_REQUEST,
                     "cannot read the job file no.toml: No such file", ".")

    def test_malformed_job_file(self):
        outcome = self.job('databases = ["a"]\nreaders = = 2\n')

        self.refused(outcome, BAD_REQUEST, "job.toml: line 2, column 1?[0-9]: ", "TOML")

    def test_unknown_key_of_a_job_file(self):
        self.refused(self.job("\nreeders = 2\n"), BAD_REQUEST, "'reeders' \\(job.toml, line 2\\)",
                     "did you mean readers")

    def test_key_in_the_wrong_section_of_a_job_file(self):
        self.refused(self.job("[types]\nreaders = 2\n"), BAD_REQUEST, "'types.readers'", "readers")

    def test_value_of_the_wrong_kind_in_a_job_file(self):
        self.refused(self.job('readers = "two"\n'), BAD_REQUEST,
                     "'readers' \\(job.toml, line 1\\): it must be a whole number", "without quotes")

    def test_report_into_a_folder_that_is_not_there(self):
        outcome = self.migrate("--report", "no/such/folder/run.html")

        self.refused(outcome, BAD_REQUEST, "cannot use --report no/such/folder/run.html", "folder")

    def test_report_where_a_folder_stands(self):
        (self.folder / "taken.json").mkdir()
        outcome = self.migrate("--report", "taken.json")

        self.refused(outcome, BAD_REQUEST, "taken.json", ".")

    def test_report_of_an_unknown_kind(self):
        self.refused(self.migrate("--report", "run.pdf"), BAD_REQUEST, "neither .json nor .html",
                     "report.html")

    def test_log_file_that_cannot_be_written(self):
        (self.folder / "file").write_text("no folder")

        self.refused(self.migrate("--log-file", "file/run.log"), BAD_REQUEST, "file/run.log", ".")

    def test_password_file_that_is_not_there(self):
        outcome = self.migrate("--target-password-file", "no.txt",
                               target=self.target.url(self.database, password=""))

        self.refused(outcome, BAD_REQUEST, "cannot read the password file no.txt: No such file",
                     "the first line of the file after --target-password-file")


class Values(OneTableTestCase):
    """A value that the target cannot hold stops the run and is named: table, column, key, value."""

    def stopped(self, message, *words, hint=None):
        outcome = self.migrate(*words)
        self.assert_says(outcome, BAD_DATA, message, hint)
        self.assertIn(f"table={self.database}.v", outcome.stderr)
        self.assert_names_what_is_left(self.target, self.database, outcome)
        return outcome

    def test_number_that_is_no_truth_value_names_the_switch(self):
        self.fill("create table v (id int primary key, yes tinyint(1)); insert into v values (1, 1), (7, 2)")

        self.stopped('neither 0 nor 1 .*column=yes key=id=7 value="2"', hint="--tinyint1 smallint")

    def test_the_switch_that_was_named_helps(self):
        self.fill("create table v (id int primary key, yes tinyint(1)); insert into v values (7, 2)")

        outcome = self.migrate("--tinyint1", "smallint")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)

    def test_zero_date(self):
        self.fill("set sql_mode = ''; create table v (a int, b varchar(5), at date, primary key (a, b));"
                  "insert into v values (1, 'x', '2000-01-01'), (2, 'y', '0000-00-00')")

        self.stopped('zero or partial date .*column=at key=a=2,b=.?y.? value="0000-00-00"')

    def test_partial_date(self):
        self.fill("set sql_mode = 'ALLOW_INVALID_DATES'; create table v (id int primary key, at datetime);"
                  "insert into v values (3, '2000-02-00 01:02:03')")

        self.stopped('date.*column=at key=id=3 value="2000-02-00 01:02:03"')

    def test_day_that_no_month_has(self):
        self.fill("set sql_mode = 'ALLOW_INVALID_DATES'; create table v (id int primary key, at date);"
                  "insert into v values (3, '2001-02-31')")

        self.stopped('column=at key=id=3 value="2001-02-31"')

    def test_nul_in_text(self):
        self.fill("create table v (id int primary key, words varchar(20));"
                  "insert into v values (4, 'a\\0b')")

        self.stopped("NUL byte in text .*column=words key=id=4 value=")

    def test_unsigned_key_above_bigint(self):
        self.fill("create table v (id bigint unsigned not null auto_increment primary key);"
                  "insert into v values (9223372036854775808)")

        self.stopped('out of range .*column=id key=id=9223372036854775808 value="9223372036854775808"')

    def test_time_beyond_a_day_where_time_was_chosen(self):
        self.fill("create table v (id int primary key, span time); insert into v values (5, '24:00:01')")

        self.stopped('column=span key=id=5 value="24:00:01"', "--time", "time")

    def test_the_error_member_of_an_enum(self):
        self.fill("set sql_mode = ''; create table v (id int primary key, mood enum('a'));"
                  "insert into v values (6, 'b')")

        self.stopped('no label of the enum .*column=mood key=id=6 value="\\(empty\\)"', hint="--enum text")

    def test_json_that_jsonb_cannot_hold(self):
        self.fill("create table v (id int primary key, body json); insert into v values (8, '\"\\\\u0000\"')")

        self.stopped("not JSON that PostgreSQL can hold .*column=body key=id=8", hint="--json-type text")

    def test_value_in_a_table_without_a_key(self):
        self.fill("create table v (yes tinyint(1)); insert into v values (3)")

        self.stopped('column=yes key=\\(table without a key\\) value="3"')

    def test_long_value_is_shown_in_part(self):
        self.fill("create table v (id int primary key, body longtext);"
                  "insert into v values (1, concat(repeat('x', 1000000), '\\0'))")

        outcome = self.stopped("NUL byte in text .*column=body")
        self.assertLess(len(outcome.stderr), 2000)

    def test_key_too_long_for_an_index(self):
        # Like random bytes, since PostgreSQL would compress what repeats.
        self.fill("create table v (id int primary key, raw varbinary(3000), key by_raw (raw)) engine=innodb;"
                  "set @raw = '';"
                  + "".join(f"set @raw = concat(@raw, unhex(md5({i})));" for i in range(180))
                  + "insert into v values (1, @raw)")

        outcome = self.migrate()

        self.assert_says(outcome, BAD_DATA, "by_raw", None)
        self.assert_names_what_is_left(self.target, self.database, outcome)

    def test_row_whose_parent_is_missing(self):
        self.fill("set foreign_key_checks = 0; create table parent (id int primary key);"
                  "create table v (id int primary key, up int, constraint to_parent foreign key (up)"
                  " references parent (id)); insert into v values (1, 99)")

        outcome = self.migrate()

        self.assert_says(outcome, BAD_DATA, "to_parent", "parent is missing")
        self.assert_names_what_is_left(self.target, self.database, outcome)


class Secrets(OneTableTestCase):
    """A password stays with the server: not on the terminal, in no file, not in the process list."""

    def urls(self):
        account = self.source_account("all on *.*")
        role = self.target_role(f"create on database {quote(self.database)}")
        return (self.source.url(self.database, user=account, password=SECRET),
                self.target.url(self.database, user=role, password=SECRET))

    def test_a_password_in_a_url_is_masked_everywhere(self):
        source, target = self.urls()
        outcome = self.migrate("--report", "run.html", "--log-file", "run.log", "--verbose",
                               source=source, target=target)

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assert_no_secret(outcome)
        self.assertIn(":***@", self.program.report()["command"])
        self.assertIn(":***@", (self.folder / "run.log").read_text())

    def test_a_password_in_a_url_does_not_stay_in_the_process_list(self):
        source, target = self.urls()
        self.target.run(f"create schema {quote(self.database)};"
                        f"create table {quote(self.database)}.t (id int, words varchar(20));"
                        f"grant all on schema {quote(self.database)} to public;"
                        f"grant all on {quote(self.database)}.t to public", self.database)
        locker = Locker.of_target(self.target, self.database, f"lock table {quote(self.database)}.t")
        self.addCleanup(locker.release)
        locker.await_held()
        with self.program.start("migrate", source, target, "--data-only") as process:
            await_true(lambda: self.target.our_sessions(self.database), "it is in the target")
            seen = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes().decode(errors="replace")
            locker.release()
            process.communicate(timeout=60)

        self.assertIn("migrate", seen)
        self.assertIn("***@", seen)
        for spelling in ("Geh3im", "Wort"):
            self.assertNotIn(spelling, seen)

    def test_a_job_file_may_hold_the_password(self):
        source, target = self.urls()
        (self.folder / "job.toml").write_text(
            f'[source]\nurl = "{source}"\n[target]\nurl = "{target}"\n')

        outcome = self.program.run("migrate", "--job", "job.toml", "--report", "run.json")

        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assert_no_secret(outcome)

    def test_a_refused_url_does_not_show_its_password(self):
        source, target = self.urls()
        for broken in (source.replace("mysql://", "mysqll://"), source.replace("@127", "@@127"),
                       source.replace("mysql://", ""), source + "?no_such=1"):
            outcome = self.migrate(source=broken, target=target)

            self.assertEqual(outcome.code, BAD_REQUEST, outcome.stderr)
            self.assert_no_secret(outcome)

    def test_a_call_that_is_refused_does_not_show_its_passwords(self):
        source, target = self.urls()
        for words in (("load", "--rejects", "t.jsonl", source, target), ("load", "--rejects", target),
                      ("load", "--rejects", "t.jsonl", "-" + target), ("load", "--rejects", "t.jsonl", f"--to={target}"),
                      ("migrate", source, target, target), ("migrate", "-" + source, target),
                      ("migrate", source, target, f"--skip-keys={target}"), ("status", source, target),
                      ("archive", "verify", target, target), ("docs", target)):
            with self.subTest(words[:3]):
                outcome = self.program.run(*words)

                self.assertEqual(outcome.code, BAD_REQUEST, outcome.stderr)
                self.assert_no_secret(outcome)


if __name__ == "__main__":
    unittest.main()
