select name, type from e2e.column where "table" = 'e2e_charsets.t' order by position;
\pset format unaligned
\echo t
\x on
select * from e2e_charsets.t order by id;
\x off
\echo every byte
select id, ascii(c), length(c) from e2e_charsets.every_byte where ascii(c) <> id or length(c) <> 1 order by id;
select count(*) from e2e_charsets.every_byte;
\echo labels
select * from e2e_charsets.labels order by id;
select * from e2e.label order by 1, 2;
select name, type, "default", comment from e2e.column where "table" = 'e2e_charsets.labels' order by position;
select comment from e2e.comment where comment is not null;
\echo notes
select topic, place, message from e2e.note order by 1, 2, 3;
