select * from e2e.row_count order by 1;
select "table", name, type from e2e.column order by 1, position;
select "table", name, definition from e2e.constraint order by 1, 2;
select * from e2e.label order by 1, 2;
select number, report ->> 'outcome' from e2e.run order by 1;
