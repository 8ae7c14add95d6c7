-- Names in camel case and with dashes become snake_case, but those that a rule gives.
CREATE DATABASE e2e_snake_case CHARACTER SET utf8mb4;
USE e2e_snake_case;
CREATE TABLE `RenderJob` (
  `JobID` int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `hostName` varchar(20),
  `frame-count` int,
  KEY `ByHost` (`hostName`)
) ENGINE=InnoDB;
INSERT INTO `RenderJob` VALUES (1, 'r1', 10);
