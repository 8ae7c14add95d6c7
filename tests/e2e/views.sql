-- What check.sql may ask besides its own tables: schema e2e of the case's target database.
-- Names are unquoted. Only what a user made is listed.
create schema e2e;

-- Each run of the program: 1 is job.toml, 2 is job.2.toml, ...
create table e2e.run (
  number int primary key,
  exit_code int not null,
  stderr text not null,
  report jsonb
);

-- Without that of collations: nearly every source has text that ignores case.
create view e2e.note as
  select run.number as run, note ->> 'topic' as topic, note ->> 'where' as place,
         note ->> 'message' as message
  from e2e.run, jsonb_array_elements(report -> 'notes') note
  where note ->> 'topic' <> 'collation';

create view e2e.relation as
  select c.oid, n.nspname as schema, c.relname as name, n.nspname || '.' || c.relname as full_name,
         c.relkind as kind
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname not in ('e2e', 'information_schema', 'millrace') and n.nspname not like 'pg\_%';

create view e2e.column as
  select r.full_name as table, a.attnum as position, a.attname as name,
         format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null,
         pg_get_expr(d.adbin, d.adrelid) as "default",
         case a.attidentity when 'd' then 'by default' when 'a' then 'always' end as identity,
         col_description(r.oid, a.attnum) as comment
  from e2e.relation r
  join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
  where r.kind in ('r', 'p');

create view e2e.index as
  select t.full_name as table, r.name, pg_get_indexdef(i.indexrelid) as definition,
         i.indisprimary as is_primary, i.indisvalid as is_valid
  from pg_index i join e2e.relation r on r.oid = i.indexrelid join e2e.relation t on t.oid = i.indrelid;

-- Without NOT NULL, which has a name only since PostgreSQL 18.
create view e2e.constraint as
  select r.full_name as table, c.conname as name, c.contype as kind, c.convalidated as is_valid,
         pg_get_constraintdef(c.oid) as definition
  from pg_constraint c join e2e.relation r on r.oid = c.conrelid
  where c.contype <> 'n';

create function e2e.next_of(sequence regclass) returns bigint language plpgsql as $$
declare
  answer bigint;
begin
  execute format(
    'select case when s.is_called then s.last_value + p.seqincrement else s.last_value end'
    ' from %s s, pg_sequence p where p.seqrelid = %L::regclass', sequence, sequence) into answer;
  return answer;
end $$;

-- What the next INSERT without a value would get.
create view e2e.next_identity as
  select c.table, c.name as column,
         e2e.next_of(pg_get_serial_sequence(r.oid::regclass::text, c.name)::regclass) as next
  from e2e.column c join e2e.relation r on r.full_name = c.table and r.kind = 'r'
  where c.identity is not null;

create view e2e.comment as
  select r.full_name as table, obj_description(r.oid, 'pg_class') as comment
  from e2e.relation r where r.kind in ('r', 'p');

create view e2e.label as
  select n.nspname || '.' || t.typname as type, e.enumsortorder as position, e.enumlabel as label
  from pg_enum e join pg_type t on t.oid = e.enumtypid join pg_namespace n on n.oid = t.typnamespace;

-- Rows of every table, counted.
create view e2e.row_count as
  select r.full_name as table,
         (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s', r.oid::regclass),
                                              false, true, '')))[1]::text::bigint as rows
  from e2e.relation r where r.kind in ('r', 'p');
