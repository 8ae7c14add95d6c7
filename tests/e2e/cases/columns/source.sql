-- Defaults, NOT NULL, auto_increment and comments. What the target would insert is what counts.
set sql_mode = 'ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION';
set time_zone = '+00:00';
create database e2e_columns character set utf8mb4;
use e2e_columns;

create table defaults (
  id int not null primary key,
  plain int, none int not null, zero int default 0, minus int not null default -5,
  unsigned_ int unsigned default 4294967295, big bigint unsigned default 18446744073709551615,
  padded int(6) zerofill default 42,
  money decimal(10,2) default 1.50, real_ double default 1e-7,
  yes tinyint(1) default 1, no_ tinyint(1) not null default 0, two tinyint(1) default 2,
  flag bit(1) default b'1', flags bit(8) default b'101',
  empty varchar(10) not null default '', words varchar(40) default 'it''s "so" \\ ä',
  short char(5) default 'ab', raw binary(3) default 'a', many varbinary(5) default 'xyz',
  mood enum('sad', 'it''s') not null default 'it''s', some set('a', 'b c') default 'a,b c',
  none_of set('a', 'b') default '',
  day date default '2000-02-29', zero_day date default '0000-00-00',
  at datetime default '1999-12-31 23:59:59', at_now datetime default current_timestamp,
  stamp timestamp(3) not null default current_timestamp(3) on update current_timestamp(3),
  span time default '-12:34:56', year_ year default 1999,
  nothing varchar(5) default null, words_null varchar(5) default 'NULL'
) engine=innodb comment='All kinds of defaults: ''quoted'', "too", \\ and ü';
insert into defaults (id, none, two, zero_day) values (1, 7, 1, '2001-01-01');

create table counted (
  id bigint unsigned not null auto_increment primary key comment 'counts up',
  name varchar(10) comment 'line one\nline two; -- $$ ''"'
) engine=innodb auto_increment=1000;
insert into counted (name) values ('a'), ('b');
insert into counted values (5, 'given'), (5000, 'given');

create table counted_small (id smallint not null auto_increment, of int not null, primary key (of, id),
                            key (id)) engine=innodb;
insert into counted_small values (32766, 1);
create table counted_empty (id int unsigned not null auto_increment primary key) engine=innodb;
create table counted_ahead (id int not null auto_increment primary key) engine=innodb auto_increment=77;
create table counted_negative (id int not null auto_increment primary key) engine=innodb;
insert into counted_negative values (-5);
create table counted_tiny (id tinyint(1) not null auto_increment primary key) engine=myisam;
insert into counted_tiny values (9);
create table counted_float (id double not null auto_increment primary key) engine=innodb;
insert into counted_float values (3);
