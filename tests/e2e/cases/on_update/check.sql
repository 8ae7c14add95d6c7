\echo as they came
select updated at time zone 'UTC' from e2e_on_update.plain order by id;
\echo a changed row is stamped, an unchanged one and a given stamp are not
update e2e_on_update.plain set n = 5 where id = 1 returning updated > now() - interval '1 hour';
update e2e_on_update.plain set n = 2 where id = 2 returning updated at time zone 'UTC';
update e2e_on_update.plain set n = 3, updated = '2002-02-02 00:00:00+00' where id = 2 returning updated at time zone 'UTC';
update e2e_on_update.other set words = 'b' returning updated > now() - interval '1 hour';
update e2e_on_update."odd ""one""" set id = 2 returning "at ""it""" > localtimestamp - interval '1 day';
\echo one function for two tables
select n.nspname, p.proname, count(*) from pg_trigger t join pg_proc p on p.oid = t.tgfoid
join pg_namespace n on n.oid = p.pronamespace where not t.tgisinternal group by 1, 2 order by 2;
select topic, place, message from e2e.note order by 1, 2, 3;
