select "table", rows from e2e.row_count order by 1;
set search_path = e2e_chunks;
-- The keys are unique by themselves: their index was built. So the right sums mean the right rows.
select sum(id) from plain;
select sum(id), min(id), max(id) from signed_;
select sum(id), min(id), max(id) from unsigned_;
select sum(id) from sparse;
select sum(id) from money;
select sum(n), min(day), max(day), count(distinct day) from days;
select min(at), max(at), sum(extract(epoch from at)) from moments;
select min(at), max(at), sum(n), sum(extract(epoch from at)) from stamps;
select count(distinct w), sum(length(w)), md5(string_agg(w, ' ' order by w collate "C")) = md5((select string_agg(
  (array['Ä', 'a', 'Z', '日本', ''])[n % 5 + 1] || md5(n::text), ' ' order by ((array['Ä', 'a', 'Z', '日本', ''])[n % 5 + 1] || md5(n::text)) collate "C")
  from generate_series(0, 9999) n)) from words;
select count(distinct w), sum(length(w)) from latin_words;
select count(distinct id) from uuids where id in (select decode(md5(n::text), 'hex') from generate_series(0, 9999) n);
select sum(a), count(distinct (a, b, c)), count(distinct c) from composite;
select sum(a), sum(b), count(b) from unique_;
select sum(id), count(distinct kind) from skewed;
select sum(n), count(distinct n) from keyless;
select sum(id) from old;
select sum(id) from divided;
select kind, count(*), sum(id) from kinds group by 1 order by 1;
select round(sum(id)::numeric, 6), count(distinct id) from floats;
\echo cut into several chunks
select t ->> 'source', (t ->> 'chunks')::int > 1 from e2e.run, jsonb_array_elements(report -> 'tables') t order by 1;
select bool_and(is_valid), count(*) filter (where is_primary) from e2e.index;
