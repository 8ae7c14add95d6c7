-- Every storage engine's rows arrive; those of a MERGE table are not counted twice.
create database e2e_engines;
use e2e_engines;
create table in_memory (id int not null primary key, words varchar(10)) engine=memory;
insert into in_memory values (1, 'a'), (2, 'b');
create table first_ (id int not null, key (id)) engine=myisam;
insert into first_ values (1), (2);
create table second_ (id int not null, key (id)) engine=myisam;
insert into second_ values (3);
create table merged (id int not null, key (id)) engine=merge union=(first_, second_);
create table in_csv (id int not null, words varchar(10) not null) engine=csv;
insert into in_csv values (1, 'a,"b"');
