-- Views are made where PostgreSQL takes their translated text, in the order in which they need each other.
create database e2e_views character set utf8mb4;
use e2e_views;
create table jobs (id int not null primary key, name varchar(20), cores int, active tinyint(1), at datetime) engine=innodb;
insert into jobs values (1, 'a', 4, 1, '2024-01-02 03:04:05'), (2, 'B', null, 0, null), (3, 'c', 8, 1, '2023-01-01');
create table frames (job int not null, frame int not null, seconds double, primary key (job, frame)) engine=innodb;
insert into frames values (1, 1, 1.5), (1, 2, 2.5), (3, 1, 4);
-- "a_" comes first by name and needs "z_".
create view z_base as select id, name, cores from jobs where cores > 3;
create view a_of_view as select id + 1 as next_id, ifnull(name, 'none') as called from z_base where name <> 'zz';
create view joined as select j.id, j.name, count(f.frame) as frames, sum(f.seconds) as total
  from jobs j left join frames f on f.job = j.id group by j.id, j.name order by j.id desc;
create view odd_names as select id as `a "b"`, if(cores is null, 'none', 'some') as `select` from jobs;
create view labels as select concat(name, '-', cores) as label, year(at) as y from jobs;
create view both_ as select id from jobs union all select frame from frames;
create view few as select id from jobs order by id limit 1, 1;
create table prices (id int not null primary key, price decimal(10,2), fee decimal(6,3)) engine=innodb;
insert into prices values (1, 1.50, 0.125), (2, null, null);
create view filled_up as select id, ifnull(price, 0) as a, coalesce(fee, price, 0) as b, if(id = 1, price, 7) as c,
  greatest(price, 1) as d, sum(ifnull(fee, 0)) as e, -ifnull(price, 0) * 2 as f from prices group by id, price, fee;
create view of_filled_up as select id, a + 1 as g from filled_up;
create view quotient as select cores / 3 as q from jobs;
create view grouped as select group_concat(name) as names from jobs;
create view truths as select id from jobs where active = 1;
-- NULL comes first; names are told apart there by more than case.
create view first_at as select id, (cores > 4) as big from jobs order by at limit 1;
create view names as select distinct name from jobs;
create view named_b as select id from jobs where name = 'b';
create view checked as select id, cores from jobs where cores > 3 with check option;
create view of_left_out as select * from quotient;
