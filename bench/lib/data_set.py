"""The data sets, as farmgen makes them, and what must be true of a copy of them."""

import dataclasses
import re
import subprocess
import time

from server_pair import Refused

COUNTS_PER_QUERY = 200


@dataclasses.dataclass
class Table:
    name: str
    rows: int
    columns: list  # of (name, type as the source writes it, nullable)
    primary_key: list
    indexes: dict  # name -> columns, the primary key left out


class DataSet:
    """One database of the source, and after a run one schema of the target."""

    def __init__(self, name, title, profile, options):
        self.name = name  # of the database
        self.title = title
        self.profile = profile
        self.options = options  # of farmgen
        self.tables = []
        self.build_seconds = None
        self.copy_bytes = None  # as COPY binary, once a copy has been in the target

    @property
    def rows(self):
        return sum(table.rows for table in self.tables)

    def build(self, servers, farmgen):
        """Fill the source, unless it holds the same already."""
        wanted = " ".join([self.profile, *self.options])
        if not self._was_built(servers, wanted):
            command = [farmgen, "--source", servers.source_url, "--profile", self.profile]
            command += [*self.options, "--database", self.name]
            began = time.monotonic()
            if subprocess.run(command).returncode != 0:
                raise Refused(f"the data set {self.name} cannot be made, see above")
            self.build_seconds = time.monotonic() - began
            servers.ask_source(
                f"create table if not exists bench_data_sets.made"
                f" (name varchar(64) primary key, options text);"
                f" replace into bench_data_sets.made values ('{self.name}', '{wanted}')"
            )
        self.read_tables(servers)

    def _was_built(self, servers, wanted):
        servers.ask_source("create database if not exists bench_data_sets")
        present = servers.ask_source(
            f"select 1 from information_schema.schemata where schema_name = '{self.name}'"
        )
        noted = servers.ask_source(
            "select 1 from information_schema.tables"
            " where table_schema = 'bench_data_sets' and table_name = 'made'"
        ) and servers.ask_source(
            f"select options from bench_data_sets.made where name = '{self.name}'"
        )
        if not present:
            return False
        if noted and noted[0][0] == wanted:
            return True
        if not noted:
            raise Refused(f"the source holds a database {self.name} that bench/run did not make")
        servers.ask_source(f"drop database `{self.name}`")
        return False

    def read_tables(self, servers):
        """Learn the tables' shape, and count their rows."""
        tables = {
            name: Table(name, 0, [], [], {})
            for (name,) in servers.ask_source(
                "select table_name from information_schema.tables"
                f" where table_schema = '{self.name}' order by table_name"
            )
        }
        for table, column, column_type, nullable in servers.ask_source(
            "select table_name, column_name, column_type, is_nullable"
            f" from information_schema.columns where table_schema = '{self.name}'"
            " order by table_name, ordinal_position"
        ):
            tables[table].columns.append((column, column_type, nullable == "YES"))
        for table, index, column in servers.ask_source(
            "select table_name, index_name, column_name from information_schema.statistics"
            f" where table_schema = '{self.name}' order by table_name, index_name, seq_in_index"
        ):
            if index == "PRIMARY":
                tables[table].primary_key.append(column)
            else:
                tables[table].indexes.setdefault(index, []).append(column)
        for table, rows in self._count(servers.ask_source, "`", list(tables)).items():
            tables[table].rows = rows
        self.tables = list(tables.values())

    def _count(self, ask, quote, names):
        counts = {}
        for start in range(0, len(names), COUNTS_PER_QUERY):
            query = " union all ".join(
                f"select '{name}', count(*) from {quote}{self.name}{quote}.{quote}{name}{quote}"
                for name in names[start : start + COUNTS_PER_QUERY]
            )
            counts.update((name, int(rows)) for name, rows in ask(query + ";"))
        return counts

    def check_copy(self, servers, keys):
        """Compare the copy in the target with the source; the first difference is a Refused."""
        counts = self._count(servers.ask_target, '"', [table.name for table in self.tables])
        for table in self.tables:
            if counts[table.name] != table.rows:
                raise Refused(
                    f"{self.name}.{table.name}: {counts[table.name]} of {table.rows} rows arrived"
                )
        if keys:
            wanted = sum(bool(table.primary_key) + len(table.indexes) for table in self.tables)
            [[found]] = servers.ask_target(
                f"select count(*) from pg_indexes where schemaname = '{self.name}'"
            )
            if int(found) < wanted:
                raise Refused(f"{self.name}: {found} of {wanted} keys and indexes were made")
        if self.copy_bytes is None:
            self.copy_bytes = self._copy_bytes(servers)

    def _copy_bytes(self, servers):
        """How much a copy is as COPY binary, in bytes."""
        script = "".join(
            f'copy "{self.name}"."{table.name}" to stdout (format binary);\n'
            for table in self.tables
        )
        copying = subprocess.Popen(
            servers.psql(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=servers.environment(),
        )
        counting = subprocess.Popen(["wc", "-c"], stdin=copying.stdout, stdout=subprocess.PIPE)
        copying.stdin.write(script.encode())
        copying.stdin.close()
        copying.stdout.close()
        size = int(counting.communicate()[0])
        if copying.wait() != 0:
            raise Refused(f"{self.name}: the copy cannot be read")
        return size

    def drop_copy(self, servers):
        """Remove every trace of a copy, so that the next way finds the same target."""
        found = servers.ask_target(
            f"select tablename from pg_tables where schemaname = '{self.name}'"
        )
        # A transaction that drops thousands of tables runs out of locks.
        for start in range(0, len(found), 100):
            names = ", ".join(f'"{self.name}"."{name}"' for (name,) in found[start : start + 100])
            servers.ask_target(f"drop table {names} cascade;")
        servers.ask_target(f'drop schema if exists "{self.name}" cascade; checkpoint;')

    def bare_tables(self):
        """Statements that create the schema and its tables in the target, without any key."""
        statements = [f'create schema "{self.name}";']
        statements += [create_table(self.name, table) for table in self.tables]
        return "\n".join(statements)


def create_table(schema, table):
    columns = ", ".join(
        f'"{name}" {target_type(source_type)}{"" if nullable else " not null"}'
        for name, source_type, nullable in table.columns
    )
    return f'create table "{schema}"."{table.name}" ({columns});'


def target_type(source_type):
    """A PostgreSQL type for the ways that bring no type mapping of their own."""
    word = re.match(r"\w+", source_type)[0]
    size = (re.search(r"\([\d,]+\)", source_type) or [""])[0]
    if word in ("varchar", "char", "decimal"):
        return word + size
    if source_type.endswith("unsigned") and word == "int":
        return "bigint"
    return {
        "bigint": "bigint",  # of our data sets none is beyond its range
        "int": "integer",
        "smallint": "smallint",
        "tinyint": "smallint",
        "double": "double precision",
        "float": "real",
        "date": "date",
        "datetime": "timestamp",
        "timestamp": "timestamp with time zone",
    }.get(word, "text")
