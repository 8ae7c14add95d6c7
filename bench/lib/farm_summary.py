"""What the repetitions of a cell's way come to: medians, with least and greatest."""

import statistics


def spread(values):
    """The median of some values, with the least and the greatest; nothing if one is unknown."""
    values = list(values)
    if not values or None in values:
        return None
    return {"median": statistics.median(values), "least": min(values), "greatest": max(values)}


def groups_of(runs):
    """The runs of each (cell, way, lanes), in the order of their first."""
    groups = {}
    for run in runs:
        groups.setdefault((run["cell"], run["way"], tuple(run["lanes"] or ())), []).append(run)
    return groups


def bytes_of_cells(runs):
    """How much a cell is as COPY binary, as Millrace told it: the same for every way."""
    return {run["cell"]: run["copy_bytes"] for run in runs
            if run.get("copy_bytes") and run["way"] != "consolidated"}


def summaries(runs):
    """For each cell and way: wall, rates, CPU-seconds by process, peak memory, source held.

    A rate is taken of each repetition, then the median. None where nobody tells: CPU-seconds of a
    server that is out of sight, MB/s of a cell that Millrace did not move, how long the source was
    held by a way that promises no one instant of it.
    """
    size = bytes_of_cells(runs)
    return [summary(group, size.get(cell), cell, way, lanes)
            for (cell, way, lanes), group in groups_of(runs).items()]


def summary(group, copy_bytes, cell, way, lanes):
    first = group[0]

    def rate(amount):
        return spread(amount / run["wall_seconds"] for run in group) if amount else None

    return {
        "cell": cell, "way": way, "title": first["title"], "lanes": list(lanes) or None,
        "repetitions": len(group), "jobs": first["jobs"], "frames": first["frames"],
        "tables": first["tables"], "rows": first["rows"], "copy_bytes": copy_bytes,
        "wall_seconds": spread(run["wall_seconds"] for run in group),
        "jobs_per_second": rate(first["jobs"]),
        "frames_per_second": rate(first["frames"]),
        "megabytes_per_second": rate((copy_bytes or 0) / 1e6),
        "milliseconds_per_table": spread(
            run["wall_seconds"] / first["tables"] * 1e3 for run in group),
        "cpu_seconds": {side: spread(run["cpu_seconds"][side] for run in group)
                        for side in ("source", "engine", "target", "others")},
        "peak_bytes": spread(run["peak_bytes"] for run in group),
        "source_held_seconds": spread(run.get("source_held_seconds") for run in group),
    }
