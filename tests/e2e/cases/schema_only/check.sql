select * from e2e.row_count order by 1;
select "table", name, type, "default", identity from e2e.column order by 1, position;
select "table", name, is_valid, definition from e2e.constraint order by 1, 2;
select definition from e2e.index order by 1;
select * from e2e.next_identity;
select report ->> 'outcome', report ->> 'rows', report -> 'left_in_target' from e2e.run;
