-- More than a thousand columns in a row, of small types; every tenth value is NULL.
create database e2e_wide_rows;
use e2e_wide_rows;
delimiter //
create procedure make(name varchar(20), engine_ varchar(20), columns_ int, kind varchar(20), value_ varchar(40)) begin
  declare n int default 1;
  set @columns = '', @values = '';
  while n <= columns_ do
    set @columns = concat(@columns, ', c', n, ' ', kind);
    set @values = concat(@values, ', ', if(n % 10 = 0, 'null', if(value_ = '', n, value_)));
    set n = n + 1;
  end while;
  set @made = concat('create table ', name, ' (id int not null primary key', @columns, ') engine=', engine_);
  prepare statement from @made;
  execute statement;
  set @made = concat('insert into ', name, ' values (1', @values, '), (2', @values, ')');
  prepare statement from @made;
  execute statement;
end//
delimiter ;
call make('wide_int', 'innodb', 1010, 'int', '');
call make('wide_flag', 'myisam', 1590, 'tinyint(1)', '1');
call make('wide_text', 'myisam', 300, 'varchar(20)', '''some text''');
drop procedure make;
