set search_path = e2e_large_rows;
select id, length(body), length(words) from t where id < 100 order by id;
select body = decode(repeat('00ff10', 349526), 'hex') from t where id = 2;
select words = repeat('€uro ', 200000) from t where id = 3;
select body = decode(repeat('deadbeef', 524288), 'hex'), words = repeat('x', 1048576) from t where id = 4;
select count(*), sum(length(body)), sum(get_byte(body, length(body) - 1)) from t where id > 100;
select words = repeat('日本語 ', 300000) from converted;
select body = decode(repeat('79', 3000000), 'hex') from old;
select id, length(body), body = decode(case id when 2 then repeat('deadbeef', 5242880) else repeat('0a', 20971520) end, 'hex')
from huge order by id;
