-- Several databases by glob; one of them is put into another schema; one has nothing in it.
create database e2e_databases_qube;
create database e2e_databases_one_qube;
create database e2e_databases_two_qube;
create database e2e_databases_pfx_dw;
create database e2e_databases_other;
create database e2e_databases_bare_qube;
create table e2e_databases_qube.job (id int not null primary key, name varchar(20), kind enum('a', 'b')) engine=innodb;
insert into e2e_databases_qube.job values (1, 'qube', 'a');
create table e2e_databases_one_qube.job (id int not null primary key, name varchar(20), kind enum('a', 'b')) engine=innodb;
insert into e2e_databases_one_qube.job values (1, 'one', 'b');
create table e2e_databases_two_qube.job (id int not null primary key, name varchar(20), kind enum('a', 'b')) engine=innodb;
insert into e2e_databases_two_qube.job values (1, 'two', null);
create table e2e_databases_pfx_dw.fact (id int not null primary key, job int, key job (job),
  constraint to_job foreign key (job) references e2e_databases_qube.job (id)) engine=innodb;
insert into e2e_databases_pfx_dw.fact values (1, 1);
create table e2e_databases_other.secret (id int not null primary key) engine=innodb;
