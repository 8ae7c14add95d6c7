-- Without keys the target has no index to find the largest value by: where the source can tell that
-- the next one is larger, no table is read for it; where it cannot, the table is.
create database e2e_identity_without_index;
use e2e_identity_without_index;
create table n (n int not null primary key) engine=innodb;
insert into n values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
create table held (id int not null auto_increment primary key, v int not null) engine=innodb;
insert into held (v) select a.n from n a, n b, n c, n d, n e, (select 1 union all select 2) f;
create table grown like held;
insert into grown select * from held;
create table emptied_end like held;
insert into emptied_end select * from held;
delete from emptied_end where id > 199000;
analyze table held, grown, emptied_end;
