"""What processes cost: wall time, CPU-seconds of a tree of processes, peak memory."""

import dataclasses
import os
import pathlib
import signal
import subprocess
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
PROC = pathlib.Path("/proc")


def _stat(pid):
    """The fields of /proc/PID/stat after the name, or None. Source: proc(5); [1] is the parent."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text[text.rindex(")") + 2 :].split()


def tree_cpu_seconds(root):
    """CPU time of `root` and everything below it, with the children that ended and were waited for.

    So a server that forks for each session is counted whole: a session that has ended is in its
    parent's account, one that has not is seen by itself.
    """
    if root is None:
        return None
    stats = {int(p.name): _stat(p.name) for p in PROC.iterdir() if p.name.isdigit()}
    children = {}
    for pid, fields in stats.items():
        if fields:
            children.setdefault(int(fields[1]), []).append(pid)
    ticks, rest = 0, [root]
    while rest:
        pid = rest.pop()
        rest += children.get(pid, [])
        if stats.get(pid):
            ticks += sum(int(field) for field in stats[pid][11:15])  # utime stime cutime cstime
    return ticks / TICKS


def machine_cpu_seconds():
    """CPU time that the machine has spent on anything at all since it started."""
    user, nice, system, _idle, _wait, irq, softirq, *_ = map(
        int, PROC.joinpath("stat").read_text().split("\n", 1)[0].split()[1:]
    )
    return (user + nice + system + irq + softirq) / TICKS


@dataclasses.dataclass
class Usage:
    """What one command cost. CPU times are seconds; None where a server's process is out of sight."""

    wall: float = 0.0
    engine: float = 0.0
    source: float | None = 0.0
    target: float | None = 0.0
    others: float = 0.0  # spent by the rest of the machine meanwhile: a run beside it is no good one
    # Of the command's largest process. Linux counts the forked copy of this program in as well, so
    # that nothing comes out below some 25 MB. Source: getrusage(2), ru_maxrss.
    peak_bytes: int = 0

    def __add__(self, more):
        def total(one, other):
            return None if one is None or other is None else one + other

        return Usage(
            self.wall + more.wall,
            self.engine + more.engine,
            total(self.source, more.source),
            total(self.target, more.target),
            self.others + more.others,
            max(self.peak_bytes, more.peak_bytes),
        )


class CommandFailed(Exception):
    """A measured command that ended badly; the text says which, and what it said last.

    `limit_seconds`: it was ended since it took longer than this; None: it ended by itself."""

    def __init__(self, text, limit_seconds=None):
        super().__init__(text)
        self.limit_seconds = limit_seconds


def measure(command, servers, log, limit_seconds):
    """Run `command` and tell its Usage. Its output goes to the file `log`.

    The two servers' CPU time is what they spent from its start to its end.
    """
    source, target = servers.source_pid, servers.target_pid
    source_before, target_before = tree_cpu_seconds(source), tree_cpu_seconds(target)
    machine_before = machine_cpu_seconds()
    began = time.monotonic()
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=servers.environment(),
            start_new_session=True,
        )
    late = threading.Event()

    def give_up():
        late.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(limit_seconds, give_up)
    timer.start()
    try:
        _, status, used = os.wait4(process.pid, 0)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        timer.cancel()
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)

    usage = Usage(wall=wall, engine=used.ru_utime + used.ru_stime, peak_bytes=used.ru_maxrss * 1024)
    usage.source = None if source is None else tree_cpu_seconds(source) - source_before
    usage.target = None if target is None else tree_cpu_seconds(target) - target_before
    known = usage.engine + (usage.source or 0) + (usage.target or 0)
    usage.others = max(0.0, machine_cpu_seconds() - machine_before - known)
    if process.returncode != 0:
        why = f"took longer than {limit_seconds} s" if late.is_set() else "failed"
        raise CommandFailed(f"{command[0]} {why}:\n{last_lines(log)}", limit_seconds if late.is_set() else None)
    return usage


def last_lines(log, count=15):
    text = pathlib.Path(log).read_text(errors="replace")
    return "\n".join("    " + line for line in text.splitlines()[-count:])
