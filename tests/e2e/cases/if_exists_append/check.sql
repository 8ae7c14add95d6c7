select * from e2e_if_exists_append.parent;
select * from e2e_if_exists_append.child;
select * from e2e_if_exists_append.fresh;
select "table", definition from e2e.index order by 1, 2;
select "table", name, definition from e2e.constraint order by 1, 2;
select * from e2e.next_identity;
select topic, place, message from e2e.note order by 1, 2, 3;
