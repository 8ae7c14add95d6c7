select * from e2e.row_count order by 1;
\echo partitions
select p.relname, case when p.relkind = 'p' then pg_get_partkeydef(p.oid) end as key, c.relname,
       pg_get_expr(c.relpartbound, c.oid) as bounds
from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_class c on c.oid = i.inhrelid
where p.relkind = 'p' order by 1, 3;
select objoid::regclass, description from pg_description d join pg_inherits i on i.inhrelid = d.objoid
where classoid = 'pg_class'::regclass;
select * from e2e_partitions.by_columns order by 1, 2;
select tableoid::regclass, * from e2e_partitions.by_nullable order by 2;
select count(distinct id), min(id), max(id), min(at), max(at) from e2e_partitions.by_range;
select * from e2e_partitions.by_list order by id;
select count(distinct id), sum(id) from e2e_partitions.by_hash;
select string_agg(id, ' ' order by id) from e2e_partitions.by_key;
select * from e2e_partitions.twice order by id;
select "table", definition from e2e.constraint order by 1;
select topic, place, message from e2e.note order by 1, 2, 3;
