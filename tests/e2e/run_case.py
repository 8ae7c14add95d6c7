#!/usr/bin/env python3
"""Run one case: fill a source, migrate it, and compare what the target then says.

A case is a folder:
  source.sql         read by the mariadb client; makes databases that are named e2e_CASE or begin so
  source.SOURCE.sql  besides, only for this source (mariadb or mysql56)
  target.sql         optional: read by psql in the target before the run
  job.toml           what `millrace migrate SOURCE TARGET --job` is given
  job.2.toml, ...    optional: more runs, one after the other
  check.sql          read by psql when all have run; views.sql says what it may ask besides tables
  expected.out       what check.sql must print; expected.SOURCE.out wins over it where it exists

When all runs are done, `millrace verify` holds the target against its ledger and against the source,
by the last job that ended with code 0. It must find them equal, unless a line of the job file says
`# verify against source exits 9`, or ledger.

A run must end with code 0, unless its job file begins with a line like `# exits 2`. Each case has
databases of its own on both sides, so that cases may run at once; two runs of one case may not use
the same source at once.
"""

import argparse
import difflib
import json
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from clients import ClientError, Mysql, Postgres, Program, literal, variable

VIEWS = pathlib.Path(__file__).with_name("views.sql")
PAIR = re.compile(r"(mariadb|mysql56)-(15|18)")


class CaseFailure(Exception):
    """Why a case did not pass; the whole message."""


class Case:
    def __init__(self, folder, pair, program):
        self.folder, self.name = folder, folder.name
        self.source_kind, target = PAIR.fullmatch(pair).groups()
        self.source = Mysql(variable(f"MILLRACE_{self.source_kind.upper()}"))
        self.target = Postgres(variable(f"MILLRACE_POSTGRES{target}"))
        self.prefix = f"e2e_{self.name}"
        self.database = f"{self.prefix}_{pair.replace('-', '_')}"
        self.program = program
        for other in folder.parent.iterdir():
            if other.name.startswith(self.name) and other != folder:
                raise CaseFailure(f"rename {other.name}: its databases would pass for ours")

    def text(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def jobs(self):
        more = sorted(self.folder.glob("job.[0-9]*.toml"))
        return [self.folder / "job.toml", *more]

    def expected_file(self):
        own = self.folder / f"expected.{self.source_kind}.out"
        return own if own.exists() else self.folder / "expected.out"

    def prepare(self):
        self.clear()
        for name in ("source.sql", f"source.{self.source_kind}.sql"):
            if (self.folder / name).exists():
                self.source.run(self.text(name))
        if not self.source.databases(self.prefix):
            raise CaseFailure(f"source.sql makes no database whose name begins with {self.prefix}")
        self.target.create_database(self.database)
        if (self.folder / "target.sql").exists():
            self.target.run(self.text("target.sql"), self.database)

    def clear(self):
        self.source.drop_databases(self.prefix)
        self.target.drop_database(self.database)

    def run(self):
        """Run every job and say what each came to, in table e2e.run."""
        runs = []
        for number, job in enumerate(self.jobs(), 1):
            report = f"run{number}.json"
            outcome = self.program.run("migrate", self.source.url(),
                                       self.target.url(self.database), "--job", job,
                                       "--report", report, "--progress", "none")
            said = re.match(r"# exits (\d+)\n", job.read_text(encoding="utf-8"))
            wanted = int(said.group(1)) if said else 0
            if outcome.code != wanted:
                raise CaseFailure(f"{job.name}: exit code {outcome.code}, not {wanted}\n"
                                  f"{outcome.stderr}{outcome.stdout}")
            left = self.target.our_sessions(self.database)
            if left:
                raise CaseFailure(f"{job.name} left sessions in the target:\n{left}")
            runs.append((number, outcome.code, literal(outcome.stderr),
                         literal(json.dumps(self.program.report(report)))))
        self.target.run(VIEWS.read_text(encoding="utf-8"), self.database)
        for number, code, stderr, report in runs:
            self.target.run(f"insert into e2e.run values ({number}, {code}, {stderr}, {report})",
                            self.database)

    def verify(self):
        """Hold the target against the source with the last job that ended well."""
        done = [job for job in self.jobs() if not re.match(r"# exits [1-9]", self.job_text(job))]
        if not done:
            return
        for basis in ("ledger", "source"):
            said = re.search(rf"^# verify against {basis} exits (\d+)$", self.job_text(done[-1]),
                             re.MULTILINE)
            wanted = int(said.group(1)) if said else 0
            outcome = self.program.run("verify", self.source.url(), self.target.url(self.database),
                                       "--job", done[-1], "--against", basis, "--progress", "none")
            if outcome.code != wanted:
                raise CaseFailure(f"verify --against {basis}: exit code {outcome.code}, not {wanted}"
                                  f"\n{outcome.stderr}{outcome.stdout}")

    @staticmethod
    def job_text(job):
        return job.read_text(encoding="utf-8")

    def check(self, accept):
        found = self.target.run(self.text("check.sql"), self.database)
        file = self.expected_file()
        if accept:
            file.write_text(found, encoding="utf-8")
            return
        wanted = file.read_text(encoding="utf-8")
        if found == wanted:
            return
        difference = difflib.unified_diff(wanted.splitlines(), found.splitlines(),
                                          f"{self.name}/{file.name}", "check.sql", lineterm="")
        raise CaseFailure("\n".join(difference))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", type=pathlib.Path, help="folder of the case")
    parser.add_argument("pair", help="mariadb-15, mysql56-15, mariadb-18, ...")
    parser.add_argument("--program", required=True, help="the millrace to test")
    parser.add_argument("--accept", action="store_true", help="rewrite expected.out (for authors)")
    parser.add_argument("--keep", action="store_true", help="leave both sides as they are")
    options = parser.parse_args()
    if not PAIR.fullmatch(options.pair):
        parser.error(f"no such pair: {options.pair}")
    with tempfile.TemporaryDirectory(prefix="millrace-e2e-") as folder:
        program = Program(pathlib.Path(options.program).absolute(), folder)
        try:
            case = Case(options.case.absolute(), options.pair, program)
            try:
                case.prepare()
                case.run()
                case.verify()
                case.check(options.accept)
            finally:
                if not options.keep:
                    case.clear()
        except (CaseFailure, ClientError, FileNotFoundError) as failure:
            print(f"{options.case.name}.{options.pair}: {failure}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
