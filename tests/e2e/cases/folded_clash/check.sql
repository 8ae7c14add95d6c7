select stderr from e2e.run;
select full_name from e2e.relation;
