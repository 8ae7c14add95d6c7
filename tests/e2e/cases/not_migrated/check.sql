select full_name, kind from e2e.relation order by 1;
select * from e2e_not_migrated.t;
select topic, place, regexp_replace(regexp_replace(message, ' STARTS ''[^'']*''', ''), 'int\(\d+\)', 'int', 'g') from e2e.note order by 1, 2, 3;
