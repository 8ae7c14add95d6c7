select * from sharded.work order by shard, id;
select * from sharded.job order by shard, id;
select count(*) from sharded.work where mail = 'a@x.ORG';
select count(*) from sharded.job where name = 'Ü';
select "table", name, type from e2e.column order by 1, position;
