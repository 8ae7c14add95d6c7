-- The switches that turn values into text.
create database e2e_switches_text;
use e2e_switches_text;
create table t (id int primary key, mood enum('sad', 'it''s "so"', ''), many set('a', 'b c'),
                body json);
insert into t values (1, 'sad', 'a,b c', '  {"b": 1, "a":  2, "b": 3, "nul": "\\u0000"}'),
                     (2, 'it''s "so"', '', '[1.0]'), (3, '', 'a', '""'), (4, null, null, null);
set sql_mode = '';
-- The "error" member of an enum: an empty text that is no label.
create table lenient (id int primary key, mood enum('sad', 'ok'));
insert into lenient values (1, 'no such label'), (2, 'ok');
