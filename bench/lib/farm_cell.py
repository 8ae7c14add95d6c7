"""One cell of the grid: a farm of so many jobs and frames, in one layout and engine."""

import dataclasses
import re
import subprocess
import time

from data_set import DataSet
from server_pair import Refused

LAYOUTS, ENGINES = ("shared", "per-job"), ("InnoDB", "MyISAM")
TABLES_PER_DROP = 100  # a transaction that drops thousands of tables runs out of locks
JOBS_PER_DATABASE = 256  # as farmgen has it by default
CONSOLIDATED = "bench_farm"  # the target's schema of the tables that hold all databases' rows
FILLING = "filling"  # how the note of a farm begins that is not whole yet


@dataclasses.dataclass(frozen=True)
class Cell:
    jobs: int
    frames: int
    layout: str = "shared"
    engine: str = "InnoDB"

    @classmethod
    def parse(cls, text):
        """10000x100, 10000x100:per-job, 1000x100:shared:MyISAM"""
        found = re.fullmatch(r"([\d_]+)x([\d_]+)(?::([\w-]+))?(?::(\w+))?", text)
        if not found or (found[3] or "shared") not in LAYOUTS or (found[4] or "InnoDB") not in ENGINES:
            raise ValueError(f"{text!r} is no cell; write JOBSxFRAMES:shared|per-job:InnoDB|MyISAM")
        return cls(int(found[1]), int(found[2]), found[3] or "shared", found[4] or "InnoDB")

    @property
    def name(self):
        engine = "" if self.engine == "InnoDB" else f":{self.engine}"
        return f"{self.jobs}x{self.frames}:{self.layout}{engine}"

    @property
    def title(self):
        return f"{self.jobs:,} jobs x {self.frames:,} frames, {self.layout} tables, {self.engine}"

    @property
    def work_rows(self):
        return self.jobs * self.frames

    def farmgen_options(self):
        return ["--profile", "qube", "--jobs", str(self.jobs), "--frames", str(self.frames),
                "--layout", self.layout, "--engine", self.engine]


class Farm:
    """A cell's databases in the source, and after a run its schemas in the target."""

    def __init__(self, cell):
        self.cell = cell
        self.databases = []  # DataSets
        self.fill_seconds = None

    @property
    def tables(self):
        return sum(len(database.tables) for database in self.databases)

    @property
    def rows(self):
        return sum(database.rows for database in self.databases)

    def named_tables(self):
        """(database, table) by name, of all."""
        return [(database.name, table.name) for database in self.databases for table in database.tables]

    def build(self, servers, farmgen, own_servers):
        """Fill the source, unless it holds this very farm already."""
        wanted = " ".join(self.cell.farmgen_options())
        servers.ask_source("create database if not exists bench_data_sets;"
                           " create table if not exists bench_data_sets.made"
                           " (name varchar(64) primary key, options text);")
        noted = servers.ask_source("select options from bench_data_sets.made where name = 'farm'")
        noted = noted[0][0] if noted else ""
        standing = farm_databases(servers)
        if standing and (own_servers or not noted):
            refuse_farm_of_others(servers, standing, noted)
        if noted != wanted or not standing:
            self.fill(servers, farmgen, noted)
            servers.ask_source(f"replace into bench_data_sets.made values ('farm', '{wanted}')")
        self.databases = [DataSet(name, name, "qube", []) for name in farm_databases(servers)]
        for database in self.databases:
            database.read_tables(servers)

    def fill(self, servers, farmgen, noted):
        # Cut short, it leaves databases of either farm, which the next call must know for ours.
        most_jobs = max(self.cell.jobs, jobs_of(noted))
        servers.ask_source("replace into bench_data_sets.made values"
                           f" ('farm', '{FILLING} --jobs {most_jobs}')")
        began = time.monotonic()
        command = [farmgen, "--source", servers.source_url, "--drop", *self.cell.farmgen_options()]
        if subprocess.run(command, stdout=subprocess.DEVNULL).returncode != 0:
            raise Refused(f"the farm {self.cell.name} cannot be made, see above")
        self.fill_seconds = time.monotonic() - began

    def check_copy(self, servers, keys):
        for database in self.databases:
            database.copy_bytes = database.copy_bytes or 0  # told by Millrace's report instead
            database.check_copy(servers, keys)

    def drop_copy(self, servers):
        schemas = [*(database.name for database in self.databases), CONSOLIDATED]
        names = ", ".join(f"'{schema}'" for schema in schemas)
        found = servers.ask_target("select quote_ident(schemaname) || '.' || quote_ident(tablename)"
                                   f" from pg_tables where schemaname in ({names})")
        drops = []
        for start in range(0, len(found), TABLES_PER_DROP):
            batch = ", ".join(table for (table,) in found[start : start + TABLES_PER_DROP])
            drops.append(f"drop table {batch} cascade;")
        drops += [f'drop schema if exists "{schema}" cascade;' for schema in schemas]
        servers.ask_target("\n".join([*drops, "checkpoint;"]))


def jobs_of(noted):
    """The jobs of the farm that a note tells of; none without a note."""
    found = re.search(r"--jobs (\d+)", noted)
    return int(found[1]) if found else 0


def refuse_farm_of_others(servers, standing, noted):
    """farmgen --drop removes every <n>qube: none may stand that is not of the farm noted."""
    jobs = jobs_of(noted)
    made = {f"{number}qube" for number in range(1, -(-jobs // JOBS_PER_DATABASE) + 1)}
    made |= {"qube", "pfx_dw"} if jobs else set()
    others = [name for name in standing if name not in made]
    # The names alone may be those of a farm that came later.
    if not others and not noted.startswith(FILLING) and not holds_jobs(servers, standing, jobs):
        others = standing
    if others:
        raise Refused("the source holds databases of a farm that bench/farm did not make: "
                      + ", ".join(others[:5]))


def holds_jobs(servers, standing, jobs):
    return "qube" in standing and servers.ask_source("select count(*) from qube.jobid") == [[str(jobs)]]


def refuse_standing_schemas(servers):
    """The copies are dropped after each run: nothing of theirs may be there before the first."""
    found = [name for (name,) in servers.ask_target(
        "select nspname from pg_namespace where nspname ~ '^[0-9]*qube$'"
        f" or nspname in ('pfx_dw', '{CONSOLIDATED}') order by nspname")]
    if found:
        raise Refused("the target holds schemas that bench/farm would drop: " + ", ".join(found[:5])
                      + "\n  drop them, or name another database of the target")


def farm_databases(servers):
    return [name for (name,) in servers.ask_source(
        "select schema_name from information_schema.schemata"
        " where schema_name regexp '^[0-9]*qube$' or schema_name = 'pfx_dw'"
        " order by schema_name")]
