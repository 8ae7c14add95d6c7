select full_name, kind from e2e.relation order by 1;
select "table", name, definition from e2e.constraint where kind = 'f';
select topic, place, message from e2e.note order by 1, 2, 3;
