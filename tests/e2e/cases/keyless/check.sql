select * from e2e.row_count order by 1;
set search_path = e2e_keyless;
select * from nameless order by a, b;
select * from doubled order by a, b;
select * from old order by id;
select * from old_fixed order by a;
select * from listed order by id;
select words = repeat('x', 5000) from compressed;
select only_, count(*) from one_column group by 1 order by 1;
\echo snapshot
select report -> 'snapshot' ->> 'method', (report #>> '{snapshot,lock_ms}')::float > 0,
       (report #>> '{snapshot,non_transactional_lock_ms}')::float > 0,
       report #>> '{snapshot,binlog_file}' like 'binlog.%', (report #>> '{snapshot,binlog_position}')::int > 0
from e2e.run;
\echo notes
select topic, place, message from e2e.note order by 1, 2, 3;
