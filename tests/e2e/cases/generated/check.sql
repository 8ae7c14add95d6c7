\echo how each is made
select c."table", c.name, c.type, a.attgenerated <> '' as computed, c."default"
from e2e.column c join e2e.relation r on r.full_name = c."table"
join pg_attribute a on a.attrelid = r.oid and a.attname = c.name
where c."default" is not null or c.name in ('folded', 'quotient', 'digest') order by 1, c.position;
\echo virtual where the server can and nothing indexes it
select a.attname, (a.attgenerated = 'v') = (current_setting('server_version_num')::int >= 180000)
from pg_attribute a join e2e.relation r on r.oid = a.attrelid
where a.attname in ('n_steps', 'year_', 'b', 'c') order by 1;
select a.attname, a.attgenerated from pg_attribute a join e2e.relation r on r.oid = a.attrelid
where a.attname in ('n_frames', 'label') and r.kind = 'r' order by 1;
\echo values
select id, n_frames, n_steps, half, is_long, size_class, label, cost, day, year_, rest, greatest_, maybe, or_one,
       folded, quotient, digest from e2e_generated.frames order by id;
select * from e2e_generated.only_virtual order by a;
\echo a new row
insert into e2e_generated.frames (id, first_frame, last_frame) values (6, 1, 240)
returning n_frames, size_class, label;
select topic, place, message from e2e.note
where message not like '%becomes STORED' or place like '%label' order by 1, 2, 3;
