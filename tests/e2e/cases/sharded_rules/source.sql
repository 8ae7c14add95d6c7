-- Rules for tables that become one: by a pattern that means all of them, by the name of the one, or
-- one rule for each.
set sql_mode = '';
create database e2e_sharded_rules_1;
create database e2e_sharded_rules_2;

-- The names are UTF-8 that was stored as latin1.
create table e2e_sharded_rules_1.work (
  id int not null primary key, name varchar(20) character set latin1, mail varchar(40) character set latin1,
  done int not null, day date) engine=innodb;
create table e2e_sharded_rules_2.work like e2e_sharded_rules_1.work;
insert into e2e_sharded_rules_1.work values (1, _latin1 x'4772c3bcc39f65', 'A@x.org', 0, '2024-02-29'),
  (9, _latin1 x'c3a9', 'left out', 0, null);
insert into e2e_sharded_rules_2.work values (1, _latin1 x'e6b8b2', 'a@X.org', 1, '0000-00-00'), (2, null, null, 1, null);

create table e2e_sharded_rules_1.job (
  id int not null primary key, name varchar(20) character set latin1 collate latin1_general_ci) engine=innodb;
create table e2e_sharded_rules_2.job like e2e_sharded_rules_1.job;
insert into e2e_sharded_rules_1.job values (1, _latin1 x'c3bc');
insert into e2e_sharded_rules_2.job values (1, _latin1 x'c39c');
