select "table", string_agg(name || ' ' || type, ', ' order by position) from e2e.column group by 1 order by 1;
select * from dwh.fact order by 1;
select * from dims.job_dim;
select count(*), sum(n), min(n % 2), max(n % 2), count(distinct id) from e2e_table_rules.big;
select * from e2e_table_rules_2.work order by 1;
select "table", name, definition from e2e.index order by 1, 2;
select topic, regexp_replace(place, '\(.*/', '('), regexp_replace(message, '\(/.*/', '(')
from e2e.note order by 1, 2, 3;
