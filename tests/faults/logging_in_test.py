#!/usr/bin/env python3
"""Where passwords and certificates may come from, as a user gives them: options, URLs, files."""

import os
import pathlib
import pty
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from fault_test_case import (BAD_REQUEST, COMPLETE, SECRET, Mysql, OneTableTestCase, Postgres, literal,
                             quote, variable)
from clients import Outcome

CA, OTHER_CA = variable("MILLRACE_TLS_CA"), variable("MILLRACE_TLS_OTHER_CA")
CERTIFICATE, KEY = variable("MILLRACE_TLS_CERT"), variable("MILLRACE_TLS_KEY")


class LoggingInTestCase(OneTableTestCase):
    def arrived(self, outcome):
        self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
        self.assert_no_secret(outcome)
        rows = self.target.value(f"select count(*) from {quote(self.database)}.t", self.database)
        self.assertEqual(rows, "2")


class SourceTls(LoggingInTestCase):
    def encrypted_account(self):
        """An account that comes in over TLS only."""
        account = self.source_account("all on *.*")
        self.source.run(f"alter user {account}@'%' require ssl")
        return account

    def over(self, *words, account=None, query=""):
        account = account or self.encrypted_account()
        password = "" if account == "certified" else SECRET
        url = self.source.url(self.database, user=account, password=password, query=query)
        return self.migrate(*words, source=url)

    def test_required_is_encrypted(self):
        self.arrived(self.over("--source-ssl-mode", "required"))

    def test_disabled_is_not(self):
        self.refused(self.over("--source-ssl-mode", "disabled"), BAD_REQUEST, "Access denied", ".")

    def test_verify_ca_with_the_right_authority(self):
        self.arrived(self.over("--source-ssl-mode", "verify-ca", "--source-ssl-ca", CA))

    def test_verify_ca_with_another_authority(self):
        outcome = self.over("--source-ssl-mode", "verify-ca", "--source-ssl-ca", OTHER_CA)

        self.refused(outcome, BAD_REQUEST, "cannot connect to the source .*[Cc]ertificate", "--source-ssl-ca")

    def test_verify_full_with_the_right_authority_by_the_url(self):
        self.arrived(self.over(query=f"ssl-mode=verify-full&ssl-ca={CA}"))

    def test_verify_full_with_another_authority_by_the_url(self):
        outcome = self.over(query=f"ssl-mode=verify-full&ssl-ca={OTHER_CA}")

        self.refused(outcome, BAD_REQUEST, "cannot connect to the source .*[Cc]ertificate", "--source-ssl-ca")

    def test_verify_full_by_an_option_file(self):
        (self.folder / ".my.cnf").write_text(f"[client]\nssl-ca = {CA}\nssl-verify-server-cert\n")

        self.arrived(self.over())

    def test_verify_full_by_an_option_file_with_another_authority(self):
        (self.folder / ".my.cnf").write_text(f"[client]\nssl-ca = {OTHER_CA}\nssl-verify-server-cert\n")

        self.refused(self.over(), BAD_REQUEST, "cannot connect to the source .*[Cc]ertificate",
                     "--source-ssl-ca")

    def test_a_client_certificate_logs_in(self):
        outcome = self.over("--source-ssl-mode", "required", "--source-ssl-cert", CERTIFICATE,
                            "--source-ssl-key", KEY, account="certified")

        self.arrived(outcome)

    def test_without_its_client_certificate_an_account_is_refused(self):
        self.refused(self.over("--source-ssl-mode", "required", account="certified"), BAD_REQUEST,
                     "Access denied for user 'certified'", ".")

    def test_an_authority_file_that_is_not_there(self):
        outcome = self.over("--source-ssl-mode", "verify-ca", "--source-ssl-ca", "no/such/ca.pem")

        self.refused(outcome, BAD_REQUEST, "cannot connect to the source", "--source-ssl-ca|ssl-ca")

    def test_a_mode_that_is_none(self):
        self.refused(self.over("--source-ssl-mode", "verify-cs"), BAD_REQUEST, "verify-cs", "verify-ca")

    def test_a_server_without_tls_where_tls_is_required(self):
        old = Mysql(variable("MILLRACE_MYSQL56"))
        outcome = self.migrate(source=old.url("mysql", query="ssl-mode=required"))

        self.refused(outcome, BAD_REQUEST, "cannot connect to the source", "ssl-mode")


