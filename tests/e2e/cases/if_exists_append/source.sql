-- Tables that stand are filled besides what they hold; the others are made.
create database e2e_if_exists_append;
use e2e_if_exists_append;
create table parent (id int not null auto_increment primary key, kind enum('new', 'newer'), words varchar(10)) engine=innodb;
create table child (id int not null primary key, parent int,
  constraint to_parent foreign key (parent) references parent (id)) engine=innodb;
create table fresh (id int not null primary key) engine=innodb;
insert into parent values (5, 'new', 'five');
insert into child values (10, 5);
insert into fresh values (1);
