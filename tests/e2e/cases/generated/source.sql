-- Generated columns: the target computes them, and its values are the source's.
create database e2e_generated character set utf8mb4;
use e2e_generated;
create table frames (
  id int not null primary key, first_frame int not null, last_frame int not null,
  step int not null default 1,
  n_frames int as (last_frame - first_frame + 1) stored,
  n_steps int as ((last_frame - first_frame + 1) div step) virtual,
  half double as (n_frames / 2e0) stored,
  is_long tinyint(1) as (last_frame - first_frame >= 100) stored,
  size_class varchar(10) as (case when n_frames > 1000 then 'huge' when n_frames > 99 then 'long' else 'short' end) stored,
  label varchar(40) as (concat('f', first_frame, '-', last_frame)) virtual,
  price decimal(10,3), cost decimal(12,2) as (price * n_frames) stored,
  at datetime, day date as (cast(at as date)) stored, year_ int as (year(at)) virtual,
  rest int as (last_frame % step) stored,
  greatest_ int as (greatest(first_frame, last_frame, step)) stored,
  maybe int as (nullif(step, 1)) stored, or_one int as (coalesce(nullif(step, 1), 1)) stored,
  -- What is not sure to be the same stays what it was: values.
  folded varchar(10) as (if(size_class = 'LONG', 'yes', 'no')) stored,
  quotient decimal(10,4) as (last_frame / step) stored,
  digest varchar(32) as (md5(concat('x', id))) virtual,
  unique key by_frames (n_frames, id), key by_label (label)
) engine=innodb;
insert into frames (id, first_frame, last_frame, step, price, at) values
  (1, 1, 100, 1, 0.125, '2024-02-29 23:59:59'), (2, -5, 5, 2, 1.005, null), (3, 1001, 9999, 7, null, '1999-12-31 00:00:00'),
  (4, 7, 7, 2, -0.005, '2000-01-01 12:00:00'), (5, 10, -10, 3, 99999.999, '2024-01-01');
create table only_virtual (a int, b int as (a + 1) virtual, c int as (b * 2) virtual) engine=innodb;
insert into only_virtual (a) values (1), (null), (1073741822);
