-- Five hundred tables with a few rows and keys each; MyISAM mostly, which is made in a moment.
create database e2e_tiny_tables;
use e2e_tiny_tables;
set sql_log_bin = 0;
create table root (id int not null primary key) engine=innodb;
insert into root values (1), (2), (3);
delimiter //
create procedure make() begin
  declare n int default 1;
  while n < 500 do
    set @made = concat('create table t', n, ' (id int not null auto_increment primary key, root int, name varchar(20), ',
      'kind enum(''a'', ''b'') default ''b'', key by_name (name), unique key (root), constraint to_root_', n,
      ' foreign key (root) references root (id)) engine=', if(n % 5 = 0, 'innodb', 'myisam'));
    prepare statement from @made;
    execute statement;
    set @made = concat('insert into t', n, ' (root, name) values (1, ''one of ', n, '''), (2, null), (3, ''x'')');
    prepare statement from @made;
    execute statement;
    set n = n + 1;
  end while;
end//
delimiter ;
call make();
drop procedure make;
