-- CHECK constraints: made where both servers surely mean the same, named where not.
create database e2e_checks character set utf8mb4;
use e2e_checks;
create table jobs (
  id int not null primary key,
  priority int not null check (priority between 0 and 100),
  cores int unsigned check (cores > 0 and cores <= 1024),
  status varchar(10) collate utf8mb4_general_ci check (status in ('waiting', 'running', 'done')),
  code varchar(10) collate utf8mb4_bin check (code like 'J%'),
  kind enum('sim', 'render') check (kind <> 'sim' or cores >= 8),
  name varchar(40) check (char_length(name) > 2),
  active tinyint(1) default 1 check (active in (0, 1)),
  began date, ended date, doc json,
  spare int check (spare is null or spare % 2 = 0),
  odd double check (crc32(odd) > 0),
  day date check (day >= '2000-01-01'),
  constraint in_order check (ended is null or began <= ended),
  constraint `odd "name" with 'quotes'` check (not (priority = 13))
) engine=innodb;
insert into jobs values (1, 50, 8, 'Waiting', 'J1', 'sim', 'abc', 1, '2024-01-01', '2024-01-02', '{}', 2, 1.5, '2024-05-05'),
  (2, 0, null, null, null, null, null, null, null, null, null, null, null, null);
-- A row that was there before its constraint: the source is lax when told so.
create table lax (id int not null primary key, n int, constraint positive check (n > 0)) engine=innodb;
set check_constraint_checks = 0;
insert into lax values (1, 1), (2, -1);
set check_constraint_checks = 1;
