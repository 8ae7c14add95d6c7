select * from e2e.row_count order by 1;
select count(distinct id), min(id), max(id), min(at), max(at) from e2e_partitions.by_range;
select * from e2e_partitions.by_list order by id;
select count(distinct id), sum(id) from e2e_partitions.by_hash;
select string_agg(id, ' ' order by id) from e2e_partitions.by_key;
select * from e2e_partitions.twice order by id;
select "table", definition from e2e.constraint order by 1;
select topic, place, message from e2e.note order by 1, 2, 3;
