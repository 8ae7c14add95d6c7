-- Values of 1 MiB and of 20 MiB, many times a block, between small ones; texts and bytes.
create database e2e_large_rows;
use e2e_large_rows;
create table t (id int not null primary key, body longblob, words longtext character set utf8mb4) engine=innodb;
insert into t values (1, 'small', 'small');
insert into t values (2, repeat(x'00ff10', 349526), 'beside 1 MiB');
insert into t values (3, null, repeat('€uro ', 200000));
insert into t values (4, repeat(x'deadbeef', 524288), repeat('x', 1048576));
insert into t values (5, 'small again', null);
insert into t select 100 + a.id * 10 + b.id, repeat(char(a.id * 16 + b.id), 262144 + a.id - b.id), 'about a block'
  from t a, t b where a.id <= 5 and b.id <= 5;
create table converted (id int not null primary key, words longtext character set utf16) engine=innodb;
insert into converted values (1, repeat('日本語 ', 300000));
create table old (id int not null primary key, body mediumblob) engine=myisam;
insert into old values (1, repeat('y', 3000000));
-- MyISAM, since MySQL 5.6 lets InnoDB take no value above a tenth of its log.
create table huge (id int not null primary key, body longblob) engine=myisam;
insert into huge values (1, 'small'), (2, repeat(x'deadbeef', 5242880)), (3, null), (4, repeat(x'0a', 20971520));
