-- Rows only, into tables that the user made: other order, more columns, other keys, a trigger.
create database e2e_data_only;
use e2e_data_only;
create table orders (id int unsigned not null auto_increment primary key, kind enum('a', 'b'), words varchar(20),
                     at datetime(3), truth tinyint(1)) engine=innodb;
insert into orders values (1, 'a', 'one', '2001-02-03 04:05:06.007', 1), (9, 'b', null, null, 0);
create table items (id int not null primary key, orders int unsigned,
  constraint to_orders foreign key (orders) references orders (id)) engine=innodb;
insert into items values (1, 9), (2, 1);
create table plain (id int not null auto_increment primary key) engine=innodb;
insert into plain values (4);
create table counted (id int not null auto_increment primary key) engine=innodb;
insert into counted values (4);
create table ahead (id int not null auto_increment primary key) engine=innodb;
insert into ahead values (4);
