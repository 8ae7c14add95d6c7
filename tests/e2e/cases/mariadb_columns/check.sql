select "table", name, type, case when not_null then 'not null' end, "default", identity
from e2e.column order by "table", position;
set search_path = e2e_mariadb_columns;
select a, b, added, kept, hidden from computed order by a;
select id, x from versioned;
select * from counted order by id;
insert into defaults (id) values (2);
select id, words, half, joined, body, raw from defaults order by id;
select topic, place, message from e2e.note where message not like '%becomes STORED' order by 1, 2, 3;
