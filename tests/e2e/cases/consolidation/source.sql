-- Shards of one shape go into one table: numbered databases with a job and a work table, foreign keys
-- between them, an identity, a member of MyISAM, one large enough to be cut, many tiny ones, an
-- empty one; and tables of one database that differ by their name.
create database e2e_consolidation_1;
create database e2e_consolidation_2;
create database e2e_consolidation_3;
create database e2e_consolidation_acct;

create table e2e_consolidation_1.job (
  id int not null auto_increment primary key, name varchar(40) not null, code char(8) not null,
  unique key code (code), key by_name (name)) engine=innodb;
create table e2e_consolidation_2.job like e2e_consolidation_1.job;
create table e2e_consolidation_3.job like e2e_consolidation_1.job;
alter table e2e_consolidation_2.job add key only_here (name, id);
insert into e2e_consolidation_1.job values (1, 'one', 'a'), (2, 'two', 'b');
insert into e2e_consolidation_2.job values (1, 'uno', 'a'), (7, 'sette', 'b'), (2147483, 'tanti', 'c');
insert into e2e_consolidation_3.job values (1, 'eins', 'a');

use e2e_consolidation_1;
create table e2e_consolidation_1.work (
  pid int not null, frame int not null, result text, primary key (pid, frame),
  constraint to_job foreign key (pid) references job (id) on delete cascade) engine=innodb;
use e2e_consolidation_2;
create table e2e_consolidation_2.work (
  frame int not null, pid int not null, result text, primary key (pid, frame),
  constraint to_job foreign key (pid) references job (id) on delete cascade) engine=innodb;
use e2e_consolidation_3;
create table e2e_consolidation_3.work (
  pid int not null, frame int not null, result text, primary key (pid, frame),
  constraint to_job foreign key (pid) references job (id) on delete cascade) engine=innodb;
insert into e2e_consolidation_1.work values (1, 1001, 'ok'), (2, 1001, null);
insert into e2e_consolidation_2.work (pid, frame, result) values (7, 1001, 'ok'), (1, 1001, 'caffè');
-- 65,536 rows of some 200 bytes: cut into several chunks by chunk_bytes.
insert into e2e_consolidation_3.work values (1, 0, repeat('r', 170));
insert into e2e_consolidation_3.work select pid, frame + 1, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 2, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 4, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 8, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 16, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 32, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 64, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 128, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 256, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 512, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 1024, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 2048, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 4096, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 8192, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 16384, result from e2e_consolidation_3.work;
insert into e2e_consolidation_3.work select pid, frame + 32768, result from e2e_consolidation_3.work;
analyze table e2e_consolidation_3.work;

create table e2e_consolidation_acct.`east-1_job_table` (
  id bigint unsigned not null primary key, sluid bigint unsigned not null, state int) engine=innodb;
create table e2e_consolidation_acct.west_job_table like e2e_consolidation_acct.`east-1_job_table`;
create table e2e_consolidation_acct.`no``rth_job_table` like e2e_consolidation_acct.`east-1_job_table`;
create table e2e_consolidation_acct.empty_job_table like e2e_consolidation_acct.`east-1_job_table`;
alter table e2e_consolidation_acct.west_job_table engine=myisam;
insert into e2e_consolidation_acct.`east-1_job_table` values (1, 18446744073709551614, 3);
insert into e2e_consolidation_acct.west_job_table values (1, 1, null), (2, 2, 4);
insert into e2e_consolidation_acct.`no``rth_job_table` values (1, 5, 6);
-- What only this one says of itself.
alter table e2e_consolidation_acct.empty_job_table comment = 'closed', alter state set default 9;
alter table e2e_consolidation_acct.empty_job_table partition by range (id) (
  partition old values less than (1000) comment = 'before the move',
  partition new values less than maxvalue);
-- Stays by itself; its key pointed at what is a part now.
use e2e_consolidation_acct;
create table e2e_consolidation_acct.audit (
  id int not null primary key, job int, key job (job),
  constraint audited foreign key (job) references e2e_consolidation_1.job (id)) engine=innodb;
insert into e2e_consolidation_acct.audit values (1, 2);
