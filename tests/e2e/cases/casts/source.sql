-- What rules make of columns: values, defaults and keys alike.
CREATE DATABASE e2e_casts CHARACTER SET utf8mb4;
CREATE DATABASE e2e_casts_other CHARACTER SET utf8mb4;
USE e2e_casts;
CREATE TABLE job (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  time_submit int NOT NULL DEFAULT 0,
  time_start int unsigned NOT NULL DEFAULT 946702800,
  time_done bigint DEFAULT 1700000000,
  priority smallint unsigned NOT NULL DEFAULT 9999,
  average int unsigned NOT NULL DEFAULT 7,
  uuid_text char(36) DEFAULT NULL,
  ready char(1) NOT NULL DEFAULT 'Y',
  retries varchar(10) NOT NULL DEFAULT '0',
  load_avg varchar(20) DEFAULT '1.5',
  address int unsigned DEFAULT 2130706433,
  state enum('done','failed') NOT NULL DEFAULT 'done',
  flags set('a','b') NOT NULL DEFAULT 'a',
  package longtext,
  shard binary(16) DEFAULT NULL,
  KEY by_submit (time_submit),
  UNIQUE KEY by_uuid (uuid_text)
) ENGINE=InnoDB;
INSERT INTO job VALUES
 (1, 0, 946702800, -1, 0, 0, '6CCD780C-BABA-1026-9564-5B8C656024DB', 'Y', '0', '0', 0, 'done', '', '{"a": 1}', 0x1026baba6ccd780c95645b8c656024db),
 (2, 1700000000, 1700000001, 1700000002, 32767, 16777216, NULL, 'N', '-5', '-2.5e3', 4294967295, 'failed', 'a,b', '[]', NULL),
 (3, -1, 0, NULL, 1, 1, '00000000000000000000000000000000', 'N', ' 7 ', NULL, NULL, 'done', 'b', NULL, 0x00000000000000000000000000000000);
CREATE TABLE frame (
  job_id int unsigned NOT NULL,
  number int NOT NULL,
  time_submit int NOT NULL DEFAULT -1,
  PRIMARY KEY (job_id, number),
  CONSTRAINT frame_job FOREIGN KEY (job_id) REFERENCES job (id)
) ENGINE=InnoDB;
INSERT INTO frame VALUES (1, 1, 0), (1, 2, 1600000000), (2, 1, -1);
-- The same names elsewhere, where no rule reaches them.
CREATE TABLE e2e_casts_other.job (id int unsigned PRIMARY KEY, time_submit int NOT NULL DEFAULT 0,
  ready char(1)) ENGINE=InnoDB;
INSERT INTO e2e_casts_other.job VALUES (1, 0, 'Y');
