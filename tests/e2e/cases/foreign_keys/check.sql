select "table", name, is_valid, definition from e2e.constraint where kind = 'f' order by 1, 2;
\echo types
select "table", name, type from e2e.column order by 1, position;
\echo rows
select * from e2e.row_count order by 1;
select report -> 'foreign_keys' from e2e.run;
\echo notes
select topic, place, message from e2e.note order by 1, 2, 3;
