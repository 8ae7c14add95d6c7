"""The ways that bench/fidelity moves a database by, and what each of them says while it does."""

import json
import os
import re
import signal
import subprocess

from fidelity_judge import Told

STAMPED = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)? ([A-Z]+) (.*)$")
SAID_LEVELS = ("WARNING", "ERROR", "FATAL", "CRITICAL")
SUMMARY = re.compile(r"^\s*table name\s+errors\s")
SUMMARY_LINE = re.compile(r"^\s*(\S.*?)\s{2,}(\d+)\s")


def call(command, environment, limit_seconds):
    """The exit code of a command (None: it took longer, and was ended) and all that it printed."""
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=environment, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=limit_seconds)
        return process.returncode, output.decode(errors="replace")
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        return None, output.decode(errors="replace")
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise


class PgloaderRun:
    """pgloader with its own defaults: tables, indexes, foreign keys, sequences."""

    name, title = "pgloader", "pgloader"

    def __init__(self, work, programs, limit_seconds):
        self.work, self.limit_seconds = work, limit_seconds

    more = ""

    def follows(self, told):
        """Whether this run is made, given those that were made before it, by name."""
        return True

    def load(self, servers, database, folder):
        source, target = servers.source, servers.target
        folder.mkdir(parents=True)
        script = folder / "load"
        script.write_text(
            f"LOAD DATABASE FROM mysql://{source.netloc}/{database}\n"
            f"  INTO postgresql://{target.netloc}/{target.path.strip('/')}\n"
            f"  WITH create tables, create indexes, foreign keys, reset sequences{self.more};\n")
        script.chmod(0o600)  # it holds the passwords
        code, output = call(["pgloader", "--root-dir", folder / "root", script], servers.environment(),
                            self.limit_seconds)
        return pgloader_told(code, output, self.limit_seconds)


class ResumingRun(PgloaderRun):
    """The same, which sets rows aside that the target refuses."""

    name, title, more = "resuming", "pgloader, on error resume next", ", on error resume next"

    def follows(self, told):
        return any(message.startswith(SAID_LEVELS[1:]) for message in told["pgloader"].messages)


def pgloader_told(code, output, limit_seconds):
    """Its warnings and errors with their further lines, and the lines of its summary that count errors."""
    messages, within, in_summary = [], False, False
    for line in output.splitlines():
        stamped = STAMPED.match(line)
        if stamped:
            within, in_summary = stamped[1] in SAID_LEVELS, False
            if within:
                messages.append(f"{stamped[1]} {stamped[2].strip()}")
        elif SUMMARY.match(line):
            within, in_summary = False, True
        elif in_summary:
            counted = SUMMARY_LINE.match(line)
            if counted and counted[2] != "0":
                messages.append(f"summary: {counted[1].strip()}, errors: {counted[2]}")
        elif within and line.strip():
            messages[-1] += " " + line.strip()
        elif line.strip() and not messages:
            messages.append(line.strip())  # of the runtime it is built on, which stamps nothing
            within = True
    if code is None:
        messages.append(f"ended after {limit_seconds} s")
    return Told(messages, code != 0)


class MillraceRun:
    """`millrace migrate` with its own defaults, its proof among them."""

    name, title = "millrace", "Millrace"

    def __init__(self, work, programs, limit_seconds):
        self.program, self.limit_seconds = programs / "millrace", limit_seconds

    def load(self, servers, database, folder):
        folder.mkdir(parents=True)
        report = folder / "report.json"
        code, output = call(
            [self.program, "migrate", servers.source_url, servers.target_url, "--databases", database,
             "--progress", "none", "--report", report, *self.more(folder)], servers.environment(), self.limit_seconds)
        kept = json.loads(report.read_text()) if report.exists() else None
        return millrace_told(code, output, kept, self.limit_seconds)

    def follows(self, told):
        return True

    def more(self, folder):
        return []


class RejectingRun(MillraceRun):
    """The same, which sets rows aside that the target cannot hold."""

    name, title = "rejecting", "Millrace --on-fault reject"

    def follows(self, told):
        return told["millrace"].ended_badly

    def more(self, folder):
        return ["--on-fault", "reject", "--reject-dir", folder / "rejects"]


def millrace_told(code, output, report, limit_seconds):
    """The notes, warnings and faults of its report, and the error that it ended with."""
    messages = []
    for fault in (report or {}).get("faults", []):
        rows = f"rows set aside: {fault['rejected']}" if fault["rejected"] else f"made NULL: {fault['nulled']}"
        messages.append(f"fault: {fault['table']}.{fault['column']}: {fault['reason']}, value {fault['value']},"
                        f" key {fault['key']}, {rows}")
    for note in (report or {}).get("notes", []) + (report or {}).get("checks", []):
        messages.append(f"{note['topic']}: {note['where']}: {note['message']}")
    messages += (report or {}).get("left_in_target", [])
    if code not in (0, 8):  # 8: complete, and rows are in reject files
        messages.insert(0, " ".join(output.split()) if report is None else report["error"])
    if code is None:
        messages.append(f"ended after {limit_seconds} s")
    return Told(messages, code not in (0, 8))


RUNS = (PgloaderRun, ResumingRun, MillraceRun, RejectingRun)
