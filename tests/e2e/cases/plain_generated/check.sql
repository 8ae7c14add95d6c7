select "table", name, "default" from e2e.column order by 1, position;
select * from e2e_plain_generated.t order by a;
update e2e_plain_generated.t set b = 0 where a = 1 returning b;
select topic, place, message from e2e.note order by 1, 2, 3;
