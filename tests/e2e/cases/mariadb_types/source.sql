-- Types that only MariaDB has, or has differently: JSON, UUID, INET4, INET6, compressed columns.
create database e2e_mariadb_types;
use e2e_mariadb_types;

create table documents (id int primary key, body json, note json not null default '{}');
insert into documents values
  (1, '{}', '[]'), (2, 'null', 'true'), (3, '"text"', '-0.5e10'),
  (4, '{"b": 1, "a": [1, 2.50, {"deep": [[[]]]}], "emoji": "😀", "escaped": "\\u00e9\\n\\"q\\""}', '{}'),
  (5, '  { "blank" :  1 }  ', '{"big": 123456789012345678901234567890.123456789}'),
  (6, '{"once": 1, "two": 2}', '1'), (7, null, '""'),
  (8, concat('["', repeat('x', 100000), '"]'), '{"": ""}');

create table addresses (id int primary key, who uuid, four inet4, six inet6);
insert into addresses values
  (1, '00000000-0000-0000-0000-000000000000', '0.0.0.0', '::'),
  (2, 'ffffffff-ffff-ffff-ffff-ffffffffffff', '255.255.255.255',
   'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'),
  (3, '6ccd780c-baba-1026-9564-5b8c656024db', '127.0.0.1', '::1'),
  (4, '6CCD780CBABA102695645B8C656024DB', '10.1.2.3', '2001:db8::ff00:42:8329'),
  (5, 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', '192.168.0.255', '::ffff:192.0.2.1'),
  (6, null, null, null);

create table packed (id int primary key, words text compressed, raw blob compressed,
                     short varchar(100) compressed);
insert into packed values (1, repeat('abc ', 1000), repeat(x'00ff', 1000), 'ü'), (2, '', '', ''),
                          (3, null, null, null);

create table keyed_by_uuid (id uuid primary key, at inet6 unique);
insert into keyed_by_uuid values ('6ccd780c-baba-1026-9564-5b8c656024db', '::2'),
                                 ('00000000-0000-0000-0000-000000000001', '::1');
