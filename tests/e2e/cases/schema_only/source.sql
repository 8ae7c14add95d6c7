-- Tables, indexes and keys without a row.
create database e2e_schema_only;
use e2e_schema_only;
create table parent (id int not null auto_increment primary key, kind enum('a', 'b')) engine=innodb comment 'said';
create table child (id int not null primary key, parent int, words varchar(20) default 'x', unique key by_parent (parent),
  constraint to_parent foreign key (parent) references parent (id) on delete cascade) engine=innodb;
insert into parent values (7, 'a');
insert into child values (1, 7, 'y');
