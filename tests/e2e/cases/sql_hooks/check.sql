select moment, rows, keys from public.told order by at;
select * from e2e.note;
