"""The page of one call of bench/farm: its pictures, figures and all readings, in one file."""

import html
import math
import statistics

from farm_figures import by_cell_and_way, median_wall
from picture import FAINT, FONT, GRID, INK, MISSED, REACHED, text

COLOURS = {"millrace": "#e8833a", "verified": "#c75b12", "vendor": "#4e79a7", "pgloader": "#76a55f"}
PHASE_COLOURS = ("#4e79a7", "#8fb8de", "#76a55f", "#e8833a", "#c75b12", "#b8a1d9", "#aab4bf")
WIDTH, LEFT, RIGHT = 960, 250, 800

STYLE = """
body { font: 15px/1.5 'DejaVu Sans', Verdana, sans-serif; color: #1f2933; max-width: 72rem;
       margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; } table { border-collapse: collapse; font-size: 13px; }
td, th { padding: .25rem .6rem; border-bottom: 1px solid #e4e7eb; text-align: right; }
td:first-child, th:first-child, td:nth-child(2), th:nth-child(2) { text-align: left;
       white-space: nowrap; } .wide { overflow-x: auto; }
svg { width: 100%; height: auto; } .faint { color: #6b7785; font-size: 13px; }
"""


def page(result):
    groups = by_cell_and_way(result["runs"])
    parts = [
        "<!doctype html><meta charset='utf-8'><title>A farm's databases to PostgreSQL</title>",
        f"<style>{STYLE}</style><h1>Moving a render farm's databases to PostgreSQL</h1>",
        f"<p class='faint'>{'<br>'.join(html.escape(line) for line in origin(result))}</p>",
        section("Figures", figures_table(result["figures"])),
        section("Throughput over the grid", throughput(groups),
                "Frames of all jobs per second of wall time, keys included; median, with least and "
                "greatest. On a logarithmic scale."),
        section("Cost of a table", cost_per_table(groups),
                "Wall time of the whole run by its number of tables, against the rows that a table "
                "holds. On logarithmic scales."),
        section("Scaling with lanes", scaling(result["runs"]), "Millrace, readers + writers."),
        section("Where the time goes", phases(groups), "Millrace's phases, in seconds."),
        section("All readings", readings(groups)),
        section("Without a time", failures(result)),
    ]
    return "\n".join(part for part in parts if part) + "\n"


def pictures(result):
    """The page's first pictures by name, each a file of its own."""
    groups = by_cell_and_way(result["runs"])
    drawn = {"throughput": throughput(groups), "tables": cost_per_table(groups),
             "phases": phases(groups), "lanes": scaling(result["runs"])}
    return {name: picture for name, picture in drawn.items() if picture}


def section(title, content, words=""):
    if not content:
        return ""
    words = f"<p class='faint'>{html.escape(words)}</p>" if words else ""
    return f"<h2>{html.escape(title)}</h2>{words}{content}"


def origin(result):
    machine, versions = result["machine"], result["versions"]
    return [
        f"{result['date']}, commit {result['commit']}; {machine['cores']} x {machine['processor']},"
        f" {machine['memory_bytes'] / 2**30:.0f} GiB, {machine['system']}",
        f"source {versions['source'].split('+')[0]}, target PostgreSQL"
        f" {versions['target'].split()[0]}; {result['repetitions']} repetitions; {result['command']}",
    ]


def svg(height, parts):
    return (f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' {FONT}>"
            + "".join(parts) + "</svg>")


def figures_table(figures):
    if not figures:
        return ""
    rows = "".join(
        f"<tr><td>{html.escape(figure['name'])}</td><td>goal {html.escape(figure['goal'])}</td>"
        f"<td>{figure['value']:.2f}{figure['unit']}</td>"
        f"<td style='color:{REACHED if figure['reached'] else MISSED}'>"
        f"{'reached' if figure['reached'] else 'not reached'}</td></tr>"
        for figure in figures)
    return f"<table>{rows}</table>"


def legend(ways, y):
    parts, x = [], LEFT
    for way, title in ways.items():
        parts += [f"<rect x='{x}' y='{y}' width='12' height='12' rx='2' fill='{COLOURS[way]}'/>",
                  text(x + 17, y + 10, title, 12, FAINT)]
        x += 40 + 7 * len(title)
    return parts


