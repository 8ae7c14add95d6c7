-- What is in the way is replaced, what is not stays; keys among the old ones are no obstacle.
create database e2e_if_exists_drop;
use e2e_if_exists_drop;
create table parent (id int not null primary key, kind enum('new', 'newer')) engine=innodb;
create table child (id int not null primary key, parent int,
  constraint to_parent foreign key (parent) references parent (id)) engine=innodb;
insert into parent values (1, 'new');
insert into child values (10, 1);
