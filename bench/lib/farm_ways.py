"""The ways to move a whole farm: Millrace, the vendor's documented one, psql, pgloader."""

import json
import re
import shlex
import shutil

from data_set import create_table
from farm_cell import CONSOLIDATED
from server_pair import Refused
from ways import Psql, Way, not_installed, over_tcp_only

CSV = ["--fields-terminated-by=,", '--fields-optionally-enclosed-by="', "--fields-escaped-by=\\"]
OUTFILE_CSV = "fields terminated by ',' optionally enclosed by '\"' escaped by '\\\\'"


class FarmWay(Way):
    """How one way moves a cell's farm, and what its copy must hold."""

    def suits(self, farm):
        """Whether the way means something for this farm."""
        return True

    def check(self, farm):
        """Compare the copy with the source; the first difference is a Refused."""
        farm.check_copy(self.servers, keys=True)

    def told(self):
        """What the way's own report says of the last run, by the names of a reading."""
        return {}


class FarmMillrace(FarmWay):
    """Keys and identities included. No rival proves anything or gathers statistics, so neither does
    this way; the next one does both."""

    name, title = "millrace", "Millrace"
    more = ("--verify", "none", "--skip-analyze")

    def missing(self):
        program = self.setting.programs / "millrace"
        return None if program.exists() else f"{program} is not built"

    def steps(self, farm):
        # By name: what is dropped in the target is a copy of what farmgen made.
        names = ",".join(database.name for database in farm.databases)
        command = [self.setting.programs / "millrace", "migrate", self.servers.source_url,
                   self.servers.target_url, "--databases", names, *self.setting.lanes(),
                   *self.more, *self.rules(), "--if-exists", "drop", "--report", self.report]
        return [("migrate", command)]

    def rules(self):
        """The options that say into which tables the rows go."""
        return []

    @property
    def report(self):
        return self.setting.work / f"{self.name}.json"

    def told(self):
        report = json.loads(self.report.read_text())
        return {
            "source_held_seconds": report["snapshot"]["lock_ms"] / 1e3,
            "copy_bytes": report["copy_bytes"],
            "peak_bytes": report["peak_memory_bytes"],
            "phases_seconds": {phase["name"]: phase["end_s"] - phase["begin_s"]
                               for phase in report["phases"]},
        }


class FarmVerified(FarmMillrace):
    """As it is by default."""

    name, title = "verified", "Millrace, contents proven"
    more = ("--verify", "content")


class FarmConsolidated(FarmMillrace):
    """All numbered databases, and all jobs' own tables, into one table of each kind."""

    name, title = "consolidated", "Millrace, consolidated"
    kinds = ("job", "subjob", "work", "callback", "event")

    def suits(self, farm):
        return sum(self.kind_of(database, table) is not None
                   for database, table in farm.named_tables()) > len(self.kinds)

    def rules(self):
        def globs(kind):  # a job's own tables have its number before the kind; 3subjob is no job
            own = [] if kind == "job" else [f"[0-9]*qube.[0-9]*{kind}"]
            return json.dumps([f"[0-9]*qube.{kind}", *own])

        rules = "".join(
            f'[[consolidate]]\nfrom = {globs(kind)}\n'
            f'into = "{CONSOLIDATED}.{kind}"\nsource_column = "shard"\n'
            for kind in self.kinds)
        return ["--job", self.script("consolidated.toml", rules)]

    def kind_of(self, database, table):
        """Which table of the target a source table's rows go into; None where it stays by itself."""
        found = re.fullmatch(rf"\d*({'|'.join(self.kinds)})", table)
        return found[1] if found and re.fullmatch(r"\d+qube", database) else None

    def check(self, farm):
        wanted, keys = {}, {}
        for database in farm.databases:
            for table in database.tables:
                kind = self.kind_of(database.name, table.name)
                name = f"{CONSOLIDATED}.{kind}" if kind else f"{database.name}.{table.name}"
                wanted[name] = wanted.get(name, 0) + table.rows
                keys[name] = bool(table.primary_key) + len(table.indexes)
        for name, rows in wanted.items():
            quoted = ".".join(f'"{part}"' for part in name.split("."))
            [[found, indexes]] = self.servers.ask_target(
                f"select count(*), (select count(*) from pg_index where indrelid = '{quoted}'::regclass)"
                f" from {quoted}")
            if int(found) != rows:
                raise Refused(f"{name}: {found} of {rows} rows arrived")
            if int(indexes) < keys[name]:
                raise Refused(f"{name}: {indexes} of {keys[name]} keys and indexes were made")