def ways_of(groups):
    return {way: group[0]["title"] for (_, way), group in groups.items()}


def throughput(groups):
    """Bars on a logarithmic scale: the ways differ by more than ten times."""
    rates = {key: [run["frames"] / run["wall_seconds"] for run in group]
             for key, group in groups.items()}
    if not rates:
        return ""
    low = 10 ** math.floor(math.log10(min(min(values) for values in rates.values())))
    high = 10 ** math.ceil(math.log10(max(max(values) for values in rates.values())))

    def place(rate):
        return LEFT + (RIGHT - LEFT) * math.log10(rate / low) / math.log10(high / low)

    parts, y = legend(ways_of(groups), 4), 30
    top = y
    for cell in dict.fromkeys(cell for cell, _ in groups):
        parts.append(text(LEFT - 12, y + 16, cell, anchor="end"))
        for way in COLOURS:
            values = rates.get((cell, way))
            if not values:
                continue
            middle = statistics.median(values)
            parts.append(f"<rect x='{LEFT}' y='{y + 4}' width='{max(place(middle) - LEFT, 1):.1f}'"
                         f" height='13' fill='{COLOURS[way]}'/>")
            parts.append(f"<line x1='{place(min(values)):.1f}' x2='{place(max(values)):.1f}'"
                         f" y1='{y + 10}' y2='{y + 10}' stroke='{INK}'/>")
            parts.append(text(place(max(values)) + 8, y + 15, f"{middle:,.0f}/s", 11))
            y += 17
        y += 10
    rate = low
    while rate <= high:
        parts.insert(0, f"<line x1='{place(rate):.1f}' x2='{place(rate):.1f}' y1='{top}' y2='{y}'"
                        f" stroke='{GRID}'/>")
        parts.append(text(place(rate), y + 14, f"{rate:,.0f}", 11, FAINT, "middle"))
        rate *= 10
    return svg(y + 24, parts)


def cost_per_table(groups):
    points = {}
    for (_, way), group in groups.items():
        run = group[0]
        points.setdefault(way, []).append(
            (run["rows"] / run["tables"], median_wall(group) / run["tables"] * 1e3))
    if sum(len(of_way) for of_way in points.values()) < 2:
        return ""
    every = [point for of_way in points.values() for point in of_way]
    bounds = [(10 ** math.floor(math.log10(min(axis))), 10 ** math.ceil(math.log10(max(axis)) + 1e-9))
              for axis in zip(*every)]
    left, right, top, bottom = 90, WIDTH - 30, 30, 360

    def x_of(rows):
        low, high = bounds[0]
        return left + (right - left) * math.log10(rows / low) / math.log10(high / low)

    def y_of(cost):
        low, high = bounds[1]
        return bottom - (bottom - top) * math.log10(cost / low) / math.log10(high / low)

    parts = legend(ways_of(groups), 4)
    for (low, high), vertical in zip(bounds, (True, False)):
        value = low
        while value <= high * 1.001:
            if vertical:
                x = x_of(value)
                parts += [line(x, top, x, bottom), text(x, bottom + 18, f"{value:,g}", 11, FAINT, "middle")]
            else:
                y = y_of(value)
                parts += [line(left, y, right, y), text(left - 8, y + 4, f"{value:,g}", 11, FAINT, "end")]
            value *= 10
    parts += [text((left + right) / 2, bottom + 38, "rows in a table", 12, FAINT, "middle"),
              text(left - 8, top - 18, "ms per table", 12, FAINT, "end")]
    for way, of_way in points.items():
        parts += [f"<circle cx='{x_of(rows):.1f}' cy='{y_of(cost):.1f}' r='5' fill='{COLOURS[way]}'"
                  f" fill-opacity='.8'><title>{html.escape(way)}: {cost:.2f} ms per table of"
                  f" {rows:,.0f} rows</title></circle>" for rows, cost in of_way]
    return svg(bottom + 50, parts)


def line(x1, y1, x2, y2):
    return f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{GRID}'/>"


