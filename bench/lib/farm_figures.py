"""The figures that bench/farm holds against their goals."""

import statistics


def median_wall(runs):
    return statistics.median(run["wall_seconds"] for run in runs)


def by_cell_and_way(runs):
    """The runs of each (cell, way), those of --scaling left out."""
    groups = {}
    for run in runs:
        if not run["lanes"]:
            groups.setdefault((run["cell"], run["way"]), []).append(run)
    return groups


def farm_figures(runs):
    """Each as a dict: name, value, unit, goal, reached. Only what was measured."""
    groups = by_cell_and_way(runs)
    figures = []

    def add(name, value, unit, goal, reached):
        figures.append({"name": name, "value": value, "unit": unit, "goal": goal, "reached": reached})

    def most(name, value, unit, limit):
        add(name, value, unit, f"<= {limit:g}", value <= limit)

    def least(name, value, unit, limit):
        add(name, value, unit, f">= {limit:g}", value >= limit)

    whole = "10000x100:shared"
    ours = groups.get((whole, "verified")) or groups.get((whole, "millrace"))
    if ours:
        proven = "proven" if (whole, "verified") in groups else "counted"
        most(f"10,000 x 100, shared, {proven}: wall", median_wall(ours), " s", 6)
        if (whole, "vendor") in groups:
            ratio = median_wall(groups[whole, "vendor"]) / median_wall(ours)
            least("10,000 x 100, shared: the vendor's way / Millrace", ratio, " x", 5)
    for (cell, way), group in groups.items():
        if way != "millrace" or ":per-job" not in cell:
            continue
        per_table = median_wall(group) / group[0]["tables"] * 1e3
        most(f"{cell}: wall per small table", per_table, " ms", 2.5)
        if (cell, "pgloader") in groups:
            ratio = median_wall(groups[cell, "pgloader"]) / median_wall(group)
            least(f"{cell}: pgloader / Millrace", ratio, " x", 10)
    own = [run for run in runs if run["way"] in ("millrace", "verified")]
    if own:
        peak = max(run["peak_bytes"] for run in own) / 2**20
        most("peak memory of Millrace, all cells", peak, " MiB", 256)
    return figures
