\echo columns
select "table", name, type, case when not_null then 'not null' end, "default", identity, comment
from e2e.column order by "table", position;
\echo comments
select * from e2e.comment where comment is not null;
\echo a row of defaults
set search_path = e2e_columns;
insert into defaults (id, none) values (2, 0);
select to_jsonb(d) - 'at_now' - 'stamp' from defaults d where id = 2;
select at_now between now() - interval '1 day' and now() + interval '1 day',
       stamp between now() - interval '1 day' and now() + interval '1 day' from defaults where id = 2;
\echo next values
select "table", "column", next from e2e.next_identity order by 1;
insert into counted (name) values ('c') returning id;
insert into counted_empty default values returning id;
insert into counted_ahead default values returning id;
\echo notes
select topic, place, message from e2e.note order by 1, 2, 3;