class TargetTls(LoggingInTestCase):
    def setUp(self):
        super().setUp()
        # The session that creates the schema of the database writes down how it came in.
        self.target.run(
            "create table public.seen (encrypted bool, client text);"
            "create function public.see() returns event_trigger language plpgsql as $$ begin"
            " insert into public.seen select ssl, client_dn from pg_stat_ssl where pid = pg_backend_pid()"
            " and exists (select from pg_event_trigger_ddl_commands() where object_identity <> 'millrace');"
            " end $$; create event trigger see on ddl_command_end when tag in ('CREATE SCHEMA')"
            " execute function public.see()", self.database)

    def tables(self, target, database):
        return [name for name in super().tables(target, database) if name != ("public", "seen")]

    def over(self, *words, user=None, query=""):
        password = "" if user else None
        return self.migrate(*words, target=self.target.url(self.database, user=user, password=password,
                                                           query=query))

    def seen(self):
        return self.target.value("select * from public.seen", self.database)

    def test_require_is_encrypted(self):
        self.arrived(self.over("--target-sslmode", "require"))
        self.assertEqual(self.seen(), "t|NULL")

    def test_disable_is_not(self):
        self.arrived(self.over("--target-sslmode", "disable"))
        self.assertEqual(self.seen(), "f|NULL")

    def test_verify_full_with_the_right_authority(self):
        self.arrived(self.over("--target-sslmode", "verify-full", "--target-sslrootcert", CA))
        self.assertEqual(self.seen(), "t|NULL")

    def test_verify_full_with_another_authority(self):
        outcome = self.over("--target-sslmode", "verify-full", "--target-sslrootcert", OTHER_CA)

        self.refused(outcome, BAD_REQUEST, "cannot connect to the target .*certificate", "sslrootcert")

    def test_verify_ca_with_another_authority_by_the_url(self):
        outcome = self.over(query=f"sslmode=verify-ca&sslrootcert={OTHER_CA}")

        self.refused(outcome, BAD_REQUEST, "cannot connect to the target .*certificate", "sslrootcert")

    def test_a_client_certificate_logs_in_by_a_job_file(self):
        (self.folder / "job.toml").write_text(
            f'[target]\nsslmode = "verify-full"\nsslrootcert = "{CA}"\n'
            f'sslcert = "{CERTIFICATE}"\nsslkey = "{KEY}"\n')
        outcome = self.over("--job", "job.toml", user="certified")

        self.arrived(outcome)
        self.assertEqual(self.seen(), "t|/CN=certified")

    def test_without_its_client_certificate_a_role_is_refused(self):
        self.refused(self.over("--target-sslmode", "require", user="certified"), BAD_REQUEST,
                     "cannot connect to the target .*certificate", "sslcert|pg_hba|user")

    def test_an_authority_file_of_the_target_that_is_not_there(self):
        outcome = self.over("--target-sslmode", "verify-full", "--target-sslrootcert", "no/such/ca.pem")

        self.refused(outcome, BAD_REQUEST, "no/such/ca.pem", "sslrootcert")

    def test_a_mode_of_the_target_that_is_none(self):
        self.refused(self.over("--target-sslmode", "verify-fool"), BAD_REQUEST, "verify-fool", "verify-full")


