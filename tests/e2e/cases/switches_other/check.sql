select "table", string_agg(name || ' ' || type, ', ' order by position) from e2e.column group by 1 order by 1;
select * from e2e_switches_other.t order by id;
select * from e2e_switches_other.keyed order by mood;
select * from e2e_switches_other.documents order by id;
select "table", name, definition from e2e.constraint order by 1, 2;
select count(*) from e2e.label;
select topic, place, message from e2e.note order by 1, 2, 3;
