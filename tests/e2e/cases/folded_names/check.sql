select full_name from e2e.relation order by 1;
select "table", name, type, "default" from e2e.column order by 1, position;
select name, definition from e2e.constraint order by 1;
select * from e2e_folded_names.both_ order by 1;
select topic, place, message from e2e.note order by 1, 2, 3;
