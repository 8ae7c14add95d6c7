-- The default: every table, view and type in the way is named, and nothing is touched.
create database e2e_if_exists_error;
use e2e_if_exists_error;
create table a (id int not null primary key, kind enum('x')) engine=innodb;
create table b (id int not null primary key) engine=innodb;
create table `B "odd"` (id int not null primary key) engine=innodb;
create table c (id int not null primary key) engine=innodb;
create table free (id int not null primary key) engine=innodb;
insert into a values (1, 'x');
