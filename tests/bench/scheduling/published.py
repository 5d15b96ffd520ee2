"""Published instances: gaps to best known values, family by family, beside CP-SAT and PyJobShop."""

from collections.abc import Iterable
from typing import Any

from tests.bench.rows import row
from tests.bench.scheduling.gaps import family_gap
from tests.bench.scheduling.rivals import ENGINES, OURS, TITLES

Line = dict[str, Any]
Row = dict[str, object]

KINDS = {"makespan": "makespan", "total_weighted_tardiness": "weighted tardiness"}


def rows(lines: list[Line], seconds: Iterable[float]) -> list[Row]:
    """Per limit and objective our gap over all instances; then per family, against each rival."""
    return [
        made for limit_s in seconds for made in _at([x for x in lines if x["limit_s"] == limit_s], limit_s)
    ]


def _at(lines: list[Line], limit_s: float) -> Iterable[Row]:
    known = [line for line in lines if line["best"] is not None and line["family"] != "plant"]
    for objective in KINDS:
        same = [line for line in known if line["objective"] == objective]
        yield from _compared(same, f"plan.gap.{objective}.{limit_s:g}s", objective)
        for family in dict.fromkeys(line["family"] for line in same):
            mine = [line for line in same if line["family"] == family]
            yield from _compared(mine, f"plan.gap.{family}.{limit_s:g}s", objective)


def _compared(lines: list[Line], name: str, objective: str) -> Iterable[Row]:
    """One row for our gap, and one per rival: our plans against its, on the instances that both had."""
    ours = [line for line in lines if line["engine"] == OURS]
    mine = _gap(ours, objective)
    if mine is None:
        return
    yield row(name, round(100 * mine, 3), "%", "best known", round(1 + mine, 4), _note(ours))
    for engine in ENGINES[1:]:
        both = _both(ours, [line for line in lines if line["engine"] == engine])
        gaps = [_gap(side, objective) for side in both]
        if gaps[0] is not None and gaps[1] is not None:
            yield row(
                f"{name}.{engine}", round(100 * gaps[0], 3), "%", TITLES[engine],
                round((1 + gaps[0]) / (1 + gaps[1]), 4), f"its gap {100 * gaps[1]:.3f} %; {_note(both[1])}",
            )  # fmt: skip


def _both(ours: list[Line], theirs: list[Line]) -> tuple[list[Line], list[Line]]:
    names = {line["name"] for line in ours} & {line["name"] for line in theirs}
    return [x for x in ours if x["name"] in names], [x for x in theirs if x["name"] in names]


def _gap(lines: list[Line], objective: str) -> float | None:
    return family_gap(objective, [(line["value"], line["best"]) for line in lines])


def _note(lines: list[Line]) -> str:
    """How many, and everything that a mean would hide."""
    reached = sum(line["value"] is not None and line["value"] <= line["best"] for line in lines)
    better = [x["name"] for x in lines if x["value"] is not None and x["value"] < x["best"]]
    parts = [f"{len(lines)} instances", f"{reached} at the best known"]
    parts += [f"better than known: {', '.join(better)}"] if better else []
    for told, count in (
        ("without a plan", sum(x["value"] is None and not x["violations"] for x in lines)),
        ("ILLEGAL", sum(bool(x["violations"]) for x in lines)),
        ("late", sum(x["late"] for x in lines)),
        ("not 0 where 0 is known", sum(x["best"] == 0 and x["value"] != 0 for x in lines)),
    ):
        parts += [f"{count} {told}"] if count else []
    return ", ".join(parts) + f", {max(x['peak_mb'] for x in lines):.0f} MB at most"
