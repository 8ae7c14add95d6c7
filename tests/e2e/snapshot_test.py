#!/usr/bin/env python3
"""All readers see one instant of the source: a writer moves money all the while, and the books in the
target agree to the last move, every run."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "faults"))

from fault_test_case import COMPLETE, FaultTestCase, Locker, Mysql, OwnServers, Postgres, await_true

# Each move takes 1 from a row of `payer`, gives it to a row of `taker` and counts itself.
SOURCE = """
drop database if exists bank;
create database bank;
use bank;
create table n (n int not null primary key) engine=innodb;
insert into n values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
create table payer (id int not null primary key, sum int not null default 0, pad char(200) default 'x') engine={engine};
insert into payer (id) select a.n * 1000 + b.n * 100 + c.n * 10 + d.n from n a, n b, n c, n d;
create table taker (id int not null primary key, sum int not null default 0, pad char(200) default 'x') engine={engine};
insert into taker (id) select id from payer;
create table moves (id int not null primary key, n int not null) engine={engine};
insert into moves values (1, 0);
create table orders (go int not null) engine=innodb;
insert into orders values (1);
analyze table payer, taker;
delimiter //
create procedure move_money() begin
  while (select go from orders) do
    {move}
  end while;
end//
delimiter ;
"""
# The tables are taken in any order, so that no order of reading is right by chance.
IN_TRANSACTIONS = """
    begin
      declare exit handler for 1213 rollback;  -- a deadlock with a lock of the snapshot
      set @row = floor(rand() * 10000);
      start transaction;
      if rand() < 0.5 then
        update payer set sum = sum - 1 where id = @row;
        update taker set sum = sum + 1 where id = @row;
      else
        update taker set sum = sum + 1 where id = @row;
        update payer set sum = sum - 1 where id = @row;
      end if;
      update moves set n = n + 1;
      commit;
    end;
"""
IN_ONE_STATEMENT = """
    set @payer = floor(rand() * 10000), @taker = floor(rand() * 10000);
    update payer, taker, moves set payer.sum = payer.sum - 1, taker.sum = taker.sum + 1, moves.n = moves.n + 1
      where payer.id = @payer and taker.id = @taker;
"""


class SnapshotTestCase(FaultTestCase):
    kind = None

    @classmethod
    def setUpClass(cls):
        cls.servers = OwnServers(cls.kind, "postgres15")
        cls.addClassCleanup(cls.servers.stop)
        cls.source = Mysql(cls.servers.variables[f"MILLRACE_{cls.kind.upper()}"])
        cls.target = Postgres(cls.servers.variables["MILLRACE_POSTGRES15"])

    def moves(self):
        return int(self.source.value("select n from bank.moves"))

    def books(self):
        """What the payers lack, what the takers have, and the moves that were made, in the target."""
        return tuple(map(int, self.target.value(
            "select (select -sum(sum) from bank.payer), (select sum(sum) from bank.taker),"
            " (select n from bank.moves)", self.database).split("|")))

    def migrate_while_money_moves(self, how, move=IN_TRANSACTIONS, engine="innodb", runs=2):
        self.source.run(SOURCE.format(engine=engine, move=move))
        writer = Locker.of_source(self.source, "select 'held'; call bank.move_money()")
        self.addCleanup(writer.release)
        try:
            writer.await_held()
            for _ in range(runs):
                self.target.create_database(self.database)
                begun = self.moves()
                await_true(lambda: self.moves() > begun, "the writer moves money")
                before = self.moves()
                outcome = self.program.run(
                    "migrate", self.source.url("bank"), self.target.url(self.database), "--readers", "3",
                    "--chunk-bytes", "128KiB", "--report", "run.json", "--progress", "none", *how)
                after = self.moves()

                self.assertEqual(outcome.code, COMPLETE, outcome.stderr)
                lacked, had, moved = self.books()
                self.assertEqual((lacked, had), (moved, moved), self.program.report()["snapshot"])
                self.assertGreaterEqual(moved, before)
                self.assertGreater(after, moved, "the writer went on during the copy")
        finally:
            self.source.run("update bank.orders set go = 0")
        return self.program.report()["snapshot"]


class SnapshotOfMariadb(SnapshotTestCase):
    kind = "mariadb"

    def test_by_default(self):
        snapshot = self.migrate_while_money_moves(())

        self.assertEqual(snapshot["method"], "BACKUP STAGE")
        self.assertRegex(snapshot["gtid"], "^0-[0-9]+-[0-9]+$")

    def test_by_flush_lock(self):
        self.migrate_while_money_moves(("--snapshot", "flush-lock"))

    def test_by_lock_tables(self):
        self.migrate_while_money_moves(("--snapshot", "lock-tables"))

    def test_of_tables_without_transactions(self):
        snapshot = self.migrate_while_money_moves((), IN_ONE_STATEMENT, "myisam")

        self.assertGreater(snapshot["non_transactional_lock_ms"], 0)


class SnapshotOfMysql56(SnapshotTestCase):
    kind = "mysql56"

    def test_by_default(self):
        snapshot = self.migrate_while_money_moves(())

        self.assertEqual(snapshot["method"], "FLUSH TABLES WITH READ LOCK")
        self.assertRegex(snapshot["binlog_file"], "^binlog[.]")

    def test_by_lock_tables(self):
        self.migrate_while_money_moves(("--snapshot", "lock-tables"))

    def test_of_tables_without_transactions(self):
        self.migrate_while_money_moves((), IN_ONE_STATEMENT, "myisam")


if __name__ == "__main__":
    unittest.main()
