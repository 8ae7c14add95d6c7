-- Sequences go on behind every number that was handed out or cached.
create database e2e_sequences;
use e2e_sequences;
create table t (id int primary key) engine=innodb;
create sequence fresh;
create sequence used start with 5 minvalue 1 maxvalue 1000 increment by 3 cache 10 cycle;
create sequence `odd "one"` start with -1 minvalue -100 maxvalue -1 increment by -1 nocache;
create sequence used_up start with 1 minvalue 1 maxvalue 2 nocache;
select nextval(used), nextval(used), nextval(`odd "one"`), nextval(used_up), nextval(used_up);
