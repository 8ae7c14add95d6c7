-- Tables that are not of one shape are not consolidated: every difference is named, nothing written.
create database e2e_different_shapes_1;
create database e2e_different_shapes_2;
create database e2e_different_shapes_3;
create table e2e_different_shapes_1.work (id int not null primary key, name varchar(40)) engine=innodb;
create table e2e_different_shapes_2.work (id int not null primary key, name varchar(60)) engine=innodb;
create table e2e_different_shapes_3.work (id bigint not null, name varchar(40), extra int, unique key id (id)) engine=innodb;
-- Of one type, but what is one code there is two here.
create table e2e_different_shapes_1.code (code varchar(8) not null primary key, name varchar(40)) engine=innodb
  default charset utf8mb4 collate utf8mb4_general_ci;
create table e2e_different_shapes_2.code (code varchar(8) not null primary key, name varchar(40)) engine=innodb
  default charset utf8mb4 collate utf8mb4_bin;
