select count(*), sum(rows), min(rows), max(rows) from e2e.row_count;
select kind, count(*), bool_and(is_valid) from e2e.constraint group by 1 order by 1;
select count(*), count(*) filter (where is_primary), bool_and(is_valid) from e2e.index;
select count(*), min(next), max(next) from e2e.next_identity;
select * from e2e_tiny_tables.t123 order by id;
select * from e2e_tiny_tables.t499 order by id;
select report -> 'rows', report -> 'foreign_keys' from e2e.run;
select count(*) from e2e.label;
select topic, count(*) from e2e.note group by 1 order by 1;
