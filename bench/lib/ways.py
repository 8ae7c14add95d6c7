"""The ways to move a data set: Millrace, its floor, and the rivals that the machine has.

A way prepares untimed what is not part of it, then names the commands that are measured. Every way
starts from the same: the data in the source, nothing in the target.
"""

import dataclasses
import json
import pathlib
import shutil
import subprocess

from data_set import create_table
from process_usage import Usage


@dataclasses.dataclass
class Setting:
    """What the ways need to know beside the data set."""

    servers: object
    work: pathlib.Path  # a folder for scripts and logs
    programs: pathlib.Path  # where millrace and bench_floor are
    readers: int | None  # None: what the program works out for the machine
    writers: int | None

    def lanes(self):
        """The options that set them, for Millrace and its floor alike."""
        asked = {"--readers": self.readers, "--writers": self.writers}
        return [word for name, number in asked.items() if number for word in (name, number)]


class Way:
    name = title = ""

    def __init__(self, setting):
        self.setting = setting
        self.servers = setting.servers

    def missing(self):
        """Why this way cannot go on this machine, or nothing."""
        return None

    def steps(self, data, keys):
        """The commands to measure, in order: (name, command)."""
        raise NotImplementedError

    def usage(self, measured, log):
        """What a step cost, given what was seen of it from outside and what it said."""
        return measured

    def parts(self):
        """Seconds of parts of what ran last, as the program itself told them."""
        return {}

    def bytes_kept(self, data):
        """Bytes that the steps left on the disk, or nothing where that is no figure of theirs."""
        return None

    def clean(self, data):
        """Remove what the steps left beside the copy."""

    def fills_target(self):
        return True

    def script(self, name, text):
        path = self.setting.work / name
        path.write_text(text)
        return path


def not_installed(program):
    return None if shutil.which(program) else f"{program} is not installed (tools/setup --bench)"


def over_tcp_only(servers):
    return None if servers.source.hostname else "it reaches the source over TCP only"


class Millrace(Way):
    """Without its proof: no rival has one."""

    name, title, proof = "millrace", "Millrace", "none"

    def missing(self):
        program = self.setting.programs / "millrace"
        return None if program.exists() else f"{program} is not built"

    def steps(self, data, keys):
        command = [
            self.setting.programs / "millrace",
            "migrate",
            self.servers.source_url,
            self.servers.target_url,
            "--databases",
            data.name,
            *self.setting.lanes(),
            "--if-exists",
            "drop",
            "--verify",
            self.proof,
            "--report",
            self.setting.work / "millrace.json",
        ]
        return [("migrate", [*command, "--skip-analyze"] if keys else [*command, "--skip-keys"])]


class Undigested(Millrace):
    """Without the digests that a proof needs: what they cost is the difference."""

    name, title = "undigested", "Millrace --skip-digest"

    def steps(self, data, keys):
        [(name, command)] = super().steps(data, keys)
        return [(name, [*command, "--skip-digest"])]


class Unledgered(Millrace):
    """Without the ledger that --resume and exactly-once stand on: what it costs is the difference."""

    name, title = "unledgered", "Millrace --no-ledger"

    def steps(self, data, keys):
        [(name, command)] = super().steps(data, keys)
        return [(name, [*command, "--no-ledger"])]


class Proven(Millrace):
    """With its content proof, as it is by default."""

    name, title, proof = "proven", "Millrace with its proof", "content"

    def parts(self):
        report = json.loads((self.setting.work / "millrace.json").read_text())
        moved = [table for table in report["tables"] if table["rows"]]
        copy = max(t["end_s"] for t in moved) - min(t["begin_s"] for t in moved)
        verify = next(p for p in report["phases"] if p["name"] == "verify")
        return {"copy": copy, "verify": verify["end_s"] - verify["begin_s"]}


class Spill(Millrace):
    """Millrace with its chunks through files where the target does not take them at once."""

    name, title = "spill", "Millrace --spill"

    def steps(self, data, keys):
        [(name, command)] = super().steps(data, keys)
        return [(name, [*command, "--spill", self.setting.work / "spill"])]


