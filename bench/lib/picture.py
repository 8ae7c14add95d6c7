"""A picture of one call of bench/run: how long each way took, and whose CPU it was."""

import html
import statistics

WIDTH = 960
LABEL = 250  # where the bars begin
BAR_END = 690  # where the longest bar ends
ROW = 30
SOURCE, ENGINE, TARGET = "#4e79a7", "#e8833a", "#76a55f"
REACHED, MISSED = "#3f8f5b", "#c0392b"
INK, FAINT, GRID, OURS, UNKNOWN = "#1f2933", "#6b7785", "#e4e7eb", "#fdf3ea", "#aab4bf"
FONT = "font-family='DejaVu Sans, Verdana, sans-serif'"


def text(x, y, words, size=13, fill=INK, anchor="start", weight="normal"):
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' fill='{fill}' text-anchor='{anchor}'"
        f" font-weight='{weight}'>{html.escape(words)}</text>"
    )


def _box(x, y, width, height, fill, radius=0):
    return (
        f"<rect x='{x:.1f}' y='{y:.1f}' width='{max(width, 0.5):.1f}' height='{height}'"
        f" fill='{fill}' rx='{radius}'/>"
    )


def seconds_text(seconds):
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds:.0f} s"


def _median(runs, value):
    return statistics.median(value(run) for run in runs)


def _groups(runs):
    """The runs of each way, in the order of their first, fastest at the top."""
    ways = {}
    for run in runs:
        ways.setdefault(run["title"], []).append(run)
    return sorted(ways.items(), key=lambda way: _median(way[1], lambda run: run["wall_seconds"]))


def _panel(title, runs, top):
    """One block of bars; returns its elements and where it ends."""
    groups = _groups(runs)
    longest = max(run["wall_seconds"] for run in runs)
    scale = (BAR_END - LABEL) / longest
    ours = [group for _, group in groups if group[0]["way"] == "millrace"]
    our_wall = _median(ours[0], lambda run: run["wall_seconds"]) if ours else None

    parts = [text(24, top + 20, title, size=15, weight="bold")]
    y = top + 34
    for name, group in groups:
        walls = [run["wall_seconds"] for run in group]
        wall = statistics.median(walls)
        if group[0]["way"] == "millrace":
            parts.append(_box(16, y, WIDTH - 32, ROW, OURS, radius=4))
        weight = "bold" if group[0]["way"] == "millrace" else "normal"
        parts.append(text(LABEL - 12, y + 20, name, anchor="end", weight=weight))
        parts += _bar(group, y + 7, wall * scale)
        if len(walls) > 1:
            parts += _spread(min(walls) * scale, max(walls) * scale, y + 15)
        x = LABEL + max(walls) * scale + 10
        parts.append(text(x, y + 20, seconds_text(wall), weight=weight))
        if our_wall and wall != our_wall:
            parts.append(text(x + 52, y + 20, _times_text(wall / our_wall), 11, FAINT))
        parts.append(text(WIDTH - 24, y + 20, _cpu_text(group), 11, FAINT, anchor="end"))
        y += ROW
    return parts, y + 14


def _times_text(ratio):
    return f"{ratio:.1f} x" if ratio > 1.5 else f"{ratio:.2f} x"


def _all_known(group):
    return all(seconds is not None for run in group for seconds in run["cpu_seconds"].values())


def _bar(group, y, length):
    """The wall time's bar, parted as the CPU time of the three sides is, where it is known."""
    if not _all_known(group):
        return [_box(LABEL, y, length, 16, UNKNOWN)]
    shares = [
        (fill, _median(group, lambda run, side=side: run["cpu_seconds"][side]))
        for side, fill in (("source", SOURCE), ("engine", ENGINE), ("target", TARGET))
    ]
    total = sum(share for _, share in shares) or 1
    parts, x = [], LABEL
    for fill, share in shares:
        parts.append(_box(x, y, length * share / total, 16, fill))
        x += length * share / total
    return parts


