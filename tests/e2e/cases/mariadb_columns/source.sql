-- Defaults that are expressions, generated and invisible columns, CHECKs, system versioning.
create database e2e_mariadb_columns;
use e2e_mariadb_columns;
create table defaults (
  id int not null primary key,
  words text default 'long text', half double default (1 / 2), joined varchar(40) default concat('a', 'b'),
  who uuid default uuid(), at datetime(6) default current_timestamp(6), day date default curdate(),
  dice double default rand(), body json default '{"a": 1}', raw blob default x'00ff',
  next_day date default (curdate() + interval 1 day)
);
insert into defaults (id) values (1);
create table computed (
  a int not null primary key, b int,
  added int as (a + b) virtual, kept varchar(20) as (concat('<', a, '>')) stored,
  hidden int invisible default 7, check (b < 100), constraint positive check (a > 0)
);
insert into computed (a, b) values (1, 2), (2, null);
create table versioned (id int primary key, x int) with system versioning;
insert into versioned values (1, 1);
update versioned set x = 2;
create table counted (id int not null auto_increment primary key, at int) page_compressed=1;
insert into counted (at) values (1), (2);
create sequence numbers start with 5;
