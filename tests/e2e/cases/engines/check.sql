select * from e2e.row_count order by 1;
select * from e2e_engines.in_csv;
select topic, place, message from e2e.note order by 1, 2, 3;
