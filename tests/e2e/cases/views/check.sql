select full_name from e2e.relation where kind = 'v' order by 1;
set search_path = e2e_views;
select * from z_base order by id;
select * from a_of_view order by 1;
select * from joined;
select * from odd_names order by 1;
select * from labels order by 1;
select * from both_ order by 1;
select * from few;
select * from truths order by 1;
select * from first_at;
select * from named_b;
select * from filled_up order by id;
select * from of_filled_up order by id;
select pg_get_viewdef('checked'::regclass, 0) like '%cores%' as made, check_option
  from information_schema.views where table_name = 'checked';
\echo not made
select topic, place, regexp_replace(regexp_replace(message, ' position=\d+', ''), '\(target refused CREATE VIEW .*: ', '(') from e2e.note order by 1, 2;
