-- RANGE and LIST partitions become PostgreSQL's, the others one table; all rows arrive in any case.
create database e2e_partitions;
use e2e_partitions;
create table numbers (n int not null primary key) engine=innodb;
insert into numbers values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
create table by_range (id int not null, at date not null, words varchar(20), primary key (id, at)) engine=innodb
  partition by range (year(at)) (partition p2000 values less than (2001) comment 'until 2000',
    partition p2001 values less than (2002), partition `p "rest"` values less than maxvalue);
insert into by_range select a.n * 100 + b.n * 10 + c.n, date_add('2000-01-01', interval a.n * 100 + b.n * 10 + c.n day), 'x'
  from numbers a, numbers b, numbers c;
create table by_list (id int not null, kind int) engine=innodb
  partition by list (kind) (partition odd values in (1, 3), partition even values in (2, 4, null));
insert into by_list values (1, 1), (2, 2), (3, null), (4, 3), (5, 4);
create table by_hash (id int not null primary key, words varchar(10)) engine=innodb partition by hash (id) (partition h0, partition h1 comment 'odd ones', partition h2, partition h3, partition h4);
insert into by_hash select a.n * 10 + b.n, 'h' from numbers a, numbers b;
create table by_key (id varchar(20) not null primary key) engine=myisam partition by key () partitions 3;
insert into by_key select concat('k', n) from numbers;
create table twice (id int not null, at date not null) engine=innodb
  partition by range (to_days(at)) subpartition by hash (id) subpartitions 2 (
    partition a values less than (730500), partition b values less than maxvalue);
insert into twice values (1, '1999-01-01'), (2, '1999-01-01'), (3, '2020-01-01'), (4, '2020-01-01');
create table hollow (id int not null primary key) engine=innodb partition by hash (id) partitions 4;
create table by_moment (id int not null, at timestamp not null default '2001-01-01', primary key (id, at)) engine=innodb
  partition by range (unix_timestamp(at)) (partition old values less than (1577836800), partition new_ values less than maxvalue);
insert into by_moment values (1, '2019-06-01'), (2, '2021-06-01');
create table by_columns (a int not null, b date not null, primary key (a, b)) engine=innodb
  partition by range columns (a, b) (partition p0 values less than (10, '2020-01-01'), partition p1 values less than (10, maxvalue),
    partition p2 values less than (maxvalue, maxvalue));
insert into by_columns values (1, '2025-01-01'), (10, '2019-12-31'), (10, '2020-01-01'), (11, '2000-01-01');
create table by_nullable (id int, words varchar(5)) engine=innodb partition by range (id) (partition low values less than (0), partition high values less than maxvalue);
insert into by_nullable values (null, 'n'), (-1, 'm'), (7, 'p');
create table by_word (word varchar(5) not null primary key) engine=innodb default charset=utf8
  partition by list columns (word) (partition ab values in ('a', 'b'), partition c values in ('c'));
insert into by_word values ('a'), ('B'), ('c');
create table by_text (word varchar(5) not null primary key) engine=innodb
  partition by range columns (word) (partition a_m values less than ('n'), partition n_z values less than (maxvalue));
insert into by_text values ('a'), ('x');
