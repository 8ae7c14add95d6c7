-- Keys of every kind both servers know. Rows, so that unique indexes are built over something.
create database e2e_indexes character set utf8mb4;
use e2e_indexes;
create table plain (id int not null, a int, b varchar(50), c datetime, d decimal(10,2), e enum('x', 'y'),
  primary key (id), key by_a (a), unique key by_ab (a, b), key by_cde (c, d, e)) engine=innodb;
insert into plain values (1, 1, 'one', '2001-01-01', 1.5, 'x'), (2, 1, 'two', null, null, 'y'),
                         (3, null, 'one', null, 0, null), (4, null, 'one', null, 0, null);
create table pair (a int not null, b binary(16) not null, c varchar(20) not null, note text,
  primary key (b, a, c)) engine=innodb;
insert into pair values (1, unhex('00112233445566778899aabbccddeeff'), 'k', 'n');
create table same_names (id int not null primary key, a int, key by_a (a), key name_x (a)) engine=innodb;
create table same_names_too (id int not null primary key, a int, key by_a (a), key name_x (a, id)) engine=innodb;
create table prefixes (id int not null primary key, words varchar(150), body text, raw blob,
  key by_words (words(10)), key by_body (body(20)), key by_raw (raw(8)),
  unique key once_words (words(5), id), key whole_words (words(150))) engine=innodb;
insert into prefixes values (1, 'abcdefghijkl', 'body', x'00ff'), (2, 'abcdefghijkl', null, null);
create table prefix_key (words varchar(50) not null, body text, primary key (words(3))) engine=innodb;
insert into prefix_key values ('abcd', 'x'), ('abdd', 'y');
create table unique_only (a int not null, b int, unique key u (a), unique key u2 (b)) engine=innodb;
insert into unique_only values (1, null), (2, null);
create table words (id int not null primary key, body text, fulltext key find_body (body)) engine=myisam;
create table a_table_whose_own_name_has_as_many_letters_as_mysql_lets_it_have (
  id int not null primary key, a int, b int,
  key an_index_whose_name_is_as_long_as_mysql_lets_it_be_and_ends_in_x (a),
  key an_index_whose_name_is_as_long_as_mysql_lets_it_be_and_ends_in_y (b)) engine=innodb;
create table a_table_whose_own_name_has_as_many_letters_as_mysql_lets_it_havE (
  id int not null primary key, a int, b int,
  key an_index_whose_name_is_as_long_as_mysql_lets_it_be_and_ends_in_x (a),
  key an_index_whose_name_is_as_long_as_mysql_lets_it_be_and_ends_in_y (b)) engine=innodb;
create table äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü (id int not null primary key, äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü1 int,
  äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü2 int, key ß (äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü2)) engine=innodb;
insert into äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü values (1, 2, 3);
-- Names of tables, indexes and primary keys share one space in PostgreSQL.
create table taken (id int not null primary key, a int, key plain (a), key taken_pkey (a),
                    key prefixes (a)) engine=innodb;
create table taken_pkey (id int not null primary key) engine=innodb;
create table hashed (id int not null primary key, a int, key by_hash using hash (a)) engine=memory;
