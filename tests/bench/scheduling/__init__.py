"""The scheduler: published instances beside CP-SAT and PyJobShop, plants, a breakdown, hostile input.

`make bench` runs a small part, about five minutes: the published instances of the repository at
SAMPLE_S beside CP-SAT, three plants of 60 orders, two of 200, one of 1,000, the breakdown, the
hostile input. With `CHARGEHAND_BENCH=full` it runs all that there is, up to eleven hours: every
instance of CHARGEHAND_INSTANCES at 10 and 60 s beside CP-SAT and PyJobShop, 20 plants of each size,
and it draws the gaps over time. What is in RESULTS is not run again: it is of one version alone.
By parts and with more choice: `python -m tests.bench.scheduling --help`.
"""

import os
from pathlib import Path

from tests.bench.scheduling import breakdown, hostile, plants, published, rivals
from tests.bench.scheduling.instances import published as every_instance
from tests.bench.scheduling.results import alternating, collect

VARIABLE = "CHARGEHAND_BENCH"
SAMPLE_S = 3.0
FULL_S = (10.0, 60.0)
FULL_SEEDS = 20
SAMPLE_PLANTS = {60: (3, 10.0), 200: (2, 10.0), 1000: (1, 10.0)}
"""Orders: plants, and seconds for each."""

RESULTS = Path("bench-scheduling.jsonl")
"""Where a full run keeps what it has, and goes on from."""


def measure() -> list[dict[str, object]]:
    """The rows of bench.json."""
    full = os.environ.get(VARIABLE) == "full"
    engines = rivals.ENGINES if full else (rivals.OURS, rivals.CPSAT)
    rivals.prepare(engines)
    seconds = FULL_S if full else (SAMPLE_S,)
    file = RESULTS if full else None
    lines = collect(alternating(every_instance(), engines, seconds), file)
    sizes = {n: (FULL_SEEDS, plants.LONGEST_S[n]) for n in plants.SIZES} if full else SAMPLE_PLANTS
    made = [
        line
        for orders, (seeds, limit_s) in sizes.items()
        for entries in (plants.marks(orders, seeds), plants.runs(orders, seeds, limit_s, rivals.WORKERS))
        for line in collect(entries, file)
    ]
    if full:
        from tests.bench.scheduling.curves import main as draw  # noqa: PLC0415 - matplotlib is an extra

        draw(RESULTS)
    return [*published.rows(lines, seconds), *plants.rows(made), *breakdown.rows(), *hostile.rows()]
