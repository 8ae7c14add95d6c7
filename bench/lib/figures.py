"""The figures to reach, from the runs of one call of bench/run."""

import dataclasses
import statistics

MIB = 1024 * 1024


@dataclasses.dataclass
class Figure:
    name: str
    goal: str
    value: float | None  # the median of the repetitions; None: not measured in this run
    spread: tuple  # the least and the greatest
    reached: bool | None
    unit: str = ""

    def text(self):
        return "not measured" if self.value is None else f"{self.value:.2f}{self.unit}"


def _walls(runs, data, way, keys):
    return {
        run["repetition"]: run["wall_seconds"]
        for run in runs
        if (run["data_set"], run["way"], run["keys"]) == (data, way, keys)
    }


def _figure(name, goal, values, most=None, least=None, unit=""):
    if not values:
        return Figure(name, goal, None, (), None, unit)
    value = statistics.median(values)
    reached = (most is None or value <= most) and (least is None or value >= least)
    return Figure(name, goal, value, (min(values), max(values)), reached, unit)


def _ratio(runs, name, data, slow, fast, keys, most=None, least=None):
    """`slow` over `fast`, each pair within one repetition."""
    over, under = _walls(runs, data, slow, keys), _walls(runs, data, fast, keys)
    ratios = [over[i] / under[i] for i in sorted(over.keys() & under.keys())]
    goal = f">= {least}" if least else f"<= {most}"
    return _figure(name, goal, ratios, most, least, " x")


def _proof_rate(runs, data):
    """How much faster rows are proven than moved, within one run."""
    rates = [
        run["steps_seconds"]["copy"] / run["steps_seconds"]["verify"]
        for run in runs
        if run["data_set"] == data and run["way"] == "proven"
    ]
    return _figure(f"{data}: rate of the content proof / rate of the copy", ">= 1.3", rates, least=1.3, unit=" x")


def _digest_cost(runs, data):
    """What the digests take of the engine's CPU, as a share of the wall: as if one core did all of it, and
    nothing else meanwhile. The walls themselves differ by more than that from run to run."""
    cpu = {
        way: {
            run["repetition"]: run["cpu_seconds"]["engine"]
            for run in runs
            if (run["data_set"], run["way"], run["keys"]) == (data, way, False)
        }
        for way in ("millrace", "undigested")
    }
    walls = _walls(runs, data, "undigested", False)
    both = sorted(cpu["millrace"].keys() & cpu["undigested"].keys())
    shares = [(cpu["millrace"][i] - cpu["undigested"][i]) / walls[i] for i in both]
    return _figure(f"{data}: CPU of the digests / wall", "<= 0.03", shares, most=0.03)


def _engine_share(runs, data):
    shares = []
    for run in runs:
        cpu = run["cpu_seconds"]
        if (run["data_set"], run["way"], run["keys"]) != (data, "millrace", False):
            continue
        if cpu["source"] is not None and cpu["target"] is not None:
            shares.append(cpu["engine"] / (cpu["engine"] + cpu["source"] + cpu["target"]))
    return _figure(f"{data}: engine CPU / all CPU", "<= 0.18", shares, most=0.18)


def _peak(runs, data, name, most_mib):
    peaks = [
        run["peak_bytes"] / MIB
        for run in runs
        if run["data_set"] == data and run["way"] == "millrace"
    ]
    return _figure(name, f"<= {most_mib} MiB", peaks, most=most_mib, unit=" MiB")


def _packed(runs, data):
    shares = [
        run["bytes_kept"] / run["copy_bytes"]
        for run in runs
        if (run["data_set"], run["way"]) == (data, "extract") and run["copy_bytes"]
    ]
    return _figure(f"{data}: archive / COPY bytes", "<= 0.30", shares, most=0.30)


def figures(runs):
    """Every figure; one whose ways were not all run has no value."""
    return [
        _ratio(runs, "frames, data only: pgloader / Millrace", "frames", "pgloader", "millrace",
               False, least=9),
        _ratio(runs, "frames, data only: (dump + COPY CSV) / Millrace", "frames", "csv", "millrace",
               False, least=5),
        _ratio(runs, "frames: Millrace / zero-engine floor", "frames", "millrace", "floor", False,
               most=1.15),
        _ratio(runs, "tpch: Millrace / zero-engine floor", "tpch", "millrace", "floor", False,
               most=1.15),
        _digest_cost(runs, "frames"),
        _ratio(runs, "frames: Millrace / without its ledger", "frames", "millrace", "unledgered", False,
               most=1.03),
        _proof_rate(runs, "frames"),
        _ratio(runs, "frames: extract / draining the source", "frames", "extract", "drain", False,
               most=1.6),
        _packed(runs, "frames"),
        _ratio(runs, "frames: load / Millrace", "frames", "load", "millrace", False, most=1.1),
        _ratio(runs, "frames: Millrace --spill / Millrace", "frames", "spill", "millrace", False,
               most=1.5),
        _engine_share(runs, "frames"),
        _engine_share(runs, "tpch"),
        _ratio(runs, "tpch, keys included: pgloader / Millrace", "tpch", "pgloader", "millrace",
               True, least=5.5),
        _ratio(runs, "small tables, keys included: pgloader / Millrace", "small", "pgloader",
               "millrace", True, least=25),
        _ratio(runs, "small tables, keys included: Millrace / psql way", "small", "millrace",
               "psql", True, most=1.5),
        _peak(runs, "wide", "peak memory, 1 KiB rows", 256),
        _peak(runs, "huge", "peak memory, 64 MiB values", 256 + 64),
    ]
