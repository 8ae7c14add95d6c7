#!/usr/bin/env python3
"""Random tables of random types with random values: what both servers say of each value is the same,
and a row that does not fit is in the reject file, and only there.

  random_tables_test.py              what CI runs: one fixed seed
  random_tables_test.py --fresh      and one that nobody had before: tools/test --long
  random_tables_test.py --seed 7 --rounds 100 --rows 2000 --source mysql56

MILLRACE_RANDOM_SEED does what --seed does. Every seed is printed; a failure tells its seed, and the
table as the source has it.
"""

import argparse
import base64
import datetime
import decimal
import ipaddress
import json
import os
import pathlib
import random
import sys
import tempfile
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from clients import Mysql, Postgres, Program, variable

WITH_REJECTS = 8
FIXED_SEED = 20261124
LETTERS = "aZ 09_%'\"\\,;\t\néß€渲染😀ﬁ"  # what a charset of one byte lacks is left out


def hexed(text):
    return text.encode().hex()


class Column:
    """One column: its type, how a value is written, and what each side says of it."""

    def __init__(self, ddl, make, *, awkward=None, source="hex({c})", target="encode(convert_to({c}::text, 'UTF8'), 'hex')",
                 read_source=str, read_target=str):
        self.ddl, self.make, self.awkward = ddl, make, awkward
        self.source, self.target = source, target
        self.read_source, self.read_target = read_source, read_target


def number(ddl, low, high):
    def make(dice):
        return str(dice.choice([low, high, 0, 1, dice.randint(low, high), dice.randint(low, high)]))
    return Column(ddl, make, source="cast({c} as char)", target="{c}::text")


def text(ddl, charset, most, keep=lambda letter: True):
    letters = [letter for letter in LETTERS if keep(letter)]

    def make(dice):
        length = dice.choice([0, 1, most, dice.randint(0, most)])
        value = "".join(dice.choice(letters) for _ in range(length))
        return f"convert(_utf8mb4 x'{hexed(value)}' using {charset})"

    def nul(dice):
        return f"convert(_utf8mb4 x'{hexed(make_short(dice))}00' using {charset})"

    def make_short(dice):
        return "".join(dice.choice("abc") for _ in range(dice.randint(0, max(0, min(3, most - 1)))))

    return Column(f"{ddl} character set {charset}", make, awkward=nul,
                  source="hex(convert({c} using utf8mb4))", read_source=str.lower)


def in_charset(name):
    def keep(letter):
        try:
            letter.encode(name)
        except UnicodeEncodeError:
            return False
        return letter != "\\" or name != "shift_jis"  # MySQL's sjis has another backslash
    return keep


def date(dice):
    return datetime.date.fromordinal(dice.choice([1, 3652059, 719163, dice.randint(1, 3652059)]))


def fraction(dice, digits):
    return f".{dice.choice([0, 10 ** digits - 1, dice.randrange(10 ** digits)]):0{digits}d}" if digits else ""


def moment(digits, first="0001-01-01", last="9999-12-31"):
    low, high = (datetime.date.fromisoformat(day).toordinal() for day in (first, last))

    def make(dice):
        day = datetime.date.fromordinal(dice.randint(low, high)).isoformat()
        clock = f"{dice.randrange(24):02d}:{dice.randrange(60):02d}:{dice.randrange(60):02d}"
        return f"'{day} {clock}{fraction(dice, digits)}'"
    return make


def duration(digits):
    def make(dice):
        sign = dice.choice(["", "-"])
        hours = dice.choice([0, 23, 24, 838, dice.randrange(839)])
        minutes = dice.randrange(60)
        if hours == 838:
            minutes, seconds, part = 59, dice.randrange(59), fraction(dice, digits)
        else:
            seconds, part = dice.randrange(60), fraction(dice, digits)
        return f"'{sign}{hours}:{minutes:02d}:{seconds:02d}{part}'"
    return make


def seconds_of(said):
    sign, rest = (-1, said[1:]) if said.startswith("-") else (1, said)
    hours, minutes, seconds = rest.split(":")
    return sign * (int(hours) * 3600 + int(minutes) * 60 + decimal.Decimal(seconds))


def real(dice):
    return repr(dice.choice([0.0, -0.5, 1.5, 1e30, -1e-30, dice.uniform(-1e6, 1e6), dice.gauss(0, 1)]))


