-- Every column type that both servers know: least, greatest, zero, empty, NULL and awkward values.
set sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO';
set time_zone = '+00:00';
create database e2e_types character set utf8mb4;
use e2e_types;

create table integers (
  id int not null primary key,
  tiny tinyint, tiny_u tinyint unsigned, small smallint, small_u smallint unsigned,
  medium mediumint, medium_u mediumint unsigned, whole int, whole_u int unsigned,
  big bigint, big_u bigint unsigned, padded int(8) zerofill, truth tinyint(1), yes bool
) engine=innodb;
insert into integers values
  (1, -128, 0, -32768, 0, -8388608, 0, -2147483648, 0, -9223372036854775808, 0, 0, 0, false),
  (2, 127, 255, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 9223372036854775807,
   18446744073709551615, 4294967295, 1, true),
  (3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9223372036854775808, 42, 1, false),
  (4, -1, 1, -1, 1, -1, 1, -1, 2147483648, -1, 10000000000000000000, 99999999, 0, true),
  (5, null, null, null, null, null, null, null, null, null, null, null, null, null);

create table decimals (
  id int not null primary key,
  money decimal(10,2), whole decimal(5,0), fraction decimal(30,30), wide decimal(65,0),
  widest decimal(65,30), unsigned_ decimal(8,3) unsigned, plain numeric
) engine=innodb;
insert into decimals values
  (1, -99999999.99, -99999, -0.999999999999999999999999999999,
   -99999999999999999999999999999999999999999999999999999999999999999,
   -99999999999999999999999999999999999.999999999999999999999999999999, 0, -9999999999),
  (2, 99999999.99, 99999, 0.999999999999999999999999999999,
   99999999999999999999999999999999999999999999999999999999999999999,
   99999999999999999999999999999999999.999999999999999999999999999999, 99999.999, 9999999999),
  (3, 0, 0, 0, 0, 0, 0, 0),
  (4, -0.01, 10000, 0.000000000000000000000000000001, 10000, 0.00010001, 0.001, 1),
  (5, 100, -1, 0.0001, 100000000, 12345678901234567890.000000000100000000020000000003, 10.1, -1),
  (6, null, null, null, null, null, null, null);

create table floats (id int not null primary key, single float, twice double) engine=innodb;
insert into floats values
  (1, -3.40282e38, -1.7976931348623157e308), (2, 3.40282e38, 1.7976931348623157e308),
  (3, 1.17549e-38, 2.2250738585072014e-308), (4, 0, 0), (5, 0.1, 0.1), (6, 1e-45, 4.9e-324),
  (7, 16777217, 9007199254740993), (8, -0.5, -1e-5), (9, null, null);

create table bits (id int not null primary key, one bit(1), seven bit(7), eight bit(8),
                   nine bit(9), most bit(64)) engine=innodb;
insert into bits values
  (1, b'0', b'0', b'0', b'0', b'0'),
  (2, b'1', b'1111111', b'11111111', b'111111111',
   b'1111111111111111111111111111111111111111111111111111111111111111'),
  (3, b'1', b'1', b'1', b'1', b'1'),
  (4, b'0', b'1000000', b'10000000', b'100000000',
   b'1000000000000000000000000000000000000000000000000000000000000001'),
  (5, null, null, null, null, null);

create table moments (
  id int not null primary key,
  day date, at datetime, at3 datetime(3), at6 datetime(6),
  stamp timestamp null, stamp1 timestamp(1) null, stamp6 timestamp(6) null,
  span time, span6 time(6), year_ year
) engine=innodb;
insert into moments values
  (1, '1000-01-01', '1000-01-01 00:00:00', '1000-01-01 00:00:00.001', '1000-01-01 00:00:00.000001',
   '1970-01-01 00:00:01', '1970-01-01 00:00:01.0', '1970-01-01 00:00:01.000001',
   '-838:59:59', '-838:59:59.000000', 1901),
  (2, '9999-12-31', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999', '9999-12-31 23:59:59.999999',
   '2038-01-19 03:14:07', '2038-01-19 03:14:07.9', '2038-01-19 03:14:07.999999',
   '838:59:59', '838:59:59.000000', 2155),
  (3, '2000-02-29', '2000-02-29 12:00:00', '1969-12-31 23:59:59.999', '1969-12-31 23:59:59.999999',
   '2000-01-01 00:00:00', '2000-01-01 00:00:00.5', '1999-12-31 23:59:59.999999',
   '00:00:00', '-00:00:00.000001', 0),
  (4, '0001-01-01', '0001-01-01 00:00:00', '1582-10-10 00:00:00.5', '1900-02-28 23:59:59',
   '2024-03-31 02:30:00', '2024-10-27 02:30:00.0', '2024-10-27 01:30:00.25',
   '25:00:00', '12:34:56.789012', 2000),
  (5, null, null, null, null, null, null, null, null, null, null);

create table texts (
  id int not null primary key,
  fixed char(10), one char(1), short varchar(20), none varchar(0), tiny tinytext, medium_ text,
  larger mediumtext, largest longtext
) engine=innodb character set utf8mb4;
insert into texts values
  (1, '', '', '', '', '', '', '', ''),
  (2, 'abc', 'x', 'trailing  ', '', 'tab\tline\nreturn\rback\\slash', 'quote'' "double"', '\\N', '\\.'),
  (3, '  lead', 'ä', 'ÄÖÜ €ß', '', '日本語', 'עברית', 'ไทย', 'é'),
  (4, repeat('€', 10), '😀', repeat('😀', 20), '', repeat('é', 127), repeat('x', 65535),
   repeat('ab', 65536), repeat('0123456789', 30000)),
  (5, null, null, null, null, null, null, null, null);

create table bytes (
  id int not null primary key,
  fixed binary(4), many varbinary(20), tiny tinyblob, medium_ blob, larger mediumblob,
  largest longblob
) engine=innodb;
insert into bytes values
  (1, '', '', '', '', '', ''),
  (2, 'ab', x'00', x'00ff', x'5c', x'0a0d09', '\\x41'),
  (3, x'ffffffff', x'0001020304050607', repeat(x'00', 255), repeat(x'ff', 65535),
   repeat(x'0102', 65536), repeat(x'deadbeef', 50000)),
  (4, null, null, null, null, null, null);

create table choices (
  id int not null primary key,
  mood enum('sad', 'ok', 'happy day', 'it''s', 'comma,', ''),
  many set('a', 'b c', 'quo"te', 'brace}', 'NULL', 'back\\slash'),
  full_ set('s01','s02','s03','s04','s05','s06','s07','s08','s09','s10','s11','s12','s13','s14',
            's15','s16','s17','s18','s19','s20','s21','s22','s23','s24','s25','s26','s27','s28',
            's29','s30','s31','s32','s33','s34','s35','s36','s37','s38','s39','s40','s41','s42',
            's43','s44','s45','s46','s47','s48','s49','s50','s51','s52','s53','s54','s55','s56',
            's57','s58','s59','s60','s61','s62','s63','s64')
) engine=innodb;
insert into choices values
  (1, 'sad', 'a', 's01'), (2, 'it''s', 'a,b c,quo"te,brace},NULL,back\\slash', 's64'),
  (3, 'comma,', '', ''), (4, '', 'NULL', 's01,s02,s03,s62,s63,s64'), (5, null, null, null),
  (6, 'happy day', 'back\\slash', 18446744073709551615);