class Extract(Millrace):
    """The first half of a migration: into an archive."""

    name, title = "extract", "Millrace extract"

    def fills_target(self):
        return False

    def archive(self, data):
        return self.setting.work / f"archive-{data.name}"

    def extract(self, data):
        self.clean(data)
        return [self.setting.programs / "millrace", "extract", self.servers.source_url,
                self.archive(data), "--databases", data.name, *self.setting.lanes()]

    def steps(self, data, keys):
        return [("extract", self.extract(data))]

    def bytes_kept(self, data):
        return sum(file.stat().st_size for file in self.archive(data).rglob("*") if file.is_file())

    def clean(self, data):
        shutil.rmtree(self.archive(data), ignore_errors=True)


class Load(Extract):
    """The second half: an archive into the target."""

    name, title = "load", "Millrace load"

    def fills_target(self):
        return True

    def steps(self, data, keys):
        subprocess.run(list(map(str, self.extract(data))), check=True, capture_output=True)
        command = [self.setting.programs / "millrace", "load", self.archive(data),
                   self.servers.target_url]
        # As what it is held against: no proof.
        return [("load", command if keys else [*command, "--skip-keys", "--verify", "none"])]


class Floor(Way):
    """The same readers draining to nothing while the same writers send ready-made blocks."""

    name, title = "floor", "zero-engine floor"

    def missing(self):
        program = self.setting.programs / "bench_floor"
        return None if program.exists() else f"{program} is not built"

    def fills_target(self):
        return False

    def steps(self, data, keys):
        command = [self.setting.programs / "bench_floor"]
        command += [self.servers.source_url, self.servers.target_url]
        command += ["--databases", data.name]
        command += self.setting.lanes()
        return [("drain and send", command)]

    def usage(self, measured, log):
        """Its own clock's: what it does before it starts that clock is no part of the floor."""
        said = json.loads(pathlib.Path(log).read_text())
        return Usage(
            wall=said["wall_s"],
            engine=said["cpu_s"],
            source=None,
            target=None,
            others=measured.others,
            peak_bytes=measured.peak_bytes,
        )


class Drain(Floor):
    """The same readers draining to nothing, and nothing else."""

    name, title = "drain", "draining the source"

    def steps(self, data, keys):
        [(_, command)] = super().steps(data, keys)
        return [("drain", [*command, "--drain-only"])]


class Pgloader(Way):
    name, title = "pgloader", "pgloader"
    # Its default sets 100,000 rows' room aside for each table at the start: 2,000 tables of 100 rows
    # end it with an exhausted heap of 1 GiB.
    many_tables = 100

    def missing(self):
        return over_tcp_only(self.servers) or not_installed("pgloader")

    def steps(self, data, keys):
        source, target = self.servers.source, self.servers.target
        database = target.path.strip("/") or "postgres"
        made = "create indexes, foreign keys" if keys else "create no indexes, no foreign keys"
        if len(data.tables) > self.many_tables:
            made += ", prefetch rows = 1000"
        script = self.script(
            "pgloader.load",
            f"LOAD DATABASE FROM mysql://{source.netloc}/{data.name}\n"
            f"  INTO postgresql://{target.netloc}/{database}\n"
            f"  WITH create tables, {made}, reset sequences\n"
            # It stops reading while it writes: on a busy machine for longer than MariaDB waits.
            "  SET MySQL PARAMETERS net_read_timeout = '3600', net_write_timeout = '3600';\n",
        )
        script.chmod(0o600)  # it holds the passwords
        root = self.setting.work / "pgloader"
        return [("load", ["pgloader", "--on-error-stop", "--root-dir", root, script])]


