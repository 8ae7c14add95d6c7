select stderr from e2e.run;
select report ->> 'outcome', report -> 'left_in_target' from e2e.run;
select full_name, kind from e2e.relation order by 1;
select * from e2e_if_exists_error.a;
select * from e2e.label;
