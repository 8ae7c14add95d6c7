use e2e_engines;
create table in_aria (id int not null primary key, words text) engine=aria;
insert into in_aria values (1, 'a');
