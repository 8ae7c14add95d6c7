create schema e2e_if_exists_drop;
set search_path = e2e_if_exists_drop;
create type parent_kind as enum ('old');
create table parent (id text primary key, kind parent_kind);
create table child (id int primary key, parent text references parent (id));
insert into parent values ('one', 'old');
insert into child values (1, 'one');
create table unrelated (id int);
insert into unrelated values (1);
