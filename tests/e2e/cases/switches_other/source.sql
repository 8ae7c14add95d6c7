-- Every switch of the type mapping away from its default; switches_text has the third choices.
set sql_mode = '';
create database e2e_switches_other;
use e2e_switches_other;
create table t (
  id int not null primary key,
  truth tinyint(1), truth_u tinyint(1) unsigned, one bit(1), span time, span3 time(3),
  mood enum('sad', 'it''s "so"', ''), many set('a', 'b c')
) engine=innodb;
insert into t values
  (1, 1, 1, b'1', '00:00:00', '23:59:59.999', 'sad', 'a,b c'),
  (2, 0, 255, b'0', '23:59:59', '00:00:00.001', 'it''s "so"', ''),
  (3, -128, 0, b'0', '12:34:56', '12:34:56.7', '', 'a'),
  (4, 127, 2, b'1', '01:02:03', '01:02:03', 'sad', 'b c'),
  (5, null, null, null, null, null, null, null);
create table keyed (mood enum('low', 'high') not null, truth tinyint(1) not null,
                    primary key (mood, truth)) engine=innodb;
insert into keyed values ('low', 7), ('high', 0);
create table documents (id int primary key, body json);
insert into documents values (1, '  {"b": 1, "a":  2, "b": 3}'), (2, '[1.0]'), (3, null);
