-- What a migration asks of PostGIS, without PostGIS: geometry is the bytes that came. Its type takes a
-- modifier, as geometry(Point) does, and an operator class lets it into a GiST index; the functions
-- of that are called once an index has two pages, and are of another type.
create type geometry;
create function geometry_in(cstring) returns geometry language internal immutable strict as 'byteain';
create function geometry_out(geometry) returns cstring language internal immutable strict as 'byteaout';
create function geometry_recv(internal) returns geometry language internal immutable strict as 'bytearecv';
create function geometry_send(geometry) returns bytea language internal immutable strict as 'byteasend';
-- 1, whatever the modifier says; shown as none.
create function geometry_typmod_in(cstring[]) returns integer language internal immutable strict as 'array_ndims';
create function geometry_typmod_out(integer) returns cstring language internal immutable strict as 'varchartypmodout';
create type geometry (
  input = geometry_in, output = geometry_out, receive = geometry_recv, send = geometry_send,
  typmod_in = geometry_typmod_in, typmod_out = geometry_typmod_out, storage = extended
);
create operator class geometry_ops default for type geometry using gist as
  function 1 range_gist_consistent(internal, anyrange, smallint, oid, internal),
  function 2 range_gist_union(internal, internal),
  function 5 range_gist_penalty(internal, internal, internal),
  function 6 range_gist_picksplit(internal, internal),
  function 7 range_gist_same(anyrange, anyrange, internal);
