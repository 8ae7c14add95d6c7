select "table", string_agg(name || ' ' || type, ', ' order by position) from e2e.column group by 1 order by 1;
select * from e2e_casts.job order by id;
select * from e2e_casts.frame order by 1, 2;
select * from e2e_casts_other.job;
insert into e2e_casts.job default values;
select time_submit, time_start, time_done, priority, average, ready, retries, load_avg, address, state, flags from e2e_casts.job where id = 4;
select "table", name, definition from e2e.constraint order by 1, 2;
select topic, regexp_replace(place, '\(.*/', '('), regexp_replace(message, '\(/.*/', '(')
from e2e.note order by 1, 2, 3;
