"""What both servers say of a subject: every value as text, and answers to its questions."""

from fidelity_judge import NULL, Left
from server_pair import Refused

# How the source writes a value of each kind as text.
SOURCE_TEXT = {
    "bits": "bin({} + 0)", "bytes": "hex({})", "shape": "st_astext({})", "single": "cast({} + 0e0 as char)",
    "double": "cast({} + 0e0 as char)", "number": "cast({} as char)", "moment": "cast({} as char)"}


def in_backticks(name):
    return "`" + name.replace("`", "``") + "`"


def in_quotes(name):
    return '"' + name.replace('"', '""') + '"'


def text_of(hexadecimal):
    return NULL if hexadecimal == "NULL" else bytes.fromhex(hexadecimal).decode("utf-8", "replace")


def source_values(servers, subject, database):
    """Texts by (table, column, id)."""
    values = {}
    for table, columns in subject.tables.items():
        texts = [SOURCE_TEXT.get(kind, "{}").format(in_backticks(column)) for column, kind in columns.items()]
        listed = ", ".join(f"hex(convert({text} using utf8mb4))" for text in texts)
        rows = servers.ask_source(f"set names utf8mb4; set time_zone = '+00:00'; use {database};"
                                  f" select id, {listed} from {in_backticks(table)} order by id")
        for key, *cells in rows:
            for column, cell in zip(columns, cells):
                values[table, column, key] = text_of(cell)
    return values


def target_values(servers, subject, schema):
    """What is left of each: only of tables and columns that are there. Names in another case count."""
    values, kept = {}, target_columns(servers, schema)
    for table, columns in subject.tables.items():
        there = kept.get(table.lower())
        if there is None or "id" not in there["columns"]:
            continue
        found = found_columns(there["columns"], list(columns))
        texts = []
        for name, kind in found.values():
            quoted = in_quotes(name)
            text = f"encode({quoted}, 'hex')" if kind == "bytea" else f"encode(convert_to({quoted}::text, 'UTF8'), 'hex')"
            texts.append(f"coalesce({text}, 'NULL')")
        rows = servers.ask_target(
            f"set timezone = 'UTC'; select {', '.join(['id', *texts])} from {in_quotes(schema)}.{in_quotes(there['name'])}")
        for key, *cells in rows:
            for (column, (_, kind)), cell in zip(found.items(), cells):
                text = cell.upper() if kind == "bytea" and cell != "NULL" else text_of(cell)
                values[table, column, key.split(".")[0]] = Left(text, kind)
    return values


def target_columns(servers, schema):
    """The tables by their names in lower case: name, and columns likewise with name and type."""
    tables = {}
    rows = servers.ask_target(
        "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
        f" where c.relnamespace = (select oid from pg_namespace where nspname = '{schema}')"
        " and c.relkind in ('r', 'p') order by c.relname, a.attnum")
    for table, column, kind in rows:
        entry = tables.setdefault(table.lower(), {"name": table, "columns": {}})
        entry["columns"][column.lower()] = (column, kind)
    return tables


def found_columns(there, wanted):
    """Each wanted column with its name and type in the target; by its place where its name was cut."""
    places = [entry for name, entry in there.items() if name != "id"]
    found = {}
    for place, column in enumerate(wanted):
        if column.lower() in there:
            found[column] = there[column.lower()]
        elif len(places) == len(wanted) and not any(places[place][0].lower() == other.lower() for other in wanted):
            found[column] = places[place]
    return found


def source_answer(servers, ask, database):
    return answer_of(ask, lambda: servers.ask_source(f"set names utf8mb4; use {database}; {ask.source}"))


def has_table(servers, table, schema):
    """Whether a question about this table can be asked; one about none always can."""
    return not table or table.lower() in target_columns(servers, schema)


def target_answer(servers, ask, schema):
    return Left(answer_of(ask, lambda: servers.ask_target(f"set search_path = {in_quotes(schema)}; {ask.target}")))


def answer_of(ask, put):
    try:
        rows = put()
    except Refused:
        return "refused" if ask.whether else None
    if ask.whether:
        return "taken"
    return "; ".join(", ".join(row) for row in rows) or None