def scaling(runs):
    by_lanes = {}
    for run in runs:
        if run["lanes"]:
            by_lanes.setdefault(tuple(run["lanes"]), []).append(run)
    if not by_lanes:
        return ""
    rates = {lanes: group[0]["frames"] / median_wall(group) for lanes, group in by_lanes.items()}
    scale = (RIGHT - LEFT) / max(rates.values())
    first = next(iter(rates.values()))
    parts = []
    for row, (lanes, rate) in enumerate(rates.items()):
        y = 6 + 24 * row
        parts += [text(LEFT - 12, y + 13, f"{lanes[0]} + {lanes[1]}", anchor="end"),
                  f"<rect x='{LEFT}' y='{y}' width='{rate * scale:.1f}' height='16'"
                  f" fill='{COLOURS['millrace']}'/>",
                  text(LEFT + rate * scale + 8, y + 13, f"{rate:,.0f}/s, {rate / first:.2f} x", 12)]
    return svg(12 + 24 * len(rates), parts)


def phases(groups):
    told = {cell: group for (cell, way), group in groups.items()
            if way == "millrace" and "phases_seconds" in group[0]}
    if not told:
        return ""
    names = list(dict.fromkeys(name for group in told.values() for run in group
                               for name in run["phases_seconds"]))
    colour = {name: PHASE_COLOURS[i % len(PHASE_COLOURS)] for i, name in enumerate(names)}
    parts, x = [], LEFT
    for name in names:
        parts += [f"<rect x='{x}' y='4' width='12' height='12' rx='2' fill='{colour[name]}'/>",
                  text(x + 17, 14, name, 12, FAINT)]
        x += 40 + 7 * len(name)
    y = 28
    for cell, group in told.items():
        shares = {name: statistics.median(run["phases_seconds"].get(name, 0) for run in group)
                  for name in names}
        total = sum(shares.values()) or 1
        parts.append(text(LEFT - 12, y + 13, cell, anchor="end"))
        x = LEFT
        for name, seconds in shares.items():
            width = (RIGHT - LEFT) * seconds / total
            parts.append(f"<rect x='{x:.1f}' y='{y}' width='{width:.1f}' height='16'"
                         f" fill='{colour[name]}'><title>{html.escape(name)}: {seconds:.2f} s"
                         "</title></rect>")
            x += width
        parts.append(text(RIGHT + 10, y + 13, f"{total:.2f} s", 12))
        y += 24
    return svg(y + 4, parts)


def readings(groups):
    head = ("cell", "way", "wall s", "least", "greatest", "jobs/s", "frames/s", "MB/s", "ms/table",
            "CPU-s source", "engine", "target", "MiB", "source held s", "others' CPU-s")
    rows = []
    for (cell, _), group in groups.items():
        run, walls = group[0], [one["wall_seconds"] for one in group]
        wall = statistics.median(walls)
        known = "copy_bytes" in run

        def cpu(side, group=group):
            values = [one["cpu_seconds"][side] for one in group]
            return "" if None in values else f"{statistics.median(values):.1f}"

        rows.append((cell, run["title"], f"{wall:.2f}", f"{min(walls):.2f}", f"{max(walls):.2f}",
                     f"{run['jobs'] / wall:,.0f}", f"{run['frames'] / wall:,.0f}",
                     f"{run['copy_bytes'] / 1e6 / wall:.1f}" if known else "",
                     f"{wall / run['tables'] * 1e3:.2f}", cpu("source"), cpu("engine"), cpu("target"),
                     f"{max(one['peak_bytes'] for one in group) / 2**20:.0f}",
                     f"{statistics.median(one['source_held_seconds'] for one in group):.3f}"
                     if known else "", cpu("others")))
    table = "".join("<tr>" + "".join(f"<td>{html.escape(value)}</td>" for value in row) + "</tr>"
                    for row in rows)
    names = "".join(f"<th>{name}</th>" for name in head)
    return f"<div class='wide'><table><tr>{names}</tr>{table}</table></div>"


def failures(result):
    lines = [f"<li>{html.escape(way)}: {html.escape(why)}</li>"
             for way, why in result["missing"].items()]
    lines += [f"<li>{html.escape(one['cell'])}, {html.escape(one['way'])}:"
              f" {html.escape(one['why'].splitlines()[0])}</li>" for one in result["failed"]]
    return f"<ul>{''.join(lines)}</ul>" if lines else ""
