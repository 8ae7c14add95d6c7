select "table", name, is_valid, definition from e2e.constraint where kind = 'c' order by 1, 2;
\echo rows
select count(*) from e2e_checks.jobs;
select * from e2e_checks.lax order by id;
\echo they hold
do $$ begin
  insert into e2e_checks.jobs (id, priority) values (3, 101);
exception when check_violation then raise notice 'refused'; end $$;
do $$ begin
  insert into e2e_checks.lax values (3, -3);
exception when check_violation then raise notice 'refused'; end $$;
insert into e2e_checks.jobs (id, priority, status) values (3, 1, 'DONE') returning status;
select topic, place, message from e2e.note order by 1, 2, 3;
