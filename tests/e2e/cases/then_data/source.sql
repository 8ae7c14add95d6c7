-- First the schema, then the rows into it; keys stand meanwhile.
create database e2e_then_data;
use e2e_then_data;
create table child (id int not null primary key, parent int) engine=innodb;
create table parent (id bigint unsigned not null auto_increment primary key, kind enum('a', 'b'), body text,
  truth tinyint(1), money decimal(10,2), some set('x', 'y'), span time, fixed char(3), many varchar(9), at timestamp(2) null) engine=innodb;
insert into parent values (3, 'a', 'x', 1, 1.5, 'x,y', '01:00:00', 'a', 'b', '2001-01-01 00:00:00.25'),
                          (4, null, null, null, null, null, null, null, null, null);
insert into child values (1, 4), (2, 3), (3, null);
alter table child modify parent bigint unsigned, add constraint to_parent foreign key (parent) references parent (id);
