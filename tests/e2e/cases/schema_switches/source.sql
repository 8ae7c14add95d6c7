-- The other choice of each switch of the schema.
create database e2e_schema_switches character set utf8mb4;
use e2e_schema_switches;
create table t (id int not null primary key, a int, b int as (a + 1) virtual, words text, more varchar(20),
  at timestamp not null default current_timestamp on update current_timestamp, fulltext key search (words, more)) engine=innodb;
insert into t (id, a, words, more) values (1, 1, 'the Quick fox', 'jumps'), (2, null, null, 'over');
create table parts (id int not null primary key) engine=innodb partition by range (id) (partition p0 values less than (10), partition p1 values less than maxvalue);
insert into parts values (1), (11);
create view v as select id from t;