class FarmDumpAndCopy(FarmWay):
    """mysqldump --tab of one database after the other, then COPY CSV of one table after the other,
    then the keys: two passes over the disk, the farm down from the first to the last.

    A job's blob is no UTF-8, and CSV knows no bytes: read as Latin 1 the rows arrive, in number and
    size, but not all of their text is right. It is timed, not proven."""

    name, title = "vendor", "mysqldump --tab, COPY CSV"

    def missing(self):
        if not self.servers.exchange:
            return "no folder that both servers reach (--exchange)"
        return not_installed("mysqldump")

    def folder(self):
        return self.servers.exchange / "bench-farm"

    def make_folders(self, farm):
        """A folder for the files of each database, which both servers can reach; all are empty."""
        self.clean(farm)
        for database in farm.databases:
            folder = self.folder() / database.name
            folder.mkdir(parents=True)
            folder.chmod(0o777)
        self.folder().chmod(0o777)

    def imports(self, database, table):
        """The statements that make, fill and key a table in the target."""
        name = f'"{database.name}"."{table.name}"'
        return [create_table(database.name, table),
                f"copy {name} from '{self.folder()}/{database.name}/{table.name}.txt'"
                " (format csv, null '\\N', escape '\\', encoding 'latin1');",
                *keys_of(name, table)]

    def steps(self, farm):
        self.make_folders(farm)
        dumps, imports = ["set -e"], []
        for database in farm.databases:
            dump = ["mysqldump", *self.servers.source_options(),
                    f"--tab={self.folder() / database.name}", "--single-transaction",
                    "--no-create-info", *CSV, database.name]
            dumps.append(shlex.join(map(str, dump)))
            imports.append(f'create schema "{database.name}";')
            for table in database.tables:
                imports += self.imports(database, table)
        dump_script = self.script("dump.sh", "\n".join(dumps) + "\n")
        copy_script = self.script("copy_csv.sql", "\n".join(imports) + "\n")
        return [("export", ["sh", dump_script]),
                ("import", [*self.servers.psql(), f"--file={copy_script}"])]

    def clean(self, farm):
        shutil.rmtree(self.folder(), ignore_errors=True)


class FarmPsql(FarmDumpAndCopy):
    """What the tables cost the target at the least: rows at hand, one session, one script of
    transactions of 100 tables, so without an fsync for each statement. As bench/run's."""

    name, title = "psql", "psql: create, COPY, keys"

    def missing(self):
        return None if self.servers.exchange else "no folder that both servers reach (--exchange)"

    def steps(self, farm):
        self.make_folders(farm)
        script, tables = [], []
        for database in farm.databases:
            script.append(f'create schema "{database.name}";')
            tables += [(database, table) for table in database.tables]
            self.servers.ask_source("".join(
                f"select * from `{database.name}`.`{table.name}`"
                f" into outfile '{self.folder()}/{database.name}/{table.name}.txt' {OUTFILE_CSV};"
                for table in database.tables))
        for start in range(0, len(tables), Psql.tables_per_transaction):
            script.append("begin;")
            for database, table in tables[start : start + Psql.tables_per_transaction]:
                script += self.imports(database, table)
            script.append("commit;")
        path = self.script("psql.sql", "\n".join(script) + "\n")
        return [("script", [*self.servers.psql(), f"--file={path}"])]


class FarmPgloader(FarmWay):
    """One database after the other; its default room for rows suits large tables only."""

    name, title = "pgloader", "pgloader"

    def missing(self):
        return over_tcp_only(self.servers) or not_installed("pgloader")

    def steps(self, farm):
        source, target = self.servers.source, self.servers.target
        into = target.path.strip("/") or "postgres"
        scripts = []
        for database in farm.databases:
            script = self.script(
                f"pgloader-{database.name}.load",
                f"LOAD DATABASE FROM mysql://{source.netloc}/{database.name}\n"
                f"  INTO postgresql://{target.netloc}/{into}\n"
                "  WITH create tables, create indexes, foreign keys, reset sequences,"
                " prefetch rows = 1000\n"
                "  SET MySQL PARAMETERS net_read_timeout = '3600', net_write_timeout = '3600';\n")
            script.chmod(0o600)  # it holds the passwords
            scripts.append(script)
        root = self.setting.work / "pgloader"
        return [("load", ["pgloader", "--on-error-stop", "--root-dir", root, *scripts])]


def keys_of(name, table):
    """The keys that the vendor's schema has too. Text is indexed by its beginning, as in the source."""
    types = {column: source_type for column, source_type, _ in table.columns}

    def listed(columns):
        return ", ".join(
            f'left("{column}", 64)' if "text" in types[column] else f'"{column}"'
            for column in columns)

    keys = []
    if table.primary_key:
        keys.append(f"alter table {name} add primary key ({listed(table.primary_key)});")
    return keys + [f"create index on {name} ({listed(columns)});"
                   for columns in table.indexes.values()]


FARM_WAYS = (FarmMillrace, FarmVerified, FarmConsolidated, FarmDumpAndCopy, FarmPsql, FarmPgloader)
