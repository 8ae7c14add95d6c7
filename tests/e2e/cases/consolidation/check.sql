select * from e2e.row_count order by 1;
select * from farm.job order by shard, id;
select shard, pid, frame, left(result, 10) from farm.work where shard <> 'e2e_consolidation_3' order by 1, 2, 3;
select shard, count(*), sum(frame), min(length(result)), max(length(result)) from farm.work group by 1 order by 1;
select * from farm.acct_job order by cluster, id;
select "table", name, type from e2e.column order by 1, position;
select "table", name, definition from e2e.constraint order by 1, 2;
select indexdef from pg_indexes where schemaname = 'farm' order by 1;
insert into farm.job (shard, name, code) values ('new', 'next', 'z') returning id;
select t ->> 'source', t ->> 'target', t ->> 'rows', (t ->> 'chunks')::int > 3
  from e2e.run, jsonb_array_elements(report -> 'tables') t order by 2;
select topic, place, message from e2e.note where topic in ('consolidated', 'foreign key', 'comment', 'default', 'partitions') order by 1, 2, 3;
