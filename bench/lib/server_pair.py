"""The source and the target of a benchmark: private servers, or the user's own."""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVERS = ROOT / "tools" / "servers"

# All data passes unencrypted for every way alike; parallel loads need the interleaved lock mode.
PRIVATE_SETTINGS = ["mariadb.innodb_autoinc_lock_mode=2", "postgres15.ssl=off"]


class Refused(Exception):
    """What was asked for cannot be done; the text says why."""


class ServerPair:
    """Where both servers are, how to ask them, and which processes they are."""

    def __init__(self, source, target, source_pid=None, target_pid=None, exchange=None):
        self.source_url = source
        self.target_url = target
        self.source_pid = source_pid
        self.target_pid = target_pid
        self.exchange = exchange  # a folder that both servers can reach, or None
        self.source = urllib.parse.urlsplit(source)
        self.target = urllib.parse.urlsplit(target)

    def environment(self):
        """The environment of every client: passwords stay out of command lines."""
        return {
            **os.environ,
            "MYSQL_PWD": urllib.parse.unquote(self.source.password or ""),
            "PGPASSWORD": urllib.parse.unquote(self.target.password or ""),
            "PGOPTIONS": "-c client_min_messages=warning",
        }

    def source_options(self):
        """The options by which MySQL's own clients reach the source."""
        query = dict(urllib.parse.parse_qsl(self.source.query))
        where = (
            [f"--socket={query['socket']}"]
            if "socket" in query
            else [f"--host={self.source.hostname}", f"--port={self.source.port or 3306}"]
        )
        return ["--no-defaults", *where, f"--user={urllib.parse.unquote(self.source.username)}"]

    def ask_source(self, sql):
        """The rows of a query, each a list of texts."""
        command = ["mariadb", *self.source_options(), "--batch", "--raw", "--skip-column-names"]
        return [line.split("\t") for line in self._ask(command, sql).splitlines()]

    def ask_target(self, sql):
        """The rows of the last of some statements, each a list of texts."""
        text = self._ask([*self.psql(), "--tuples-only", "--no-align", "--field-separator=\t"], sql)
        return [line.split("\t") for line in text.splitlines()]

    def psql(self):
        """psql with the target's URL less its password, which the environment holds."""
        user, at, host = self.target.netloc.rpartition("@")
        url = self.target._replace(netloc=user.partition(":")[0] + at + host).geturl()
        return ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", url]

    def _ask(self, command, sql):
        done = subprocess.run(
            command, input=sql, text=True, capture_output=True, env=self.environment()
        )
        if done.returncode != 0:
            raise Refused(f"{command[0]}: {done.stderr.strip()}\n  asked: {sql[:200]}")
        return done.stdout

    def versions(self):
        def first(answer):
            return answer[0][0]

        return {
            "source": first(self.ask_source("select version()")),
            "target": first(self.ask_target("show server_version")),
        }


class PrivateServers:
    """A set of tools/servers in `folder`: started when missing, stopped at the end unless kept."""

    def __init__(self, folder, keep):
        self.folder = pathlib.Path(folder)
        self.keep = keep

    def __enter__(self):
        if self._running():
            text = self._servers("env")
        else:
            settings = [word for setting in PRIVATE_SETTINGS for word in ("--set", setting)]
            text = self._servers("start", "mariadb", "postgres15", "--profile", "bench", *settings)
        found = dict(re.findall(r"^export (\w+)=(.*)$", text, re.MULTILINE))
        value = {name: "".join(shlex.split(text)) for name, text in found.items()}
        return ServerPair(
            value["MILLRACE_MARIADB"],
            value["MILLRACE_POSTGRES15"],
            int(value["MILLRACE_MARIADB_PID"]),
            int(value["MILLRACE_POSTGRES15_PID"]),
            self.folder / "exchange",
        )

    def __exit__(self, *_):
        if self.keep:
            print(f"the servers go on; end them with: tools/servers stop --dir {self.folder}")
        else:
            self._servers("stop")

    def _running(self):
        if not (self.folder / "servers.json").exists():
            return False
        status = [SERVERS, "status", "--dir", self.folder]
        return subprocess.run(status, capture_output=True).returncode == 0

    def _servers(self, command, *words):
        done = subprocess.run(
            [SERVERS, command, *words, "--dir", self.folder], text=True, stdout=subprocess.PIPE
        )
        if done.returncode != 0:
            sys.exit("bench: the private servers cannot be started or stopped, see above")
        return done.stdout
