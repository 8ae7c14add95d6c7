create schema e2e_if_exists_error;
set search_path = e2e_if_exists_error;
create table a (mine int);
insert into a values (42);
create view b as select 1 as one;
create table "B ""odd""" (id int);
create table unrelated (id int);
create type a_kind as enum ('y');
create materialized view c as select 1 as one;
