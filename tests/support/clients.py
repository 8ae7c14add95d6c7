"""The servers of tools/servers through their own client programs, and our program as a process."""

import collections
import contextlib
import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import urllib.parse

Outcome = collections.namedtuple("Outcome", "code stdout stderr")

PATIENCE_S = 120  # a client that takes longer hangs


class ClientError(Exception):
    """What a client program said when it failed."""


def variable(name):
    """A variable of the environment that tools/servers prints; without it no test can run."""
    value = os.environ.get(name)
    if not value:
        raise ClientError(f"{name} is not set: run this with tools/test, or below tools/servers run")
    return value


def plain_environment(**more):
    """Our environment without what steers client programs; `more` is added."""
    steers = re.compile(r"PG|MYSQL|MILLRACE_(SOURCE|TARGET)_PASSWORD")
    kept = {name: value for name, value in os.environ.items() if not steers.match(name)}
    return {**kept, **more}


@functools.cache
def postgres_client(name):
    """psql or pg_dump itself: what Debian has on the PATH is a Perl script that costs as much again."""
    installed = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
                       key=lambda path: float(path.parts[-3]))
    return str(installed[-1]) if installed else name


class Server:
    """Where a server listens, and whom it lets in."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.scheme, self.port = parts.scheme, parts.port
        self.user, self.password = parts.username, parts.password

    def url(self, database="", *, user=None, password=None, port=None, query=""):
        """The server's URL with these parts in place of its own; password='' leaves it out."""
        user = self.user if user is None else user
        password = self.password if password is None else password
        secret = f":{urllib.parse.quote(password, safe='')}" if password else ""
        name = urllib.parse.quote(database, safe="")
        account = urllib.parse.quote(user, safe="")
        where = f"127.0.0.1:{port or self.port}"
        return f"{self.scheme}://{account}{secret}@{where}/{name}{'?' + query if query else ''}"

    def ask(self, command, script, environment):
        done = subprocess.run(command, input=script.encode(), capture_output=True, check=False,
                              env=plain_environment(**environment), timeout=PATIENCE_S)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise ClientError(f"{pathlib.Path(command[0]).name} gave {done.returncode}: {said}")
        return done.stdout.decode(errors="surrogateescape")


class Mysql(Server):
    """A MySQL or MariaDB server; a script is what its command-line client reads."""

    def command(self):
        return ["mariadb", "--no-defaults", "--host=127.0.0.1", f"--port={self.port}",
                f"--user={self.user}", "--default-character-set=utf8mb4", "--batch",
                "--skip-column-names"]

    def run(self, script):
        return self.ask(self.command(), script, {"MYSQL_PWD": self.password})

    def value(self, sql):
        return self.run(sql).rstrip("\n")

    def databases(self, prefix):
        names = self.run("show databases").splitlines()
        return [name for name in names if name.startswith(prefix)]

    def drop_databases(self, prefix):
        for name in self.databases(prefix):
            quoted = name.replace("`", "``")
            self.run(f"set foreign_key_checks = 0; drop database `{quoted}`")


class Postgres(Server):
    """A PostgreSQL server; a script is what psql reads."""

    def command(self, database):
        where = ["--host=127.0.0.1", f"--port={self.port}", f"--username={self.user}"]
        return [postgres_client("psql"), "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", *where,
                "--pset=null=NULL", "--set=ON_ERROR_STOP=1", f"--dbname={database}"]

    def run(self, script, database="postgres"):
        settings = "-c timezone=UTC -c datestyle=ISO -c client_min_messages=warning"
        environment = {"PGPASSWORD": self.password, "PGOPTIONS": settings,
                       "PGCLIENTENCODING": "UTF8", "PGAPPNAME": "test"}
        return self.ask(self.command(database), script, environment)

    def value(self, sql, database="postgres"):
        return self.run(sql, database).rstrip("\n")

    def create_database(self, name):
        # From template0: another session in template1 would be in the way. Files are copied in a third
        # of the time that writing each page to the log takes.
        self.run(f"drop database if exists {quote(name)} with (force);"
                 f"create database {quote(name)} template template0 encoding 'UTF8' strategy file_copy")

    def drop_database(self, name):
        self.run(f"drop database if exists {quote(name)} with (force)")

    def our_sessions(self, database):
        """What sessions of millrace this database has, one a line."""
        return self.value(
            "select application_name || ': ' || state || ': ' || query from pg_stat_activity"
            f" where datname = {literal(database)} and application_name like 'millrace%'")


def quote(name):
    """A name as PostgreSQL reads it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    """A text as PostgreSQL reads it."""
    return "'" + text.replace("'", "''") + "'"


def heed_interrupts():
    """A shell lets the processes in its background ignore Ctrl-C, and they hand that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Program:
    """The program under test, run in a folder of its own that is also its home."""

    def __init__(self, path, folder):
        self.path, self.folder = pathlib.Path(path), pathlib.Path(folder)

    def environment(self, **more):
        return plain_environment(HOME=str(self.folder), **more)

    def run(self, *words, timeout=PATIENCE_S, **environment):
        done = subprocess.run([self.path, *map(str, words)], stdin=subprocess.DEVNULL,
                              capture_output=True, check=False, cwd=self.folder, timeout=timeout,
                              env=self.environment(**environment))
        return Outcome(done.returncode, done.stdout.decode(errors="replace"),
                       done.stderr.decode(errors="replace"))

    @contextlib.contextmanager
    def start(self, *words, **environment):
        """The program while it runs; it is killed if the block leaves it behind."""
        with subprocess.Popen([self.path, *map(str, words)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder,
                              env=self.environment(**environment), text=True,
                              preexec_fn=heed_interrupts) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    def report(self, name="run.json"):
        """The report that the last run left under this name, or None."""
        with contextlib.suppress(FileNotFoundError):
            return json.loads((self.folder / name).read_text())
        return None
