select relname, seq_scan > 0 from pg_stat_user_tables where schemaname = 'e2e_identity_without_index' and relname <> 'n' order by 1;
select (select max(id) from e2e_identity_without_index.held) < nextval(pg_get_serial_sequence('e2e_identity_without_index.held', 'id'));
select nextval(pg_get_serial_sequence('e2e_identity_without_index.grown', 'id'));
select nextval(pg_get_serial_sequence('e2e_identity_without_index.emptied_end', 'id')) > 200000;
