-- By switch generated columns become plain ones, with the source's values.
create database e2e_plain_generated character set utf8mb4;
use e2e_plain_generated;
create table t (a int not null primary key, b int as (a + 1) stored, c int as (a * 2) virtual) engine=innodb;
insert into t (a) values (1), (2);
