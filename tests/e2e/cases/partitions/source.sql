-- Native partitions of every kind become one table with all the rows.
create database e2e_partitions;
use e2e_partitions;
create table numbers (n int not null primary key) engine=innodb;
insert into numbers values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
create table by_range (id int not null, at date not null, words varchar(20), primary key (id, at)) engine=innodb
  partition by range (year(at)) (partition p2000 values less than (2001),
    partition p2001 values less than (2002), partition `p "rest"` values less than maxvalue);
insert into by_range select a.n * 100 + b.n * 10 + c.n, date_add('2000-01-01', interval a.n * 100 + b.n * 10 + c.n day), 'x'
  from numbers a, numbers b, numbers c;
create table by_list (id int not null, kind int) engine=innodb
  partition by list (kind) (partition odd values in (1, 3), partition even values in (2, 4, null));
insert into by_list values (1, 1), (2, 2), (3, null), (4, 3), (5, 4);
create table by_hash (id int not null primary key, words varchar(10)) engine=innodb partition by hash (id) partitions 5;
insert into by_hash select a.n * 10 + b.n, 'h' from numbers a, numbers b;
create table by_key (id varchar(20) not null primary key) engine=myisam partition by key () partitions 3;
insert into by_key select concat('k', n) from numbers;
create table twice (id int not null, at date not null) engine=innodb
  partition by range (to_days(at)) subpartition by hash (id) subpartitions 2 (
    partition a values less than (730500), partition b values less than maxvalue);
insert into twice values (1, '1999-01-01'), (2, '1999-01-01'), (3, '2020-01-01'), (4, '2020-01-01');
create table hollow (id int not null primary key) engine=innodb partition by hash (id) partitions 4;
