select "table", definition, is_primary, is_valid from e2e.index order by 1, 2;
\echo constraints
select "table", name, kind, definition from e2e.constraint order by 1, 2;
\echo names
select name, length(name) from e2e.relation where length(name) > 60 order by 1;
\echo rows
select * from e2e.row_count where rows > 0 order by 1;
\echo notes
select topic, place, message from e2e.note order by 1, 2, 3;
