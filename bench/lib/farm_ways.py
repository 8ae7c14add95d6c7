"""The ways to move a whole farm: Millrace, the vendor's documented one, pgloader."""

import json
import shlex
import shutil

from data_set import create_table
from ways import Way, not_installed, over_tcp_only


class FarmMillrace(Way):
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
                   self.servers.target_url, "--databases", names, *self.setting.lanes(), *self.more,
                   "--if-exists", "drop", "--report", self.report]
        return [("migrate", command)]

    @property
    def report(self):
        return self.setting.work / f"{self.name}.json"

    def told(self):
        """What the run's own report says."""
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


class FarmDumpAndCopy(Way):
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

    def steps(self, farm):
        self.clean(farm)
        dumps, imports = ["set -e"], []
        for database in farm.databases:
            folder = self.folder() / database.name
            folder.mkdir(parents=True)
            folder.chmod(0o777)
            dump = ["mysqldump", *self.servers.source_options(), f"--tab={folder}",
                    "--single-transaction", "--no-create-info", "--fields-terminated-by=,",
                    '--fields-optionally-enclosed-by="', "--fields-escaped-by=\\", database.name]
            dumps.append(shlex.join(map(str, dump)))
            imports.append(f'create schema "{database.name}";')
            for table in database.tables:
                name = f'"{database.name}"."{table.name}"'
                imports += [create_table(database.name, table),
                            f"copy {name} from '{folder}/{table.name}.txt'"
                            " (format csv, null '\\N', escape '\\', encoding 'latin1');",
                            *keys_of(name, table)]
        self.folder().chmod(0o777)
        dump_script = self.script("dump.sh", "\n".join(dumps) + "\n")
        copy_script = self.script("copy_csv.sql", "\n".join(imports) + "\n")
        return [("export", ["sh", dump_script]),
                ("import", [*self.servers.psql(), f"--file={copy_script}"])]

    def clean(self, farm):
        shutil.rmtree(self.folder(), ignore_errors=True)


class FarmPgloader(Way):
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


FARM_WAYS = (FarmMillrace, FarmVerified, FarmDumpAndCopy, FarmPgloader)