def _spread(low, high, y):
    x1, x2 = LABEL + low, LABEL + high
    line = f"stroke='{INK}' stroke-width='1.2'"
    return [
        f"<line x1='{x1:.1f}' y1='{y}' x2='{x2:.1f}' y2='{y}' {line}/>",
        f"<line x1='{x1:.1f}' y1='{y - 4}' x2='{x1:.1f}' y2='{y + 4}' {line}/>",
        f"<line x1='{x2:.1f}' y1='{y - 4}' x2='{x2:.1f}' y2='{y + 4}' {line}/>",
    ]


def _cpu_text(group):
    if not _all_known(group):
        return ""
    sides = ("source", "engine", "target")
    medians = [_median(group, lambda run, side=side: run["cpu_seconds"][side]) for side in sides]
    return " + ".join(f"{seconds:.1f}" for seconds in medians) + " CPU-s"


def _figures(found, top):
    """The figures to reach, those that were measured."""
    found = [figure for figure in found if figure["value"] is not None]
    if not found:
        return [], top
    parts = [text(24, top + 20, "Figures to reach", size=15, weight="bold")]
    y = top + 34
    for figure in found:
        good = figure["reached"]
        parts.append(_box(24, y + 5, 14, 14, REACHED if good else MISSED, radius=7))
        parts.append(text(31, y + 16, "\u2713" if good else "!", 11, "white", "middle", "bold"))
        parts.append(text(48, y + 16, figure["name"]))
        parts.append(
            text(600, y + 16, f"{figure['value']:.2f}{figure['unit']}", anchor="end", weight="bold")
        )
        parts.append(text(618, y + 16, f"goal {figure['goal']}", 12, FAINT))
        if len(figure["spread"]) == 2 and figure["spread"][0] != figure["spread"][1]:
            low, high = figure["spread"]
            parts.append(text(WIDTH - 24, y + 16, f"{low:.2f} to {high:.2f}", 11, FAINT, "end"))
        y += 26
    return parts, y + 14


def _origin(result):
    machine, versions = result["machine"], result["versions"]
    return [
        f"{result['date']}, commit {result['commit']}; {machine['cores']} x {machine['processor']},"
        f" {machine['memory_bytes'] / 2**30:.0f} GiB, {machine['system']}",
        f"source {versions['source'].split('+')[0]}, target PostgreSQL"
        f" {versions['target'].split()[0]}; {result['command']}",
    ]


def draw(result):
    """The whole picture as SVG."""
    parts, y = [], 84
    for data in result["data_sets"]:
        for keys, what in ((False, "data only"), (True, "keys included")):
            runs = [
                run
                for run in result["runs"]
                if run["data_set"] == data["name"] and run["keys"] == keys
            ]
            if runs:
                panel, y = _panel(f"{data['title']}, {what}", runs, y)
                parts += panel
    head = [
        f"<rect width='{WIDTH}' height='100%' fill='white'/>",
        text(24, 36, "Wall time of a migration to PostgreSQL", size=20, weight="bold"),
        text(24, 60, "median, with least and greatest; the parts of a bar are the shares of CPU:",
              12, FAINT),
    ]
    x = 480
    for fill, word in ((SOURCE, "source"), (ENGINE, "engine"), (TARGET, "target")):
        head += [_box(x, 50, 12, 12, fill, radius=2), text(x + 17, 60, word, 12, FAINT)]
        x += 78
    figure_parts, y = _figures(result["figures"], y)
    parts += figure_parts
    tail = [f"<line x1='24' y1='{y}' x2='{WIDTH - 24}' y2='{y}' stroke='{GRID}'/>"]
    tail += [text(24, y + 20 + 16 * i, line, 11, FAINT) for i, line in enumerate(_origin(result))]
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{y + 50}'"
        f" viewBox='0 0 {WIDTH} {y + 50}' {FONT}>\n" + "\n".join(head + parts + tail) + "\n</svg>\n"
    )
