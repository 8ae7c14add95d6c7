-- SQL of the user's own at each moment of a run, on both sides.
create database e2e_sql_hooks;
use e2e_sql_hooks;
create table t (id int not null primary key, p int, constraint fk foreign key (p) references t (id)) engine=innodb;
insert into t values (1, null), (2, 1);
