select "table", definition, is_primary from e2e.index order by 1, 2;
select * from e2e.row_count order by 1;
select topic, place, message from e2e.note order by 1, 2, 3;
