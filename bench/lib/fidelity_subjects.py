"""The awkward things that bench/fidelity moves: a source database for each, with a table or two.

A column is (name, kind of value): see fidelity_judge.FORMS. An Ask puts one question to both servers
and compares the answers. Names of columns and objects are such that no message has them by chance.
"""

import dataclasses

LONG = "a_name_of_sixty_four_characters_as_long_as_the_server_permits_"
STRICT = "set sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO';"
LAX = "set sql_mode = 'NO_AUTO_VALUE_ON_ZERO';"


@dataclasses.dataclass(frozen=True)
class Ask:
    """A question to both servers. `whether`: only whether the statements are taken or refused."""

    what: str
    source: str
    target: str
    words: tuple
    whether: bool = False
    table: str = ""  # without which it cannot be asked


@dataclasses.dataclass(frozen=True)
class Subject:
    name: str
    title: str
    sql: str
    tables: dict = dataclasses.field(default_factory=dict)  # name to its columns, all keyed by `id`
    asks: tuple = ()
    mode: str = STRICT
    target_sql: str = ""  # in each target database beforehand
    zone: str = ""  # the source server's time zone meanwhile
    remark: str = ""


def taken(what, statement, words, table, target=None):
    """Whether a statement that must leave nothing behind is taken."""
    return Ask(what, f"start transaction; {statement}; rollback",
               f"begin; {target or statement}; rollback", tuple(words), True, table)


def answer(what, source, target, *words, table=""):
    return Ask(what, source, target, words, False, table)


def columns_of(table):
    """The names of a table's columns, in order."""
    return ("select group_concat(column_name order by ordinal_position separator ', ')"
            f" from information_schema.columns where table_schema = database() and table_name = '{table}'",
            "select string_agg(attname, ', ' order by attnum) from pg_attribute a join pg_class c on c.oid = attrelid"
            f" where relnamespace = current_schema()::regnamespace and lower(relname) = lower('{table}')"
            " and attnum > 0 and not attisdropped")


def defaults(name, title, columns):
    """A table whose columns have defaults: a row that was stored by them, and a new one."""
    def new_row(column, kind):
        text = f"{column} + 0" if kind == "bits" else column
        return answer(f"{column} of a new row",
                      f"start transaction; insert into orders (id) values (9); select {text} from orders where id = 9; rollback",
                      f"begin; insert into orders (id) values (9); select case {column}::text when 'true' then '1' else"
                      f" {column}::text end from orders where id = 9; rollback", column, table="orders")
    declared = ", ".join(f"{column} {definition}" for column, (definition, _) in columns.items())
    return Subject(
        name, title, f"create table orders (id int primary key, {declared}); insert into orders (id) values (1);",
        {"orders": {column: kind for column, (_, kind) in columns.items()}},
        tuple(new_row(column, kind) for column, (_, kind) in columns.items()))


def stamps(name, title, digits):
    return Subject(
        name, title,
        f"create table stamps (id int primary key, word varchar(9), made datetime{digits} default current_timestamp{digits},"
        f" changed timestamp{digits} not null default current_timestamp{digits} on update current_timestamp{digits});"
        "insert into stamps values (1, 'one', '2001-01-01', '2001-01-01');",
        {"stamps": {"made": "moment", "changed": "moment"}},
        (answer("made, of a new row", "start transaction; insert into stamps (id) values (9);"
                " select if(abs(timestampdiff(second, made, now())) < 60, 'now', 'not now') from stamps where id = 9; rollback",
                "begin; insert into stamps (id) values (9); select case when abs(extract(epoch from made - now()::timestamp)) < 60"
                " then 'now' else 'not now' end from stamps where id = 9; rollback", "made", table="stamps"),
         answer("changed, of a row that is updated", "start transaction; update stamps set word = 'two' where id = 1;"
                " select if(year(changed) > 2001, 'stamped', 'as it was') from stamps where id = 1; rollback",
                "begin; update stamps set word = 'two' where id = 1; select case when extract(year from changed) > 2001"
                " then 'stamped' else 'as it was' end from stamps where id = 1; rollback", "changed", table="stamps")))


