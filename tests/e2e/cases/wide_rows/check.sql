select "table", count(*), min(type), max(type) from e2e.column where name like 'c%' group by 1 order by 1;
set search_path = e2e_wide_rows;
select id, c1, c9, c10, c11, c1009, c1010 from wide_int order by id;
select sum(v::int), count(v), count(*) from wide_int w, jsonb_each_text(to_jsonb(w)) as e(k, v) where id = 1;
select id, c1, c10, c1589, c1590 from wide_flag order by id;
select count(v), count(*) from wide_flag w, jsonb_each_text(to_jsonb(w)) as e(k, v) where id = 2 and k <> 'id' and v = 'true';
select id, c1, c10, c299, c300 from wide_text order by id;
select topic, place, message from e2e.note order by 1, 2, 3;
