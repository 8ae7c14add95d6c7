select stderr from e2e.run;
select count(*) from pg_namespace where nspname = 'farm';
