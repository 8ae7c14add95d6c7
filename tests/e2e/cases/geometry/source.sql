-- Geometry of every kind becomes EWKB in bytea: the coordinates, and the SRID where there is one.
create database e2e_geometry;
use e2e_geometry;
create table shapes (id int not null primary key, any_ geometry, spot point, way linestring,
                     area polygon) engine=innodb;
insert into shapes values
  (1, GeomFromText('POINT(1 2)'), GeomFromText('POINT(-1.5 1e300)'),
   GeomFromText('LINESTRING(0 0, 1 1, 2 0)'), GeomFromText('POLYGON((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 1))')),
  (2, GeomFromText('POINT(8.55 47.37)', 4326), GeomFromText('POINT(0 0)', 3857),
   GeomFromText('LINESTRING(0 0, 1 1)', 4326), null),
  (3, GeomFromText('GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))'), null, null, null),
  (4, null, null, null, null);
create table many (id int not null primary key, spots multipoint, ways multilinestring,
                   areas multipolygon, mix geometrycollection, must geometry not null,
                   spatial index at_must (must)) engine=myisam;
insert into many values
  (1, GeomFromText('MULTIPOINT(1 2, 3 4)'), GeomFromText('MULTILINESTRING((0 0, 1 1), (2 2, 3 3))'),
   GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))'),
   GeomFromText('GEOMETRYCOLLECTION(POINT(9 9))', 4326), GeomFromText('POINT(7 7)'));
