"""A day's key figures: each facility's, and the plant's as a whole."""

from collections.abc import Iterable

from app.planning.kpi.deliveries import deliveries
from app.planning.kpi.following import following, makespan, plan_figures
from app.planning.kpi.machines import use_of_machines
from app.planning.kpi.material import DayFacts
from app.records.kpi import PLANT, Figure, Kpi, together

_OF_THE_PLANT = frozenset({Kpi.MAKESPAN, Kpi.PLAN_AGE, Kpi.SOLVER_TIME, Kpi.PROVED})
"""What the plant's figures are not the facilities' together."""


def measure(day: DayFacts) -> dict[str, tuple[Figure, ...]]:
    """Figures by facility code, PLANT for the whole; what there is nothing to count for is left out."""
    sites = {code: tuple(_of_site(day, code)) for code in day.facilities}
    every = [figure for figures in sites.values() for figure in figures]
    return {**sites, PLANT: tuple(_of_plant(day, every))}


def _of_site(day: DayFacts, code: str) -> Iterable[Figure]:
    machines = frozenset(m.code for m in day.machines if m.facility == code)
    yield from deliveries(day, code)
    yield from use_of_machines(day, code)
    yield from following(day, machines)
    yield from makespan(day, frozenset(o.number for o in day.orders if o.facility == code))


def _of_plant(day: DayFacts, every: Iterable[Figure]) -> Iterable[Figure]:
    figures = tuple(every)
    summed = (together(kpi, figures) for kpi in Kpi if kpi not in _OF_THE_PLANT)
    yield from (figure for figure in summed if figure is not None)
    yield from makespan(day, frozenset(o.number for o in day.orders))
    yield from plan_figures(day)
