-- Tables that are not of one shape are not consolidated: every difference is named, nothing written.
create database e2e_different_shapes_1;
create database e2e_different_shapes_2;
create database e2e_different_shapes_3;
create table e2e_different_shapes_1.work (id int not null primary key, name varchar(40)) engine=innodb;
create table e2e_different_shapes_2.work (id int not null primary key, name varchar(60)) engine=innodb;
create table e2e_different_shapes_3.work (id bigint not null, name varchar(40), extra int, unique key id (id)) engine=innodb;
