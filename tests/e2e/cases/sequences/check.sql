select sequencename, start_value, min_value, max_value, increment_by, cycle from pg_sequences where schemaname <> 'millrace' order by 1;
select nextval('e2e_sequences.fresh'), nextval('e2e_sequences.used') > 8, nextval('e2e_sequences."odd ""one"""');
do $$ begin perform nextval('e2e_sequences.used_up'); raise 'handed out again';
exception when sequence_generator_limit_exceeded then null; end $$;
select topic, place, message from e2e.note order by 1, 2, 3;
