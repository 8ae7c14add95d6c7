-- --identifiers lower: every name in lower case, in keys, checks and views too.
create database `e2e_folded_names`;
use `e2e_folded_names`;
create table `Jobs` (`Id` int not null auto_increment primary key, `Owner Name` varchar(20), `State` enum('A', 'b') default 'A',
  `Größe` int, key `By_Owner` (`Owner Name`)) engine=innodb;
insert into `Jobs` values (1, 'x', 'A', 5), (2, 'y', 'b', null);
create table `Frames` (`JobId` int not null, `N` int not null, primary key (`JobId`, `N`), constraint `To_Job` foreign key (`JobId`) references `Jobs` (`Id`)) engine=innodb;
insert into `Frames` values (1, 1), (2, 7);
create view `Both_` as select `J`.`Id` as `TheId`, `F`.`N` from `Jobs` `J` join `Frames` `F` on `F`.`JobId` = `J`.`Id`;
create database `e2e_folded_names_Two`;
create table `e2e_folded_names_Two`.`T` (`Id` int not null primary key) engine=innodb;
