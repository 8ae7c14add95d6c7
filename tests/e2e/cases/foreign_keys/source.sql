-- Foreign keys: every action, composite, to itself, in a ring, across databases, and ones that
-- cannot be made. Types of both ends must agree in the target too.
create database e2e_foreign_keys;
create database e2e_foreign_keys_other;
create database e2e_foreign_keys_left_out;
use e2e_foreign_keys;

create table e2e_foreign_keys_other.country (code char(2) not null primary key) engine=innodb;
insert into e2e_foreign_keys_other.country values ('CH'), ('DE');
create table e2e_foreign_keys_left_out.color (id int not null primary key) engine=innodb;
insert into e2e_foreign_keys_left_out.color values (1);

create table customer (
  id bigint unsigned not null auto_increment primary key, country char(2) not null,
  constraint customer_country foreign key (country) references e2e_foreign_keys_other.country (code)
) engine=innodb;
insert into customer values (1, 'CH'), (2, 'DE');

create table orders (
  customer bigint unsigned not null, number int not null, parent int,
  primary key (customer, number), key (customer, parent),
  constraint orders_customer foreign key (customer) references customer (id)
    on delete cascade on update restrict,
  constraint orders_parent foreign key (customer, parent) references orders (customer, number)
    on delete no action
) engine=innodb;
insert into orders values (1, 1, null), (1, 2, 1), (2, 1, null), (2, 2, 2);

create table item (
  id int not null primary key, customer bigint unsigned, number int,
  constraint same_name foreign key (customer, number) references orders (customer, number)
    on delete set null on update cascade
) engine=innodb;
insert into item values (1, 1, 2), (2, null, 5), (3, 2, null);

-- A ring, and a column that points at two tables.
create table egg (id int not null primary key, hen int) engine=innodb;
create table hen (id int not null primary key, egg int,
  constraint hen_egg foreign key (egg) references egg (id)) engine=innodb;
alter table egg add constraint egg_hen foreign key (hen) references hen (id);
insert into egg values (1, null);
insert into hen values (1, 1);
update egg set hen = 1;

-- Both ends of an enum become one type; a tinyint(1) key is a number.
create table mood (name enum('sad', 'ok') not null primary key) engine=innodb;
insert into mood values ('sad'), ('ok');
create table person (id tinyint(1) not null auto_increment primary key, mood enum('sad', 'ok'), boss tinyint(1),
  foreign key (mood) references mood (name), foreign key (boss) references person (id)) engine=innodb;
insert into person values (1, 'ok', null), (5, 'sad', 1);

-- What cannot be made: points into what is left out; points at columns that are not unique.
create table shirt (id int not null primary key, color int,
  constraint shirt_color foreign key (color) references e2e_foreign_keys_left_out.color (id)) engine=innodb;
insert into shirt values (1, 1);
create table loose (id int not null primary key, a int, key (a)) engine=innodb;
insert into loose values (1, 7), (2, 7);
create table at_loose (id int not null primary key, a int,
  constraint at_loose_a foreign key (a) references loose (a)) engine=innodb;
insert into at_loose values (1, 7);
