-- What a job says of whole tables: other names, fewer columns and rows, columns of its own.
CREATE DATABASE e2e_table_rules CHARACTER SET utf8mb4;
CREATE DATABASE e2e_table_rules_2 CHARACTER SET utf8mb4;
USE e2e_table_rules;
CREATE TABLE job_fact (
  job_id int NOT NULL,
  job_name varchar(255),
  mem_max bigint unsigned,
  mem_avg bigint unsigned,
  time_sk int NOT NULL,
  UNIQUE KEY job_id (job_id),
  KEY time_sk (time_sk),
  KEY by_memory (mem_max, time_sk)
) ENGINE=InnoDB;
INSERT INTO job_fact VALUES (1,'a',1,2,100),(2,'b',NULL,NULL,200),(3,'c',5,6,300),(4,NULL,7,8,400);
CREATE TABLE job_dim (id int PRIMARY KEY, name varchar(20)) ENGINE=InnoDB;
INSERT INTO job_dim VALUES (1,'x');
CREATE TABLE big (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, n int NOT NULL, pad char(200) NOT NULL DEFAULT '') ENGINE=InnoDB;
INSERT INTO big (n) VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10);
INSERT INTO big (n) SELECT a.n FROM big a, big b, big c, big d;
CREATE TABLE e2e_table_rules_2.work (id int PRIMARY KEY, host varchar(20)) ENGINE=InnoDB;
INSERT INTO e2e_table_rules_2.work VALUES (1,'r1'),(2,'r2');
