-- Two names that fold into one are refused with both, and nothing is written.
create database e2e_folded_clash;
use e2e_folded_clash;
create table `Jobs` (id int not null primary key) engine=innodb;
create table jobs (id int not null primary key) engine=innodb;
