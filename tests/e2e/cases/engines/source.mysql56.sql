use e2e_engines;
create table in_archive (id int not null, words text) engine=archive;
insert into in_archive values (1, 'a'), (2, 'b'), (3, 'c');
