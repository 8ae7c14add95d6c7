\echo types
select "table", string_agg(name || ' ' || type, ', ' order by position) from e2e.column group by 1 order by 1;

set search_path = e2e_types;
\echo integers
select * from integers order by id;
\echo decimals
select * from decimals order by id;
\echo floats
select * from floats order by id;
\echo bits
select * from bits order by id;
\echo moments
select * from moments order by id;
\echo texts
select id, octet_length(fixed), to_json(fixed), to_json(one), to_json(short), to_json(none)
from texts order by id;
select id, to_json(tiny), to_json(medium_), to_json(larger), to_json(largest)
from texts where id <> 4 order by id;
select tiny = repeat('é', 127), medium_ = repeat('x', 65535), larger = repeat('ab', 65536),
       largest = repeat('0123456789', 30000) from texts where id = 4;
\echo bytes
select id, fixed, many from bytes order by id;
select id, tiny, medium_, larger, largest from bytes where id <> 3 order by id;
select tiny = decode(repeat('00', 255), 'hex'), medium_ = decode(repeat('ff', 65535), 'hex'),
       larger = decode(repeat('0102', 65536), 'hex'),
       largest = decode(repeat('deadbeef', 50000), 'hex') from bytes where id = 3;
\echo choices
select id, mood, many, cardinality(many), full_[1], cardinality(full_) from choices order by id;
select * from e2e.label where type like '%mood' order by position;
\echo notes
select topic, place, message from e2e.note order by 1, 2, 3;
