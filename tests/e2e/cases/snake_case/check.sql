select "table", string_agg(name || ' ' || type, ', ' order by position) from e2e.column group by 1 order by 1;
select * from e2e_snake_case.render_job;
select "table", name from e2e.index order by 1, 2;
