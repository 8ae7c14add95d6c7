select full_name, kind from e2e.relation order by 1;
select definition from e2e.index where definition like '%gin%';
select id from e2e_schema_switches.t where to_tsvector('simple', coalesce(words, '') || ' ' || coalesce(more, '')) @@ to_tsquery('simple', 'quick & jumps');
select id, b from e2e_schema_switches.t order by id;
select topic, place, message from e2e.note order by 1, 2, 3;