class Passwords(LoggingInTestCase):
    def setUp(self):
        super().setUp()
        self.account = self.source_account("all on *.*")
        self.role = self.target_role(f"create on database {quote(self.database)}")

    def run_with(self, *words, source_password=SECRET, target_password=SECRET, **environment):
        """A side whose password is '' must find it elsewhere."""
        return self.migrate(
            *words, source=self.source.url(self.database, user=self.account, password=source_password),
            target=self.target.url(self.database, user=self.role, password=target_password),
            **environment)

    def test_in_the_urls_percent_encoded(self):
        self.arrived(self.run_with())

    def test_in_our_own_variables(self):
        self.arrived(self.run_with(source_password="", target_password="",
                                   MILLRACE_SOURCE_PASSWORD=SECRET, MILLRACE_TARGET_PASSWORD=SECRET))

    def test_in_the_variables_of_the_servers_own_clients(self):
        self.arrived(self.run_with(source_password="", target_password="", MYSQL_PWD=SECRET,
                                   PGPASSWORD=SECRET))

    def test_in_option_files_at_home(self):
        (self.folder / ".my.cnf").write_text(
            f"[mysqld]\npassword=wrong\n[client]\nuser = {self.account}\npassword = \"{SECRET}\" # quoted\n")
        host = f"127.0.0.1:{self.target.port}:*:{self.role}"
        pgpass = self.folder / ".pgpass"
        pgpass.write_text(f"other:5432:*:*:wrong\n{host}:{SECRET.replace(':', chr(92) + ':')}\n")
        pgpass.chmod(0o600)

        self.arrived(self.run_with(source_password="", target_password=""))

    def test_a_pgpass_that_others_may_read_is_not_used(self):
        pgpass = self.folder / ".pgpass"
        pgpass.write_text(f"*:*:*:*:{SECRET.replace(':', chr(92) + ':')}\n")
        pgpass.chmod(0o644)

        outcome = self.run_with(target_password="")

        self.assertEqual(outcome.code, BAD_REQUEST)
        self.assertRegex(outcome.stderr, "(?s)permissions.*hint: .*~/.pgpass \\(mode 600\\)")
        self.assert_no_secret(outcome)

    def test_in_a_named_option_file(self):
        (self.folder / "mine.cnf").write_text(f"[client]\npassword='{SECRET}'\n")

        self.arrived(self.run_with("--defaults-file", "mine.cnf", source_password=""))

    def test_an_option_file_is_not_read_where_told_so(self):
        (self.folder / ".my.cnf").write_text(f"[client]\npassword='{SECRET}'\n")

        self.refused(self.run_with("--no-defaults", source_password=""), BAD_REQUEST, "Access denied",
                     "give the password")

    def test_in_password_files(self):
        for name in ("source", "target"):
            (self.folder / name).write_text(f"{SECRET}\nsecond line\n")

        self.arrived(self.run_with("--source-password-file", "source", "--target-password-file", "target",
                                   source_password="", target_password=""))

    def test_the_urls_own_wins(self):
        self.arrived(self.run_with(MYSQL_PWD="wrong", PGPASSWORD="wrong", MILLRACE_SOURCE_PASSWORD="wrong",
                                   MILLRACE_TARGET_PASSWORD="wrong"))

    def test_sockets_need_none(self):
        source = f"mysql://root@/{self.database}?socket={variable('MILLRACE_MARIADB_SOCKET')}"
        folder = variable("MILLRACE_POSTGRES15_SOCKET")
        target = f"postgresql://postgres@/{self.database}?host={folder}&port={self.target.port}"

        self.arrived(self.migrate(source=source, target=target, MYSQL_PWD=self.source.password))

    def at_a_terminal(self, *words, answers):
        """Run with a terminal of its own, and answer what it asks for; all that it showed."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(self.program.path, [str(self.program.path), *words], self.program.environment())
        shown = b""
        answers = list(answers)
        try:
            while True:
                shown += os.read(terminal, 4096)
                if answers and shown.endswith(answers[0][0].encode()):
                    os.write(terminal, answers.pop(0)[1].encode())
        except OSError:
            pass  # how a terminal says that nobody is left on its other side
        os.close(terminal)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return Outcome(code, shown.decode(errors="replace"), "")

    def urls(self):
        return (self.source.url(self.database, user=self.account, password=""),
                self.target.url(self.database, user=self.role, password=""))

    def test_at_a_terminal_when_a_server_wants_it(self):
        source, target = self.urls()
        outcome = self.at_a_terminal("migrate", source, target, "--progress", "none", answers=[
            (f"Password for the source {source}: ", SECRET + "x\b\n"),
            (f"Password for the target {target}: ", SECRET + "\r")])

        self.arrived(outcome)

    def test_at_a_terminal_when_asked_to(self):
        source, target = self.urls()
        outcome = self.at_a_terminal("migrate", source, target, "--progress", "none", "--password-prompt",
                                     answers=[(": ", SECRET + "\n"), (f"{target}: ", SECRET + "\n")])

        self.arrived(outcome)

    def test_ctrl_c_at_the_prompt(self):
        source, target = self.urls()
        outcome = self.at_a_terminal("migrate", source, target, "--password-prompt",
                                     answers=[(": ", "half a passw\x03")])

        self.assertEqual(outcome.code, 130)
        self.assertNotIn("half a", outcome.stdout)
        self.assert_untouched(self.target, self.database)


if __name__ == "__main__":
    unittest.main()
