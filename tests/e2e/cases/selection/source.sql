-- include and exclude, by table, by database and table, with globs; exclude wins.
create database e2e_selection_a;
create database e2e_selection_b;
create table e2e_selection_a.orders (id int not null primary key) engine=innodb;
create table e2e_selection_a.log_1 (id int not null primary key) engine=innodb;
create table e2e_selection_a.log_2 (id int not null primary key) engine=innodb;
create table e2e_selection_a.cache (id int not null primary key) engine=innodb;
create table e2e_selection_b.orders (id int not null primary key, up int,
  constraint to_a foreign key (up) references e2e_selection_a.orders (id)) engine=innodb;
create table e2e_selection_b.log_1 (id int not null primary key) engine=innodb;
create table e2e_selection_b.users (id int not null primary key) engine=innodb;
create view e2e_selection_b.log_view as select 1 as one;
create view e2e_selection_b.users_view as select 1 as one;
