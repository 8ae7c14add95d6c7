-- Text of many character sets arrives as the same characters.
set names utf8mb4;
create database e2e_charsets character set utf8mb4;
use e2e_charsets;
create table t (
  id int not null primary key,
  latin1_ varchar(40) character set latin1, latin1_fixed char(6) character set latin1,
  latin2_ varchar(40) character set latin2, cp1251_ varchar(40) character set cp1251,
  koi8r_ varchar(40) character set koi8r, greek_ varchar(40) character set greek,
  hebrew_ varchar(40) character set hebrew,
  utf8mb3_ varchar(40) character set utf8, utf8mb4_ varchar(40) character set utf8mb4,
  ascii_ varchar(40) character set ascii, binary_ varchar(40) character set binary,
  gbk_ varchar(40) character set gbk, gb2312_ text character set gb2312, big5_ varchar(40) character set big5,
  sjis_ varchar(40) character set sjis, cp932_ char(10) character set cp932, ujis_ varchar(40) character set ujis,
  euckr_ varchar(40) character set euckr, tis620_ varchar(40) character set tis620,
  ucs2_ varchar(40) character set ucs2, utf16_ text character set utf16, utf32_ varchar(40) character set utf32
) engine=innodb;
insert into t values
  (1, 'Grüße', 'ÿþ', 'Żółć', 'Привет', 'привет', 'Ελλάδα', 'שלום', '€uro', 'emoji 😀', 'plain', 'bytes ä',
   '汉字', '汉字', '漢字', 'ｶﾅ日本', '日本', '日本語', '한국어', 'ไทย', 'ucs ж', 'sixteen 😀', '😀😀'),
  (2, '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ', 'naïve', 'ąęś', 'ЁЖ', 'ёж', 'Ώ', 'א', '日本', '👩‍👩‍👧', '~ !', x'00ff',
   '中', '文', '字', '表\\ソ', '①', 'ア', '글', 'ก', '　', '€', ''),
  (3, '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', ''),
  (4, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
   null, null, null, null, null, null);
-- Every byte that latin1 (cp1252) can hold, also the five that cp1252 leaves open; not NUL.
create table every_byte (id int not null primary key, c varchar(255) character set latin1) engine=innodb;
insert into every_byte
  select n, char(n using latin1) from
    (select 16 * a.d + b.d as n from
      (select 0 d union select 1 union select 2 union select 3 union select 4 union select 5 union select 6
       union select 7 union select 8 union select 9 union select 10 union select 11 union select 12
       union select 13 union select 14 union select 15) a,
      (select 0 d union select 1 union select 2 union select 3 union select 4 union select 5 union select 6
       union select 7 union select 8 union select 9 union select 10 union select 11 union select 12
       union select 13 union select 14 union select 15) b) numbers
  where n > 0;
-- Labels, names and comments in another character set than the connection's.
create table labels (
  id int not null primary key comment '主键',
  latin1_ enum('naïve', 'ä') character set latin1, sjis_ enum('日本', '表') character set sjis,
  gbk_ set('汉', '字') character set gbk, utf16_ set('a', '日') character set utf16,
  words varchar(20) character set latin1 default 'Grüße', more varchar(20) character set gbk default '汉字'
) engine=innodb default character set latin1 comment 'Größe 大';
insert into labels values (1, 'naïve', '表', '汉,字', '日', 'x', 'y'), (2, 'ä', '日本', '', 'a,日', 'é', '中');
