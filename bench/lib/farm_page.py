"""The page of one call of bench/farm: its pictures, figures and all readings, in one file."""

import html
import math
import statistics

from farm_figures import by_cell_and_way
from farm_summary import summaries
from picture import FAINT, FONT, GRID, INK, MISSED, REACHED, text

COLOURS = {"millrace": "#e8833a", "verified": "#c75b12", "consolidated": "#f2b98a",
           "vendor": "#4e79a7", "psql": "#aab4bf", "pgloader": "#76a55f"}
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
        section("Scaling with readers and writers", scaling(result["runs"]),
                "Millrace; frames per second of wall time, and how many times the one reader and one "
                "writer's; median."),
        section("Where the time goes", phases(groups), "Millrace's phases as shares of the run, and its seconds."),
        section("All readings", readings(result["runs"]),
                "Medians, with least and greatest of the wall; peak memory is the greatest. MB are "
                "those of COPY binary."),
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
        f"<tr><td>{html.escape(figure['name'])}</td><td>goal {html.escape(figure['goal'] + figure['unit'])}</td>"
        f"<td>{'more than ' if figure['bound'] else ''}{figure['value']:.2f}{figure['unit']}</td><td class='faint'>{spread_text(figure)}</td>"
        f"<td style='color:{REACHED if figure['reached'] else MISSED}'>"
        f"{'reached' if figure['reached'] else 'not reached'}</td></tr>"
        for figure in figures)
    return f"<table>{rows}</table>"


def spread_text(figure):
    least, greatest = figure["least"], figure["greatest"]
    return f"{least:.2f} to {greatest:.2f}" if least != greatest else ""


def median_wall(group):
    return statistics.median(run["wall_seconds"] for run in group)


def legend(names, colours):
    """A coloured box for each name, in as many lines as it takes; and where what follows begins."""
    parts, x, y = [], LEFT, 4
    for key, name in names.items():
        width = 40 + 7 * len(name)
        if x > LEFT and x + width > WIDTH:
            x, y = LEFT, y + 20
        parts += [f"<rect x='{x}' y='{y}' width='12' height='12' rx='2' fill='{colours[key]}'/>",
                  text(x + 17, y + 10, name, 12, FAINT)]
        x += width
    return parts, y + 26


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

    parts, y = legend(ways_of(groups), COLOURS)
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
    parts, top = legend(ways_of(groups), COLOURS)
    left, right, bottom = 90, WIDTH - 30, top + 330

    def x_of(rows):
        low, high = bounds[0]
        return left + (right - left) * math.log10(rows / low) / math.log10(high / low)

    def y_of(cost):
        low, high = bounds[1]
        return bottom - (bottom - top) * math.log10(cost / low) / math.log10(high / low)

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
    """A field for each number of readers with each number of writers: the darker, the faster."""
    lanes = {tuple(one["lanes"]): one["frames_per_second"]["median"]
             for one in summaries(runs) if one["lanes"]}
    if not lanes:
        return ""
    readers, writers = (sorted({pair[side] for pair in lanes}) for side in (0, 1))
    most, first = max(lanes.values()), lanes[min(lanes)]
    width, height, left, top = 150, 44, 150, 40
    parts = [text(left + width * len(writers) / 2, 14, "writers", 12, FAINT, "middle"),
             text(left - 60, top - 8, "readers", 12, FAINT, "end")]
    parts += [text(left + width * (i + 0.5), top - 8, str(number), 13, anchor="middle")
              for i, number in enumerate(writers)]
    for row, number in enumerate(readers):
        y = top + height * row
        parts.append(text(left - 12, y + 26, str(number), anchor="end"))
        for column, other in enumerate(writers):
            rate, x = lanes.get((number, other)), left + width * column
            if rate is None:
                continue
            parts += [f"<rect x='{x}' y='{y}' width='{width - 3}' height='{height - 3}' rx='3'"
                      f" fill='{COLOURS['millrace']}' fill-opacity='{0.15 + 0.75 * rate / most:.2f}'/>",
                      text(x + width / 2, y + 19, f"{rate:,.0f}/s", 13, anchor="middle"),
                      text(x + width / 2, y + 34, f"{rate / first:.2f} x", 11, anchor="middle")]
    return svg(top + height * len(readers) + 4, parts)


def phases(groups):
    told = {cell: group for (cell, way), group in groups.items()
            if way == "millrace" and "phases_seconds" in group[0]}
    if not told:
        return ""
    names = list(dict.fromkeys(name for group in told.values() for run in group
                               for name in run["phases_seconds"]))
    colour = {name: PHASE_COLOURS[i % len(PHASE_COLOURS)] for i, name in enumerate(names)}
    parts, y = legend({name: name for name in names}, colour)
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


def readings(runs):
    head = ("cell", "way", "wall s", "least", "greatest", "jobs/s", "frames/s", "MB/s", "ms/table",
            "CPU-s source", "engine", "target", "MiB", "source held s", "others' CPU-s")

    def middle(found, form):
        return format(found["median"], form) if found else ""

    rows = []
    for one in summaries(runs):
        wall, cpu = one["wall_seconds"], one["cpu_seconds"]
        lanes = f", {one['lanes'][0]} + {one['lanes'][1]} lanes" if one["lanes"] else ""
        rows.append((
            one["cell"], one["title"] + lanes, f"{wall['median']:.2f}", f"{wall['least']:.2f}",
            f"{wall['greatest']:.2f}", middle(one["jobs_per_second"], ",.0f"),
            middle(one["frames_per_second"], ",.0f"), middle(one["megabytes_per_second"], ".1f"),
            middle(one["milliseconds_per_table"], ".2f"),
            *(middle(cpu[side], ".1f") for side in ("source", "engine", "target")),
            f"{one['peak_bytes']['greatest'] / 2**20:.0f}",
            middle(one["source_held_seconds"], ".3f"), middle(cpu["others"], ".1f")))
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
