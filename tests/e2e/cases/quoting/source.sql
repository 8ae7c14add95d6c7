-- Names with blanks, quotes, dots, backslashes, reserved words, upper case and other letters.
set names utf8mb4;
create database `e2e_quoting "A.b" 'c' %s $1 ü`;
use `e2e_quoting "A.b" 'c' %s $1 ü`;
create table `select` (`from` int not null auto_increment primary key, `where` varchar(20) default 'it''s',
  `User` int comment 'a ''quoted'' "comment"', `ctid` int, `xmin` int, key `order` (`where`), unique key `Group By` (`User`)) engine=innodb;
insert into `select` values (1, 'a', 2, 3, 4), (2, 'b', 3, 4, 5);
create table `MixedCase` (`Id` int not null primary key, `ID2` int, constraint `Own "key".x` foreign key (`ID2`) references `select` (`from`)) engine=innodb;
insert into `MixedCase` values (1, 1);
create table `mixedcase_` (`a b` int not null primary key, `c.d` int, `e"f` int, `g'h` int, `i``j` int, `k\l` int, `m$1` int,
  `{n}` int, `%s` int, `o;p` int, `--q` int, `/*r*/` int, `日本` int, `1` int, `?` int, `:s` int, key `x y.z"` (`c.d`, `e"f`)) engine=innodb;
insert into `mixedcase_` values (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
create table `dot.ted` (`primary` int not null primary key, kind enum('a "b"', 'c''d', 'e,f', '{g}') not null default 'c''d',
  kinds set('a "b"', 'c''d', '{e}')) engine=innodb;
insert into `dot.ted` values (1, 'a "b"', 'a "b",c''d'), (2, 'e,f', '{e}');
create table `"` (`"` int not null primary key) engine=innodb;
insert into `"` values (1);
create table `'` (`'` int not null primary key, `\\` int) engine=innodb;
insert into `'` values (1, 2);
create table `tab	le` (`new
line` int not null primary key) engine=innodb;
insert into `tab	le` values (7);
create table `*` (`a` int not null primary key) engine=innodb partition by hash (a) partitions 2;
insert into `*` values (1), (2);
