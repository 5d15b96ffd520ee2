"""Which problems are run: published instances by family, shipped and generated plants."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from app.planning import form_plant
from app.planning.formats import parse
from app.planning.generate import plant
from app.records.scheduling import Problem

SAMPLE = Path(__file__).parents[2] / "data" / "scheduling"
"""The small sample in the repository; the environment variable names the folder with all of them."""

VARIABLE = "CHARGEHAND_INSTANCES"

GROUPS = {
    "flexible": ("fjsp_brandimarte", "fjsp_dauzere", "fjsp_hurink"),
    "changeovers": ("fjsp_sdst_hudata", "fjsp_sdst_fattahi"),
    "factories": ("djsp", "dfjsp"),
    "tardiness": ("jsp_weighted_tardiness", "wt_single_machine", "wt_parallel_machine"),
    "plants": ("plant",),
}
"""Families that share a picture of the gap over time."""


@dataclass(frozen=True, slots=True)
class Case:
    """One problem. `best` is the best known value, None where none is; `proven` says that it is optimal.

    `file` holds it, or, where that is empty, `orders` and `seed` name a generated plant.
    """

    name: str
    family: str
    objective: str
    best: float | None = None
    proven: bool = False
    file: str = ""
    orders: int = 0
    seed: int = 0

    def problem(self) -> Problem:
        """The problem itself."""
        if self.file:
            return parse(Path(self.file).read_text(encoding="utf-8")).problem
        return form_plant.parse(plant(self.orders, self.seed))


def folder() -> Path:
    """Where the published instances are."""
    return Path(os.environ.get(VARIABLE) or SAMPLE)


def published(families: tuple[str, ...] = ()) -> list[Case]:
    """The instances of the folder's index, or of the families named, in the order of the index."""
    index = json.loads((folder() / "index.json").read_text(encoding="utf-8"))
    return [
        _case(entry)
        for entry in index
        if entry["family"] != "plant" and (not families or entry["family"] in families)
    ]


def _case(entry: dict[str, object]) -> Case:
    best = entry["best_known"]
    return Case(
        name=str(entry["name"]),
        family=str(entry["family"]),
        objective=str(entry["objective"]),
        best=None if best is None else float(str(best)),
        proven=best is not None and best == entry["lower_bound"],
        file=str(folder() / str(entry["file"])),
    )


def generated(orders: int, seeds: int) -> list[Case]:
    """Plants of a size, seeds 1 to `seeds`."""
    return [
        Case(f"plant-{orders}-{seed}", "plant", "total_weighted_tardiness", orders=orders, seed=seed)
        for seed in range(1, seeds + 1)
    ]


def group_of(family: str) -> str:
    """The group that a family belongs to."""
    return next(group for group, families in GROUPS.items() if family in families)