def well_known(shape, *points):
    """A shape of these points as text: WKT."""
    listed = ",".join(f"{x} {y}" for x, y in points)
    return f"{shape}({listed})" if shape in ("POINT", "LINESTRING") else f"{shape}(({listed}))"


def geometry(shape, least, most, closed=False):
    def make(dice):
        points = [(dice.uniform(-1e3, 1e3), dice.uniform(-90, 90)) for _ in range(dice.randint(least, most))]
        if closed:
            points.append(points[0])
        return f"st_geomfromtext('{well_known(shape, *points)}', {dice.choice([0, 0, 4326])})"
    return make


def some_json(dice, depth=0):
    kind = dice.randrange(4 if depth > 2 else 6)
    if kind == 0:
        return dice.choice([None, True, False])
    if kind == 1:
        return dice.choice([0, -1, 2 ** 53, dice.randint(-10 ** 18, 10 ** 18)])
    if kind == 2:
        return dice.choice([0.5, -2.25, 1e20, dice.random()])
    if kind == 3:
        return "".join(dice.choice(LETTERS) for _ in range(dice.randrange(12)))
    if kind == 4:
        return [some_json(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {dice.choice("abcdef") + str(i): some_json(dice, depth + 1) for i in range(dice.randrange(4))}


def read_json(said):
    return json.loads(bytes.fromhex(said), parse_float=decimal.Decimal, parse_int=decimal.Decimal)


def ewkb(said):
    """Little-endian EWKB of "SRID WKB"."""
    srid, wkb = said.lower().split(" ")
    if srid == "0":
        return wkb
    kind = int.from_bytes(bytes.fromhex(wkb[2:10]), "little") | 0x20000000
    return wkb[:2] + kind.to_bytes(4, "little").hex() + int(srid).to_bytes(4, "little").hex() + wkb[10:]


def octets(most, fixed=False):
    def make(dice):
        length = most if fixed else dice.choice([0, 1, most, dice.randint(0, most)])
        return f"x'{dice.randbytes(length).hex()}'"
    return make


def bits(width):
    return lambda dice: f"b'{dice.choice([0, 2 ** width - 1, dice.randrange(2 ** width)]):b}'"


def one_of(*labels):
    return lambda dice: f"_utf8mb4 x'{hexed(dice.choice(labels))}'"


def some_of(*labels):
    def make(dice):
        return f"_utf8mb4 x'{hexed(','.join(label for label in labels if dice.random() < 0.5))}'"
    return make


DATE = {"source": "date_format({c}, '%Y-%m-%d')", "target": "to_char({c}, 'YYYY-MM-DD')"}
MOMENT = {"source": "date_format({c}, '%Y-%m-%d %H:%i:%s.%f')",
          "target": "to_char({c}, 'YYYY-MM-DD HH24:MI:SS.US')"}
DURATION = {"source": "cast({c} as char)", "target": "extract(epoch from {c})::text",
            "read_source": seconds_of, "read_target": decimal.Decimal}
REAL = {"source": "cast({c} * 1e0 as char)", "target": "{c}::double precision::text",
        "read_source": float, "read_target": float}
BYTES = {"target": "encode({c}, 'hex')", "read_source": str.lower}
LABEL = {"source": "hex(convert({c} using utf8mb4))", "read_source": str.lower}


def columns_of(source):
    """Every kind of column that the source knows."""
    yield from (number(f"{name}{sign}", low if not sign else 0, high if not sign else 2 * high + 1)
                for name, low, high in (("tinyint", -128, 127), ("smallint", -2 ** 15, 2 ** 15 - 1),
                                        ("mediumint", -2 ** 23, 2 ** 23 - 1), ("int", -2 ** 31, 2 ** 31 - 1),
                                        ("bigint", -2 ** 63, 2 ** 63 - 1))
                for sign in ("", " unsigned"))
    yield Column("int(9) unsigned zerofill", number("", 0, 2 ** 32 - 1).make, source="cast({c} + 0 as char)", target="{c}::text")
    yield Column("tinyint(1)", lambda dice: dice.choice("01"), awkward=lambda dice: str(dice.randint(2, 127)),
                 source="elt({c} + 1, 'false', 'true')", target="{c}::text")
    yield Column("year", lambda dice: str(dice.choice([0, 1901, 2155, dice.randint(1901, 2155)])),
                 source="cast({c} as char)", target="{c}::text", read_source=int, read_target=int)
    for digits, scale in ((1, 0), (9, 4), (30, 30), (65, 0), (65, 30)):
        def exact(dice, digits=digits, scale=scale):
            value = dice.choice([0, 10 ** digits - 1, dice.randrange(10 ** digits)])
            return f"{dice.choice(['', '-'])}{value // 10 ** scale}.{value % 10 ** scale:0{max(scale, 1)}d}" if scale \
                else f"{dice.choice(['', '-'])}{value}"
        yield Column(f"decimal({digits},{scale})", exact, source="cast({c} as char)", target="{c}::text",
                     read_source=decimal.Decimal, read_target=decimal.Decimal)
    yield Column("decimal(20,6) unsigned", lambda dice: f"{dice.randrange(10 ** 14)}.{dice.randrange(10 ** 6):06d}",
                 source="cast({c} as char)", target="{c}::text", read_source=decimal.Decimal, read_target=decimal.Decimal)
    yield Column("float", real, **REAL)
    yield Column("double", real, **REAL)
    yield Column("double unsigned", lambda dice: real(dice).removeprefix("-"), **REAL)
    yield Column("date", lambda dice: f"'{date(dice).isoformat()}'",
                 awkward=lambda dice: dice.choice(["'0000-00-00'", "'2020-00-15'", "'1999-12-00'"]), **DATE)
    for digits in range(7):
        suffix = f"({digits})" if digits else ""
        yield Column(f"datetime{suffix}", moment(digits),
                     awkward=lambda dice: dice.choice(["'0000-00-00 00:00:00'", "'2020-00-15 01:02:03'"]), **MOMENT)
        yield Column(f"timestamp{suffix} null", moment(digits, "1970-01-02", "2038-01-18"), **MOMENT)
        yield Column(f"time{suffix}", duration(digits), **DURATION)
    yield text("varchar(40)", "utf8mb4", 40)
    yield text("char(12)", "utf8mb4", 12, lambda letter: letter not in " \t\n")
    for size in ("tinytext", "text", "mediumtext", "longtext"):
        yield text(size, "utf8mb4", 60 if size == "tinytext" else 300)
    yield text("varchar(30)", "ascii", 30, str.isascii)
    yield text("varchar(20)", "koi8r", 20, in_charset("koi8_r"))
    yield text("varchar(20)", "big5", 20, lambda letter: letter.isascii() and letter != "\\")
    yield text("varchar(30)", "utf8", 30, lambda letter: ord(letter) < 0x10000)
    yield text("varchar(30)", "latin1", 30, in_charset("cp1252"))
    yield text("char(9)", "latin1", 9, lambda letter: in_charset("cp1252")(letter) and letter not in " \t\n")
    yield text("varchar(20)", "latin2", 20, in_charset("iso8859_2"))
    yield text("varchar(20)", "gbk", 20, lambda letter: in_charset("gbk")(letter) and letter != "€")
    yield text("varchar(20)", "sjis", 20, in_charset("shift_jis"))
    yield text("varchar(20)", "utf16", 20)
    yield text("varchar(20)", "utf32", 20)
    yield text("varchar(20)", "ucs2", 20, lambda letter: ord(letter) < 0x10000)
    yield Column("varbinary(50)", octets(50), **BYTES)
    yield Column("binary(16)", octets(16, True), **BYTES)
    for size in ("tinyblob", "blob", "mediumblob", "longblob"):
        yield Column(size, octets(255 if size == "tinyblob" else 400), **BYTES)
    # As WKB, with the spatial reference in front where there is one: the target keeps EWKB.
    for ddl, make in (("point", geometry("POINT", 1, 1)), ("linestring", geometry("LINESTRING", 2, 9)),
                      ("polygon", geometry("POLYGON", 3, 9, closed=True)), ("geometry", geometry("POINT", 1, 1))):
        yield Column(ddl, make, source="concat(st_srid({c}), ' ', hex(st_aswkb({c})))", target="encode({c}, 'hex')",
                     read_source=ewkb, read_target=str)
    for width in (2, 17, 64):
        yield Column(f"bit({width})", bits(width), source="cast({c} + 0 as char)", target="{c}::text",
                     read_source=int, read_target=lambda said: int(said, 2))
    yield Column("bit(1)", bits(1), source="elt({c} + 1, 'false', 'true')", target="{c}::text")
    yield Column("enum('a','B c','it''s','é')", one_of("a", "B c", "it's", "é"), **LABEL)
    yield Column("set('a','B c','it''s','é')", some_of("a", "B c", "it's", "é"),
                 source="hex(convert({c} using utf8mb4))", read_source=str.lower,
                 target="encode(convert_to(array_to_string({c}, ','), 'UTF8'), 'hex')")
    yield Column("enum('a','é') character set latin1", one_of("a", "é"), **LABEL)
    if source == "mariadb":
        yield Column("json", lambda dice: f"_utf8mb4 x'{hexed(json.dumps(some_json(dice), ensure_ascii=dice.random() < 0.5))}'",
                     source="hex({c})", read_source=read_json, read_target=read_json)
        yield Column("uuid", lambda dice: f"'{uuid.UUID(bytes=dice.randbytes(16))}'", source="cast({c} as char)",
                     target="{c}::text")
        yield Column("inet4", lambda dice: f"'{ipaddress.IPv4Address(dice.choice([0, 2 ** 32 - 1, dice.getrandbits(32)]))}'",
                     source="cast({c} as char)", target="host({c})")
        yield Column("inet6", lambda dice: f"'{ipaddress.IPv6Address(dice.choice([0, 1, dice.getrandbits(128)]))}'",
                     source="cast({c} as char)", target="host({c})", read_source=ipaddress.ip_address,
                     read_target=ipaddress.ip_address)


class Table:
    """A random table, and the numbers of its rows that do not fit."""

    def __init__(self, dice, name, kinds, n_rows):
        self.name = name
        self.columns = [dice.choice(kinds) for _ in range(dice.randint(1, 12))]
        self.names = [f"c{i} {dice.choice('aé')}" for i in range(len(self.columns))]
        self.nullable = [dice.random() < 0.6 for _ in self.columns]
        key = dice.choice([", primary key (n)", "", ", key (n)"])
        engine = dice.choice(["innodb", "innodb", "myisam"])
        lines = [f"`{title}` {column.ddl.removesuffix(' null')} {'null' if nullable else 'not null'}"
                 for title, column, nullable in zip(self.names, self.columns, self.nullable, strict=True)]
        self.ddl = f"create table {name} (n int not null, {', '.join(lines)}{key}) engine={engine}"
        self.unfit = set()
        self.rows = []
        for n in range(n_rows):
            self.rows.append(f"({n}, {', '.join(self.value(dice, n, i) for i in range(len(self.columns)))})")

    def value(self, dice, n, i):
        column = self.columns[i]
        if self.nullable[i] and dice.random() < 0.15:
            return "null"
        if column.awkward and dice.random() < 0.01:
            self.unfit.add(n)
            return column.awkward(dice)
        return column.make(dice)

    def script(self):
        yield self.ddl
        for at in range(0, len(self.rows), 500):
            yield f"insert into {self.name} values {', '.join(self.rows[at:at + 500])}"

    def said(self, server, quote, select, read, ask):
        """What a server says of each row: {n: [values]}."""
        cells = [f"coalesce({select(column).format(c=quote + title + quote)}, 'NULL')"
                 for title, column in zip(self.names, self.columns, strict=True)]
        found = {}
        for line in ask(f"select n, {', '.join(cells)} from {self.name}").splitlines():
            n, *values = line.split(server)
            found[int(n)] = [None if value == "NULL" else read(column)(value)
                             for value, column in zip(values, self.columns, strict=True)]
        return found


class Round:
    """One database of random tables on one source, moved and compared."""

    def __init__(self, options, seed, folder):
        self.seed, self.source_kind = seed, options.source
        self.source = Mysql(variable(f"MILLRACE_{options.source.upper()}"))
        self.target = Postgres(variable(f"MILLRACE_POSTGRES{options.target}"))
        self.program = Program(variable("MILLRACE_PROGRAM"), folder)
        self.database = f"random_{options.source}_{options.target}_{os.getpid()}"
        dice = random.Random(seed)
        kinds = list(columns_of(options.source))
        self.tables = [Table(dice, f"t{i}", kinds, options.rows) for i in range(options.tables)]
        self.readers = dice.randint(1, 3)

    def run(self):
        self.source.run(f"drop database if exists {self.database};"
                        f"create database {self.database} character set utf8mb4")
        self.target.create_database(self.database)
        try:
            script = [statement for table in self.tables for statement in table.script()]
            self.source.run(f"use {self.database}; set sql_mode = 'ALLOW_INVALID_DATES'; set time_zone = '+00:00';"
                            + ";\n".join(script))
            outcome = self.program.run(
                "migrate", self.source.url(self.database), self.target.url(self.database), "--on-fault", "reject",
                "--reject-dir", f"rejects-{self.seed}", "--readers", self.readers, "--progress", "none")
            unfit = sum(len(table.unfit) for table in self.tables)
            if outcome.code != (WITH_REJECTS if unfit else 0):
                raise AssertionError(f"exit code {outcome.code}\n{outcome.stderr}{outcome.stdout}")
            for table in self.tables:
                self.compare(table)
            self.verify(unfit)
        finally:
            self.source.run(f"drop database {self.database}")
            self.target.drop_database(self.database)

    def verify(self, unfit):
        """No alarm without a cause, by either basis; what was rejected is told."""
        for basis in ("ledger", "source"):
            outcome = self.program.run("verify", self.source.url(self.database), self.target.url(self.database),
                                       "--against", basis, "--on-fault", "reject", "--progress", "none")
            if outcome.code != 0 or unfit and f"left out by policy: {unfit:,} row" not in outcome.stdout:
                raise AssertionError(f"verify --against {basis}: {outcome.code}\n{outcome.stderr}{outcome.stdout}")

    def compare(self, table):
        source = table.said("\t", "`", lambda column: column.source, lambda column: column.read_source,
                            lambda sql: self.source.run(f"use {self.database}; set time_zone = '+00:00'; {sql}"))
        target = table.said("|", '"', lambda column: column.target, lambda column: column.read_target,
                            lambda sql: self.target.run(f"set search_path = {self.database}; {sql}", self.database))
        rejected = self.rejected(table)
        if rejected != table.unfit:
            raise AssertionError(f"{table.ddl}\nrejected are {sorted(rejected)}, unfit {sorted(table.unfit)}")
        if set(source) != set(target) | rejected or set(target) & rejected:
            raise AssertionError(f"{table.ddl}\nrows {sorted(set(source) ^ set(target))[:20]} went astray")
        for n, values in target.items():
            for i, (was, is_now) in enumerate(zip(source[n], values, strict=True)):
                if was != is_now:
                    raise AssertionError(f"{table.ddl}\nrow {n}, {table.columns[i].ddl}: {was!r} became {is_now!r}")

    def rejected(self, table):
        path = self.program.folder / f"rejects-{self.seed}" / f"{self.database}.{table.name}.jsonl"
        if not path.exists():
            return set()
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
        numbers = [int(line["row"]["n"]) for line in lines]
        if len(set(numbers)) != len(numbers):
            raise AssertionError(f"{path.name} holds a row twice")
        for line in lines:
            base64.b64decode(line["tuple"], validate=True)
        return set(numbers)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=os.environ.get("MILLRACE_RANDOM_SEED"),
                        help=f"default: {FIXED_SEED}")
    parser.add_argument("--fresh", action="store_true", help="and one that nobody had before")
    parser.add_argument("--rounds", type=int, default=1, help="with the seeds that follow")
    parser.add_argument("--tables", type=int, default=10)
    parser.add_argument("--rows", type=int, default=150)
    parser.add_argument("--source", choices=("mariadb", "mysql56"), default="mariadb")
    parser.add_argument("--target", choices=("15", "18"), default="15")
    options = parser.parse_args()
    firsts = [FIXED_SEED if options.seed is None else options.seed]
    if options.fresh:
        firsts.append(random.SystemRandom().randrange(2 ** 31))
    seeds = [seed for first in firsts for seed in range(first, first + options.rounds)]
    for seed in seeds:
        print(f"--seed {seed}", flush=True)
        with tempfile.TemporaryDirectory(prefix="millrace-random-") as folder:
            try:
                Round(options, seed, folder).run()
            except AssertionError as failure:
                print(f"--seed {seed} --tables {options.tables} --rows {options.rows}"
                      f" --source {options.source}: {failure}")
                return 1
    print(f"{len(seeds)} x {options.tables} tables of {options.rows} rows: the same on both sides")
    return 0


if __name__ == "__main__":
    sys.exit(main())
