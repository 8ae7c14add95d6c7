"""The figures that bench/farm holds against their goals."""

from farm_summary import groups_of, spread


def by_cell_and_way(runs):
    """The runs of each (cell, way), those of --scaling left out."""
    return {(cell, way): group for (cell, way, lanes), group in groups_of(runs).items() if not lanes}


def walls(group):
    return {run["repetition"]: run["wall_seconds"] for run in group}


def ratios(over, under):
    """The walls of one way over those of another, each pair within one repetition."""
    over, under = walls(over), walls(under)
    return [over[i] / under[i] for i in sorted(over.keys() & under.keys())]


def farm_figures(runs, failed=()):
    """Each as a dict: name, value, least, greatest, unit, goal, reached, bound. Only what was measured.

    The value is the median of the repetitions; it alone is held against the goal. `bound`: a way of `failed`
    was ended at its limit, so that the ratio is more than this; such a bound can reach a goal, not miss it."""
    groups = by_cell_and_way(runs)
    limits = {(one["cell"], one["way"]): one.get("limit_seconds") for one in failed}
    figures = []

    def add(name, values, unit, goal, reaches, bound=False):
        found = spread(values)
        if found and (not bound or reaches(found["median"])):
            figures.append({"name": name, "value": found["median"], "least": found["least"],
                            "greatest": found["greatest"], "unit": unit, "goal": goal,
                            "reached": reaches(found["median"]), "bound": bound})

    def most(name, values, unit, limit):
        add(name, values, unit, f"<= {limit:g}", lambda value: value <= limit)

    def least(name, values, unit, limit, bound=False):
        add(name, values, unit, f">= {limit:g}", lambda value: value >= limit, bound)

    whole = "10000x100:shared"
    ours = groups.get((whole, "verified")) or groups.get((whole, "millrace"))
    if ours:
        proven = "proven" if (whole, "verified") in groups else "counted"
        most(f"10,000 x 100, shared, {proven}: wall", walls(ours).values(), " s", 6)
        if (whole, "vendor") in groups:
            least("10,000 x 100, shared: the vendor's way / Millrace",
                  ratios(groups[whole, "vendor"], ours), " x", 5)
    for (cell, way), group in groups.items():
        if way != "millrace" or ":per-job" not in cell:
            continue
        most(f"{cell}: wall per small table",
             (run["wall_seconds"] / run["tables"] * 1e3 for run in group), " ms", 2.5)
        if (cell, "psql") in groups:
            most(f"{cell}: Millrace / the psql floor", ratios(group, groups[cell, "psql"]), " x", 1.3)
        if (cell, "pgloader") in groups:
            least(f"{cell}: pgloader / Millrace", ratios(groups[cell, "pgloader"], group), " x", 10)
        elif limits.get((cell, "pgloader")):
            least(f"{cell}: pgloader / Millrace",
                  (limits[cell, "pgloader"] / wall for wall in walls(group).values()), " x", 10, bound=True)
    own = [run for run in runs if run["way"] in ("millrace", "verified", "consolidated")]
    if own:
        peak = max(run["peak_bytes"] for run in own) / 2**20
        most("peak memory of Millrace, all cells", [peak], " MiB", 256)
    return figures
