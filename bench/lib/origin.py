"""Where a measurement comes from: machine, commit, programs, command lines."""

import datetime
import os
import pathlib
import platform
import re
import shutil
import subprocess

from server_pair import ROOT


def describe_machine():
    def first(path, pattern):
        found = re.search(pattern, pathlib.Path(path).read_text())
        return found[1].strip() if found else "unknown"

    return {
        "processor": first("/proc/cpuinfo", r"model name\s*:\s*(.*)"),
        "cores": os.cpu_count(),
        "memory_bytes": int(first("/proc/meminfo", r"MemTotal:\s*(\d+)")) * 1024,
        "kernel": platform.release(),
        "system": first("/etc/os-release", r'PRETTY_NAME="(.*)"'),
    }


def describe_commit():
    def git(*words):
        return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True).stdout

    # Results of earlier runs are no change of what was measured.
    changed = git("status", "--porcelain", "--", ".", ":!bench/results").strip()
    return (git("rev-parse", "--short", "HEAD").strip() or "unknown") + ("-dirty" if changed else "")


def result_stem(folder, kind, result):
    """Where a call keeps `result`, without the suffix: one that no other call has taken."""
    time = result["date"].replace(":", "").removesuffix("Z")
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"{kind}{time}-{result['commit']}"
    number = 1
    while stem.with_name(stem.name + ".json").exists():
        number += 1
        stem = folder / f"{kind}{time}-{result['commit']}-{number}"
    return stem


def now_text():
    """The date of a result: 2026-01-31T14:05Z."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")


def program_versions(servers, programs):
    def said(*command):
        if not shutil.which(str(command[0])):
            return None
        done = subprocess.run(command, capture_output=True, text=True)
        return (done.stdout or done.stderr).strip().split("\n")[0]

    return {
        **servers.versions(),
        "millrace": said(programs / "millrace", "--version"),
        "pgloader": said("pgloader", "--version"),
        "mysqldump": said("mysqldump", "--version"),
        "psql": said("psql", "--version"),
    }


def without_folders(words):
    """The words of a command line with DIR for each folder that follows an option."""
    taking = ("--servers", "--programs", "--exchange", "--results")
    return [
        "DIR" if i and words[i - 1] in taking else re.sub(r"^(--\w+)=/.*", r"\1=DIR", word)
        for i, word in enumerate(words)
    ]


def public(command, work, exchange):
    """A command line to keep: without passwords, and without the folders of this machine."""
    text = re.sub(r"(//[^:/@\s]+):[^@\s]*@", r"\1:***@", " ".join(map(str, command)))
    for folder, name in ((work, "WORK"), (exchange, "EXCHANGE"), (ROOT, ".")):
        if folder:
            text = text.replace(str(folder), name)
    return text.replace("./build/", "build/")
