select * from e2e_data_only.orders order by id;
select * from e2e_data_only.items order by id;
select * from e2e.row_count order by 1;
select * from e2e.next_identity;
insert into e2e_data_only.counted default values returning id;
select topic, place, message from e2e.note order by 1, 2, 3;