class DumpAndCopy(Way):
    """The documented way from Qube 6 to 7: text files written by one server, read by the other."""

    name, title = "csv", "mysqldump --tab, COPY CSV"

    def missing(self):
        if not self.servers.exchange:
            return "no folder that both servers reach (--exchange)"
        return not_installed("mysqldump")

    def folder(self, data):
        return self.servers.exchange / f"bench-{data.name}"

    def steps(self, data, keys):
        folder = self.folder(data)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        folder.chmod(0o777)
        dump = [
            "mysqldump",
            *self.servers.source_options(),
            f"--tab={folder}",
            "--single-transaction",
            "--no-create-info",
            "--fields-terminated-by=,",
            '--fields-optionally-enclosed-by="',
            "--fields-escaped-by=\\",
            data.name,
        ]
        copies = "\n".join(
            f'copy "{data.name}"."{table.name}" from \'{folder}/{table.name}.txt\''
            " (format csv, null '\\N', escape '\\');"
            for table in data.tables
        )
        script = self.script("copy_csv.sql", f"{data.bare_tables()}\n{copies}\n")
        return [("export", dump), ("import", [*self.servers.psql(), f"--file={script}"])]

    def clean(self, data):
        shutil.rmtree(self.folder(data), ignore_errors=True)


class ForeignData(Way):
    name, title = "fdw", "mysql_fdw, INSERT SELECT"

    def missing(self):
        found = self.servers.ask_target(
            "select 1 from pg_available_extensions where name = 'mysql_fdw'"
        )
        if not found:
            return "mysql_fdw is not installed (tools/setup --bench)"
        return over_tcp_only(self.servers)

    def steps(self, data, keys):
        source = self.servers.source
        self.clean(data)
        self.servers.ask_target("create extension if not exists mysql_fdw")
        inserts = "\n".join(
            f'insert into "{data.name}"."{table.name}"'
            f' select * from bench_foreign."{table.name}";'
            for table in data.tables
        )
        script = self.script(
            "foreign.sql",
            "create server bench_foreign foreign data wrapper mysql_fdw"
            f" options (host '{source.hostname}', port '{source.port or 3306}');\n"
            "create user mapping for current_user server bench_foreign"
            f" options (username '{source.username}', password '{source.password or ''}');\n"
            "create schema bench_foreign;\n"
            f'import foreign schema "{data.name}" from server bench_foreign into bench_foreign'
            " options (import_enum_as_text 'true');\n"
            f"{data.bare_tables()}\n{inserts}\n",
        )
        script.chmod(0o600)  # it holds the password
        return [("insert", [*self.servers.psql(), f"--file={script}"])]

    def clean(self, data):
        self.servers.ask_target(
            "drop schema if exists bench_foreign cascade;"
            " drop server if exists bench_foreign cascade;"
        )


class Psql(Way):
    """What many small tables cost the target at the least: rows at hand, one session, one script."""

    name, title = "psql", "psql: create, COPY, keys"
    tables_per_transaction = 100

    def steps(self, data, keys):
        dump = DumpAndCopy(self.setting)
        folder = dump.folder(data)
        rows = self._rows(data, folder)
        lines = [f'create schema "{data.name}";']
        for start in range(0, len(data.tables), self.tables_per_transaction):
            lines.append("begin;")
            for table in data.tables[start : start + self.tables_per_transaction]:
                name = f'"{data.name}"."{table.name}"'
                lines += [create_table(data.name, table), f"copy {name} from stdin;"]
                lines += [rows[table.name] + "\\."]
                if keys:
                    lines += self._keys(name, table)
            lines.append("commit;")
        dump.clean(data)
        script = self.script("psql.sql", "\n".join(lines) + "\n")
        return [("script", [*self.servers.psql(), f"--file={script}"])]

    def missing(self):
        return DumpAndCopy(self.setting).missing()

    def _rows(self, data, folder):
        """Each table's rows in the text that COPY reads, which is that of SELECT INTO OUTFILE."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        folder.chmod(0o777)
        self.servers.ask_source(
            "".join(
                f"select * from `{data.name}`.`{table.name}`"
                f" into outfile '{folder}/{table.name}.txt';"
                for table in data.tables
            )
        )
        return {table.name: (folder / f"{table.name}.txt").read_text() for table in data.tables}

    def _keys(self, name, table):
        def listed(columns):
            return ", ".join(f'"{column}"' for column in columns)

        keys = [f"alter table {name} add primary key ({listed(table.primary_key)});"]
        keys += [f"create index on {name} ({listed(columns)});" for columns in table.indexes.values()]
        return keys


WAYS = (Millrace, Undigested, Unledgered, Proven, Floor, Drain, Extract, Load, Spill, Pgloader, DumpAndCopy, ForeignData, Psql)
