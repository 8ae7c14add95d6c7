select "table", string_agg(name || ' ' || type, ', ' order by position) from e2e.column group by 1 order by 1;
select * from e2e_geometry.shapes order by id;
select * from e2e_geometry.many order by id;
select topic, place, message from e2e.note order by 1, 2, 3;
