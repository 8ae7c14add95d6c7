select * from e2e.row_count order by 1;
select * from e2e_databases_qube.job;
select * from e2e_databases_one_qube.job;
select * from public.job;
select "table", name, type from e2e.column order by 1, position;
select "table", name, definition from e2e.constraint order by 1, 2;
select nspname from pg_namespace where nspname not like 'pg\_%' and nspname <> 'millrace' order by 1;
select t ->> 'source', t ->> 'target', t ->> 'rows' from e2e.run, jsonb_array_elements(report -> 'tables') t order by 1;
select topic, place, message from e2e.note order by 1, 2, 3;
