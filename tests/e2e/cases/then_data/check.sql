select * from e2e_then_data.parent order by id;
select * from e2e_then_data.child order by id;
select "table", name, is_valid, definition from e2e.constraint order by 1, 2;
select * from e2e.next_identity;
select number, report ->> 'outcome', report ->> 'rows' from e2e.run order by 1;
select run, topic, place, message from e2e.note order by 1, 2, 3;
