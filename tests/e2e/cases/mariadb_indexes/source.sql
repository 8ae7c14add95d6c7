-- Descending, hashed and ignored indexes, and ones over computed columns.
create database e2e_mariadb_indexes;
use e2e_mariadb_indexes;
create table sorted (id int, a int, b varchar(20), primary key (id desc), key down (a desc, b),
                     unique key mixed (b desc, a desc));
insert into sorted values (1, 1, 'x'), (2, null, 'x'), (3, 2, null);
create table long_values (id int primary key, body text, raw longblob, unique (body), unique (raw));
insert into long_values values (1, repeat('x', 10000), repeat(x'00', 10000)), (2, 'y', null), (3, null, null);
create table computed (id int primary key, body varchar(100), low varchar(100) as (lower(body)) virtual,
                       key by_low (low));
insert into computed (id, body) values (1, 'ABC');
create table quiet (id int primary key, a int, key ignored_index (a) ignored);
create table periods (id int, from_ date, to_ date, period for p (from_, to_), unique (id, p without overlaps));
insert into periods values (1, '2000-01-01', '2001-01-01'), (1, '2001-01-01', '2002-01-01');
