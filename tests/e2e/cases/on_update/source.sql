-- ON UPDATE CURRENT_TIMESTAMP becomes a trigger that did not fire while the rows came in.
set time_zone = '+00:00';
create database e2e_on_update;
use e2e_on_update;
create table plain (id int not null primary key, n int, updated timestamp not null default current_timestamp on update current_timestamp) engine=innodb;
insert into plain values (1, 1, '2001-01-01 00:00:00'), (2, 2, '2001-01-01 00:00:00');
create table other (id int not null primary key, words text, updated timestamp(3) not null default current_timestamp(3) on update current_timestamp(3)) engine=innodb;
insert into other values (1, 'a', '2001-01-01 00:00:00');
create table `odd "one"` (id int not null primary key, `at "it"` datetime on update current_timestamp) engine=innodb;
insert into `odd "one"` values (1, '2001-01-01 00:00:00');
