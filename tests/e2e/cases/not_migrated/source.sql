-- What is no table is named, not dropped without a word.
create database e2e_not_migrated;
use e2e_not_migrated;
create table t (id int not null primary key, at int) engine=innodb;
insert into t values (1, 2);
create view looks as select id from t where at > 1;
create trigger before_t before insert on t for each row set new.at = 7;
create function twice(n int) returns int deterministic return n * 2;
delimiter //
create procedure fill() begin insert into t values (9, 9); end//
delimiter ;
create event nightly on schedule every 1 day disable do delete from t;