SUBJECTS = (
    Subject(
        "zero_dates", "Zero and partial dates",
        "create table days (id int primary key, zero_day date, partial_day date, zero_moment datetime);"
        "insert into days values (1, '0000-00-00', '2020-00-15', '0000-00-00 00:00:00'),"
        " (2, '2020-02-29', '2020-02-29', '2020-02-29 10:11:12'), (3, null, null, null);",
        {"days": {"zero_day": "moment", "partial_day": "moment", "zero_moment": "moment"}}, mode=LAX),
    Subject(
        "zero_dates_not_null", "Zero dates where NULL is not allowed",
        "create table days (id int primary key, born date not null default '0000-00-00', word varchar(9));"
        "insert into days values (1, '0000-00-00', 'one'), (2, '1999-12-31', 'two');",
        {"days": {"born": "moment", "word": "text"}}, mode=LAX),
    Subject(
        "old_years", "The first and the last years",
        "create table years (id int primary key, long_ago date, long_ago_at datetime);"
        "insert into years values (1, '0001-01-01', '0001-01-01 00:00:00'), (2, '0999-12-31', '0999-12-31 23:59:59'),"
        " (3, '9999-12-31', '9999-12-31 23:59:59');",
        {"years": {"long_ago": "moment", "long_ago_at": "moment"}}),
    Subject(
        "tinyint1", "tinyint(1) that holds more than truth",
        "create table flags (id int primary key, truth tinyint(1));"
        "insert into flags values (1, 0), (2, 1), (3, 2), (4, -1), (5, null);",
        {"flags": {"truth": "number"}}),
    Subject(
        "unsigned", "Unsigned integers up to their greatest",
        "create table amounts (id int primary key, small_u smallint unsigned, whole_u int unsigned, big_u bigint unsigned);"
        "insert into amounts values (1, 65535, 4294967295, 18446744073709551615), (2, 0, 0, 0);",
        {"amounts": {"small_u": "number", "whole_u": "number", "big_u": "number"}}),
    Subject(
        "limits", "What the types do not take, or round",
        "create table limits (id int primary key, no_minus int unsigned, up_to_127 tinyint, up_to_255_bytes tinytext,"
        " two_digits double(8,2), padded int(6) zerofill);"
        "insert into limits values (1, 0, 127, 'x', 1.25, 42);",
        {"limits": {"no_minus": "number", "up_to_127": "number", "up_to_255_bytes": "text", "two_digits": "double",
                    "padded": "text"}},
        (taken("-1 in int unsigned", "insert into limits (id, no_minus) values (9, -1)", ["no_minus"], "limits"),
         taken("200 in tinyint", "insert into limits (id, up_to_127) values (9, 200)", ["up_to_127"], "limits"),
         taken("300 characters in tinytext", "insert into limits (id, up_to_255_bytes) values (9, repeat('x', 300))",
               ["up_to_255_bytes"], "limits"),
         answer("1.239 in double(8,2)", "start transaction; insert into limits (id, two_digits) values (9, 1.239);"
                " select two_digits from limits where id = 9; rollback", "begin; insert into limits (id, two_digits) values (9, 1.239);"
                " select two_digits from limits where id = 9; rollback", "two_digits", table="limits")),
        remark="[The page of types](types.md) says so of Millrace; its runs name zerofill and the digits of double alone."),
    Subject(
        "unsigned_key", "A key of bigint unsigned that counts up, above 2^63",
        "create table counters (id bigint unsigned auto_increment primary key, word varchar(9));"
        "insert into counters values (1, 'low'), (18446744073709551000, 'high');",
        {"counters": {"word": "text"}}),
    Subject(
        "auto_increment", "Where AUTO_INCREMENT goes on",
        "create table tickets (id int auto_increment primary key, word varchar(9)) auto_increment = 1000;"
        "insert into tickets values (7, 'seven');",
        {"tickets": {"word": "text"}},
        (answer("the next number", "start transaction; insert into tickets (word) values ('x'); select last_insert_id(); rollback",
                "begin; insert into tickets (word) values ('x') returning id; rollback", "tickets", table="tickets"),)),
    Subject(
        "bits", "bit(1) and bit(8)",
        "create table switches (id int primary key, single_bit bit(1), eight_bits bit(8));"
        "insert into switches values (1, b'0', b'0'), (2, b'1', b'10000001'), (3, b'1', b'1111'), (4, null, null);",
        {"switches": {"single_bit": "bits", "eight_bits": "bits"}}),
    Subject(
        "year", "year",
        "create table vintages (id int primary key, vintage year);"
        "insert into vintages values (1, 1901), (2, 2155), (3, 0000), (4, null);",
        {"vintages": {"vintage": "number"}}),
    Subject(
        "time", "time beyond a day, and below zero",
        "create table spans (id int primary key, span time, fine_span time(6));"
        "insert into spans values (1, '838:59:59', '838:59:59'), (2, '-838:59:59', '-00:00:00.000001'),"
        " (3, '23:59:59', '23:59:59.999999'), (4, '24:00:01', '00:00:00');",
        {"spans": {"span": "moment", "fine_span": "moment"}}),
    Subject(
        "time_of_day", "time within a day",
        "create table spans (id int primary key, span time, fine_span time(6));"
        "insert into spans values (1, '23:59:59', '23:59:59.999999'), (2, '00:00:00', '12:34:56.000001'), (3, null, null);",
        {"spans": {"span": "moment", "fine_span": "moment"}}),
    Subject(
        "fractions", "Fractions of seconds",
        "create table moments (id int primary key, micro datetime(6), milli datetime(3), whole_second datetime,"
        " micro_stamp timestamp(6) null);"
        "insert into moments values (1, '2021-03-04 05:06:07.123456', '2021-03-04 05:06:07.125', '2021-03-04 05:06:07',"
        " '2021-03-04 05:06:07.000001'), (2, '2021-03-04 05:06:07.000010', '2021-03-04 00:00:00.001', '2021-03-04', null);",
        {"moments": {"micro": "moment", "milli": "moment", "whole_second": "moment", "micro_stamp": "moment"}}),
    Subject(
        "time_zone", "timestamp on a server whose zone is +05:30",
        "set time_zone = '+00:00';"
        "create table instants (id int primary key, instant timestamp null, wall_clock datetime);"
        "insert into instants values (1, '2021-06-01 12:00:00', '2021-06-01 12:00:00');",
        {"instants": {"instant": "moment", "wall_clock": "moment"}}, zone="+05:30",
        remark="Shown in UTC. The target's server is in UTC."),
    Subject(
        "summer_time", "timestamp in the hour that comes twice, Europe/Berlin on both servers",
        "set time_zone = '+00:00';"
        "create table instants (id int primary key, instant timestamp null);"
        "insert into instants values (1, '2021-10-31 00:30:00'), (2, '2021-10-31 01:30:00'), (3, '2021-03-28 01:30:00');",
        {"instants": {"instant": "moment"}}, zone="Europe/Berlin",
        target_sql="alter database {database} set timezone = 'Europe/Berlin'", remark="Shown in UTC."),
    Subject(
        "decimals", "decimal(65,30)",
        "create table sums (id int primary key, wide_sum decimal(65,30), price decimal(10,2) unsigned);"
        "insert into sums values (1, 99999999999999999999999999999999999.999999999999999999999999999999, 99999999.99),"
        " (2, -0.000000000000000000000000000001, 0.01), (3, 12345678901234567890.000000000100000000020000000003, 0);",
        {"sums": {"wide_sum": "number", "price": "number"}}),
    Subject(
        "floats", "float and double",
        "create table readings (id int primary key, single_float float, double_float double);"
        "insert into readings values (1, 0.1, 0.1), (2, 16777215, 9007199254740993), (3, 3.40282e38, 1.7976931348623157e308),"
        " (4, 1234567.8, 4.9e-324), (5, -1e-38, 2.2250738585072014e-308);",
        {"readings": {"single_float": "single", "double_float": "double"}}),
    Subject(
        "latin1", "latin1, which is cp1252: bytes 0x80 to 0x9f",
        "create table words (id int primary key, western varchar(40) character set latin1);"
        "insert into words values (1, _latin1 x'80828384858687888990919293949596979899'), (2, _latin1 x'e9fcdf'),"
        " (3, _latin1 x'818d8f909d');",
        {"words": {"western": "text"}}),
    Subject(
        "wide_characters", "Characters of four bytes, and a char that is padded",
        "create table words (id int primary key, wide_word varchar(20), fixed_word char(6));"
        "insert into words values (1, '\U0001F40B渲染', 'ab'), (2, 'e\u0301', ' a');",
        {"words": {"wide_word": "text", "fixed_word": "text"}},
        remark="character(n) of PostgreSQL shows the blanks that pad it; as text it has none, which is compared here."),
    Subject(
        "character_sets", "Other character sets",
        "create table words (id int primary key, czech varchar(20) character set latin2, russian varchar(20) character set cp1251,"
        " chinese varchar(20) character set gbk, wide_set varchar(20) character set utf16);"
        "insert into words values (1, 'Dvořák', 'Чехов', '渲染', '渲🐋');",
        {"words": {"czech": "text", "russian": "text", "chinese": "text", "wide_set": "text"}}),
    Subject(
        "escapes", "Tabs, line ends, backslashes and quotes in text",
        "create table notes (id int primary key, odd_text text);"
        "insert into notes values (1, 'a\\tb\\nc\\rd'), (2, 'back\\\\slash \\\\N \\\\.'), (3, 'it''s \"quoted\"'), (4, '\\\\.');",
        {"notes": {"odd_text": "text"}}),
    Subject(
        "bytes", "Bytes that are no text",
        "create table octets (id int primary key, few_bytes varbinary(20), many_bytes blob, four_bytes binary(4));"
        "insert into octets values (1, x'fffe00c328', x'00ff', x'01'), (2, '', '', x'00000000');",
        {"octets": {"few_bytes": "bytes", "many_bytes": "bytes", "four_bytes": "bytes"}}),
    Subject(
        "nul", "A zero byte in text",
        "create table notes (id int primary key, nul_text varchar(20));"
        "insert into notes values (1, concat('a', char(0), 'b')), (2, 'plain');",
        {"notes": {"nul_text": "text"}}),
    Subject(
        "empty", "Empty text and NULL",
        "create table notes (id int primary key, empty_text varchar(20), empty_blob varbinary(9), kept_word varchar(9) not null default '');"
        "insert into notes values (1, '', '', ''), (2, null, null, 'x'), (3, 'NULL', 'NULL', '\\\\N');",
        {"notes": {"empty_text": "text", "empty_blob": "bytes", "kept_word": "text"}}),
    Subject(
        "enum", "enum with the empty error value",
        "create table states (id int primary key, render_state enum('done', 'to do', 'it''s', 'Done!'));"
        "insert into states values (1, 'done'), (2, 'nonsense'), (3, 'it''s'), (4, null);",
        {"states": {"render_state": "text"}}, mode=LAX),
    Subject(
        "set", "set",
        "create table choices (id int primary key, chosen set('a', 'b c', 'd'));"
        "insert into choices values (1, ''), (2, 'a,d'), (3, 'b c'), (4, null);",
        {"choices": {"chosen": "members"}}),
    Subject(
        "json", "JSON: equal keys, long numbers, a zero character",
        "create table documents (id int primary key, document json);"
        "insert into documents values (1, '{\"b\": 1, \"a\": 2, \"b\": 3}'), (2, '{\"n\": 12345678901234567890.123456789}'),"
        " (3, '[\"\\\\u0000\"]'), (4, '{\"z\": [1, null, true], \"a\": \"\\\\u00e9\"}'), (5, null);",
        {"documents": {"document": "json"}},
        remark="Compared without blanks and order of keys, which jsonb does not keep. MariaDB's JSON is longtext with a"
        " CHECK: pgloader makes text of it."),
    Subject(
        "uuid", "A UUID in binary(16)",
        "create table tokens (id int primary key, token binary(16));"
        "insert into tokens values (1, x'00112233445566778899aabbccddeeff'), (2, x'00000000000000000000000000000000');",
        {"tokens": {"token": "bytes"}}),
    Subject(
        "mariadb_uuid", "uuid of MariaDB",
        "create table hosts (id int primary key, host_key uuid);"
        "insert into hosts values (1, '00112233-4455-6677-8899-aabbccddeeff'), (2, null);",
        {"hosts": {"host_key": "text"}}),
    Subject(
        "mariadb_inet", "inet6 of MariaDB",
        "create table hosts (id int primary key, host_address inet6);"
        "insert into hosts values (1, '2001:db8::1'), (2, null);",
        {"hosts": {"host_address": "address"}}),
    Subject(
        "geometry", "Geometry, without PostGIS in the target",
        "create table places (id int primary key, spot point, route linestring);"
        "insert into places values (1, st_geomfromtext('POINT(13.5 52.25)'), st_geomfromtext('LINESTRING(0 0,1 2,3 4)')),"
        " (2, null, null);",
        {"places": {"spot": "shape", "route": "shape"}}, remark="Compared are the coordinates, whatever type holds them."),
    Subject(
        "ignores_case", "A unique key that ignores case, accents and blanks at the end",
        "create table people (id int primary key, nick varchar(20), unique key one_nick (nick)) collate utf8mb4_general_ci;"
        "insert into people values (1, 'anna'), (2, 'bert');",
        {"people": {"nick": "text"}},
        (taken("'ANNA' beside 'anna'", "insert into people values (9, 'ANNA')", ["nick", "one_nick"], "people"),
         taken("'anna ' beside 'anna'", "insert into people values (9, 'anna ')", ["nick", "one_nick"], "people"),
         answer("rows where nick = 'BERT'", "select count(*) from people where nick = 'BERT'",
                "select count(*) from people where nick = 'BERT'", "nick", "one_nick", table="people"))),
    Subject(
        "generated", "Generated columns",
        "create table boxes (id int primary key, width int, height int,"
        " area int generated always as (width * height) stored, half_width decimal(8,1) generated always as (width / 2) virtual,"
        " tag varchar(30) generated always as (concat(width, 'x', height)) stored);"
        "insert into boxes (id, width, height) values (1, 3, 4), (2, null, 5);",
        {"boxes": {"area": "number", "half_width": "number", "tag": "text"}},
        (answer("area of a new row", "start transaction; insert into boxes (id, width, height) values (9, 5, 6);"
                " select area from boxes where id = 9; rollback",
                "begin; insert into boxes (id, width, height) values (9, 5, 6); select area from boxes where id = 9; rollback",
                "area", table="boxes"),)),
    Subject(
        "checks", "CHECK constraints",
        "create table parts (id int primary key, pieces int, constraint some_pieces check (pieces > 0));"
        "insert into parts values (1, 1);",
        {"parts": {"pieces": "number"}},
        (taken("a row that breaks it", "insert into parts values (9, -1)", ["some_pieces", "pieces"], "parts"),)),
    defaults(
        "defaults", "DEFAULT, a literal",
        {"amount": ("int not null default 7", "number"), "word_default": ("varchar(20) default 'it''s'", "text"),
         "price_default": ("decimal(6,2) default 1.50", "number"), "bit_default": ("bit(1) default b'1'", "bits")}),
    defaults(
        "default_expressions", "DEFAULT, an expression",
        {"sum_default": ("int default (1 + 1)", "number"), "code_default": ("varchar(20) default (concat('a', 'b'))", "text")}),
    stamps("on_update", "CURRENT_TIMESTAMP, also ON UPDATE", ""),
    stamps("on_update_fractions", "CURRENT_TIMESTAMP(3), also ON UPDATE", "(3)"),
    Subject(
        "indexes", "A unique key over a prefix, FULLTEXT, the name of an index",
        "create table pages (id int primary key, heading varchar(60) collate utf8mb4_bin, body text, rank_ int,"
        " unique key one_heading (heading(3)), fulltext key words_of_body (body), key by_rank (rank_));"
        "insert into pages values (1, 'abcdef', 'to be or not to be', 3);",
        {"pages": {"heading": "text", "body": "text"}},
        (taken("'abcxyz' beside 'abcdef'", "insert into pages values (9, 'abcxyz', '', 1)", ["one_heading"], "pages"),
         answer("an index over body", "select count(distinct index_name) from information_schema.statistics where"
                " table_schema = database() and column_name = 'body'",
                "select count(*) from pg_indexes where schemaname = current_schema() and indexdef like '%body%'", "words_of_body"),
         answer("the name of the index over rank_", "select index_name from information_schema.statistics where"
                " table_schema = database() and column_name = 'rank_'",
                "select indexname from pg_indexes where schemaname = current_schema() and indexdef like '%rank\\_%'", "by_rank"))),
    Subject(
        "long_names", "Two columns whose names differ in the 64th character",
        f"create table readings (id int primary key, `{LONG}_1` int, `{LONG}_2` int);"
        "insert into readings values (1, 10, 20);",
        {"readings": {f"{LONG}_1": "number", f"{LONG}_2": "number"}},
        remark="PostgreSQL's names have 63 bytes. A column is looked for by its name, then by its place."),
    Subject(
        "names", "Capitals, blanks and reserved words in names",
        "create table `Order` (id int primary key, `JobID` int, `select` int, `User Name` varchar(9));"
        "insert into `Order` values (1, 2, 3, 'x');",
        {"Order": {"JobID": "number", "select": "number", "User Name": "text"}},
        (answer("the columns' names", *columns_of("Order"), "JobID"),),
        remark="pgloader folds names to lower case unless `quote identifiers` says otherwise."),
    Subject(
        "comments", "Comments",
        "create table jobs (id int primary key, title varchar(20) comment 'the user''s own') comment = 'what was submitted';"
        "insert into jobs values (1, 'x');",
        {"jobs": {"title": "text"}},
        (answer("the table's", "select table_comment from information_schema.tables where table_schema = database()",
                "select obj_description('jobs'::regclass)", "jobs", table="jobs"),
         answer("a column's", "select column_comment from information_schema.columns where table_schema = database()"
                " and column_name = 'title'", "select col_description('jobs'::regclass, 2)", "title", table="jobs"))),
    Subject(
        "foreign_keys", "Foreign keys with names",
        "create table jobs (id int primary key);"
        "create table frames (id int primary key, job_id int, constraint of_job foreign key (job_id) references jobs (id) on delete cascade);"
        "insert into jobs values (1), (2); insert into frames values (1, 1), (2, null);",
        {"frames": {"job_id": "number"}},
        (answer("its name", "select constraint_name from information_schema.referential_constraints where"
                " constraint_schema = database()", "select conname from pg_constraint where contype = 'f' and"
                " connamespace = current_schema()::regnamespace", "of_job"),
         taken("a frame of no job", "insert into frames values (9, 99)", ["of_job"], "frames"),
         answer("frames when their job is deleted", "start transaction; delete from jobs where id = 1;"
                " select count(*) from frames; rollback", "begin; delete from jobs where id = 1; select count(*) from frames; rollback",
                "of_job", table="frames"))),
    Subject(
        "orphans", "A row that points nowhere, which was stored with the checks off",
        "create table jobs (id int primary key); set foreign_key_checks = 0;"
        "create table frames (id int primary key, job_id int, constraint of_job foreign key (job_id) references jobs (id));"
        "insert into jobs values (1); insert into frames values (1, 1), (2, 99);",
        {"frames": {"job_id": "number"}},
        (taken("another such row", "insert into frames values (9, 98)", ["of_job"], "frames"),)),
    Subject(
        "views", "A view",
        "create table jobs (id int primary key, title varchar(20)); insert into jobs values (1, 'a'), (2, 'b');"
        "create view some_jobs as select id, title from jobs where id > 1;",
        {"jobs": {"title": "text"}},
        (answer("its rows", "select * from some_jobs", "select * from some_jobs", "some_jobs"),)),
    Subject(
        "triggers", "A trigger and a function",
        "create table jobs (id int primary key, title varchar(20), shout varchar(20)); insert into jobs values (1, 'a', 'A');"
        "create trigger shouting before insert on jobs for each row set new.shout = upper(new.title);"
        "create function twice(n int) returns int deterministic return 2 * n;",
        {"jobs": {"shout": "text"}},
        (answer("shout of a new row", "start transaction; insert into jobs (id, title) values (9, 'b'); select shout from jobs"
                " where id = 9; rollback", "begin; insert into jobs (id, title) values (9, 'b'); select shout from jobs where id = 9; rollback",
                "shouting", table="jobs"),
         answer("twice(21)", "select twice(21)", "select twice(21)", "twice"))),
    Subject(
        "partitions", "A table in partitions, one with a comment",
        "create table events (id int not null, at_year int not null, primary key (id, at_year)) partition by range (at_year)"
        " (partition old values less than (2020) comment = 'closed', partition new values less than maxvalue);"
        "insert into events values (1, 2019), (2, 2021);",
        {"events": {"at_year": "number"}},
        (answer("partitions", "select count(*) from information_schema.partitions where table_schema = database()",
                "select count(*) from pg_inherits i join pg_class c on c.oid = inhparent where"
                " relnamespace = current_schema()::regnamespace and c.relkind = 'p'", "events", "partitions"),
         answer("the comment of one", "select partition_comment from information_schema.partitions where"
                " table_schema = database() and partition_name = 'old'",
                "select obj_description(c.oid) from pg_class c where relnamespace = current_schema()::regnamespace"
                " and relname like '%old'", "closed"))),
    Subject(
        "sequences", "A sequence of MariaDB's",
        "create sequence ticket_numbers start with 100 increment by 10; do nextval(ticket_numbers);"
        "create table jobs (id int primary key); insert into jobs values (1);",
        {},
        (answer("the next number is one not used yet", "select nextval(ticket_numbers) > 100",
                "select (nextval('ticket_numbers') > 100)::int", "ticket_numbers"),)),
)
