select "table", string_agg(name || ' ' || type, ', ' order by position) from e2e.column group by 1 order by 1;
set search_path = e2e_mariadb_types;
\echo documents
select id, body, note from documents where id < 8 order by id;
select length(body ->> 0), note from documents where id = 8;
\echo addresses
select * from addresses order by id;
\echo packed
select id, words = repeat('abc ', 1000), raw = decode(repeat('00ff', 1000), 'hex'), short from packed order by id;
\echo keyed_by_uuid
select * from keyed_by_uuid order by id;
select definition from e2e.index where "table" like '%keyed_by_uuid' order by 1;
\echo notes
select topic, place, message from e2e.note order by 1, 2, 3;
