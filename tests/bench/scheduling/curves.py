"""Pictures of the gap over time, from a results file: median and quartiles, engine by engine.

`python -m tests.bench.scheduling.curves results.jsonl` writes one PNG per group of families to
tests/bench/curves. Needs matplotlib, of the `learn` extra.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.bench.scheduling.gaps import gap, ratio, value_at
from tests.bench.scheduling.instances import GROUPS
from tests.bench.scheduling.plants import best_rules
from tests.bench.scheduling.results import read
from tests.bench.scheduling.rivals import COLOURS, ENGINES, TEXTBOOK, TITLES

Line = dict[str, Any]
Known = tuple[Line, float]
Array = np.ndarray[Any, Any]

FOLDER = Path(__file__).parents[1] / "curves"
HEADS = {
    "flexible": "Flexible job shops, makespan",
    "changeovers": "Job shops with changeovers, makespan",
    "factories": "Several factories, makespan",
    "tardiness": "Weighted tardiness",
    "plants": "Generated plants, weighted tardiness",
}
POINTS = 200
HIGHEST = 0.5
"""A larger gap is out of the picture: what matters is near the end."""

WORST = 10.0
"""Without a plan a run counts as so much: above every plan, and out of the picture."""


def main(file: Path) -> None:
    """One picture per group that the file has longest runs of."""
    lines = read(file)
    best = best_rules(lines)
    for group, families in GROUPS.items():
        mine = [line for line in lines if line["family"] in families and line["engine"] in ENGINES]
        known = [(line, known) for line in mine if (known := _known(line, best)) is not None]
        if known:
            print(draw(group, known))


def _known(line: Line, best: dict[tuple[str, str], float]) -> float | None:
    """What the run is measured against; None where there is nothing, or where that is 0."""
    return best.get((TEXTBOOK, line["name"])) if line["family"] == "plant" else line["best"] or None


def draw(group: str, known: Sequence[Known], folder: Path = FOLDER) -> Path:
    """The group's picture, of the runs with the longest time limit; each with what it is measured against."""
    mpl.rcParams.update({"font.size": 20, "axes.spines.top": False, "axes.spines.right": False})
    figure = Figure(figsize=(14, 8.5), layout="constrained")
    axes = figure.add_subplot()
    longest = max(line["limit_s"] for line, _ in known)
    runs = [(line, best) for line, best in known if line["limit_s"] == longest]
    times = np.geomspace(0.05, longest, POINTS)
    highest = 0.0
    for engine in ENGINES:
        own = [curve(line, best, list(times)) for line, best in runs if line["engine"] == engine]
        if own:
            highest = max(highest, _curve(axes, engine, np.array(own), times))
    _dress(axes, group, len({line["name"] for line, _ in runs}), longest, highest)
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"{group}.png", dpi=80)
    return folder / f"{group}.png"


def curve(line: Line, best: float, times: Sequence[float]) -> list[float]:
    """At each time the gap to `best`, or for a plant the ratio to it; WORST before the first plan."""
    trace = [(at, value) for at, value in line["trace"]]
    measure = ratio if line["family"] == "plant" else gap
    found = (value_at(trace, at) for at in times)
    return [WORST if value is None else measure(value, best) for value in found]


def _curve(axes: Axes, engine: str, gaps: Array, times: Array) -> float:
    """Draws median and quartiles of runs by times; returns the highest median that is a plan."""
    low, middle, high = np.percentile(gaps, (25, 50, 75), axis=0)
    shown = np.where(middle < WORST, middle, np.nan)
    axes.fill_between(
        times, low, np.minimum(high, WORST), color=COLOURS[engine], alpha=0.18, linewidth=0, step="post"
    )
    none = int((gaps[:, -1] >= WORST).sum())
    label = f"{TITLES[engine]}, no plan for {none} of {len(gaps)}" if none else TITLES[engine]
    axes.plot(times, shown, color=COLOURS[engine], linewidth=4, drawstyle="steps-post", label=label)
    return float(np.nanmax(shown)) if np.isfinite(shown).any() else 0.0


def _dress(axes: Axes, group: str, instances: int, longest: float, highest: float) -> None:
    plants = group == "plants"
    what = "ratio to the best of 13 dispatch runs" if plants else "gap to the best known value"
    axes.set_title(f"{HEADS[group]}: {instances} instances", loc="left", fontsize=24, pad=16)
    axes.set_xscale("log")
    ticks = [*(t for t in (0.1, 0.3, 1, 3, 10, 30) if t <= 0.7 * longest), longest]
    axes.set_xticks(ticks, [f"{t:g} s" for t in ticks])
    axes.minorticks_off()
    axes.set_xlim(0.05, longest)
    axes.set_ylim(0, 1.1 if plants else max(0.02, min(HIGHEST, 1.05 * highest)))
    axes.yaxis.set_major_formatter(lambda y, _: f"{y:.2g}" if plants else f"{100 * y:.3g} %")
    axes.set_xlabel("seconds since the call, two cores")
    axes.set_ylabel(what)
    axes.grid(axis="y", color="#dddddd")
    axes.set_axisbelow(True)
    head = "median; shaded: the middle half of the instances"
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    figure.legend(loc="outside lower left", ncols=3, title=head, fontsize=18, frameon=False, alignment="left")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
