"""Were machines used? Utilisation, setups, overtime.

The names of times are those of ISO 22400-2 (as OPC 40001-1 annex C lists them, read 2026-11-27): PBT
planned busy time is the calendar without planned downtime, APT actual production time, AUST actual
unit setup time. Production is what operators reported as running, within the machine's open hours
and without its unplanned stops. Nobody reports setups: their time is the standard of the changeover.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from app.planning.kpi.material import Changeover, DayFacts, MachineDay
from app.planning.kpi.spans import Span, common, minutes, without
from app.records.kpi import Figure, Kpi
from app.records.plant import Operation

Runs = Mapping[str, Sequence[Operation]]
"""By machine, what was begun on it, in the order of beginning."""


class Setups(NamedTuple):
    """How often a machine changed the family that it is set up for, and the standard minutes of that."""

    changes: int
    minutes: float


def use_of_machines(day: DayFacts, facility: str) -> Iterator[Figure]:
    """Figures of the facility's machines on the day; work counts once where operations run together."""
    here, runs = [m for m in day.machines if m.facility == facility], _runs(day)
    busy = {m.code: _busy(m, runs.get(m.code, ()), day) for m in here}
    production = sum(minutes(spans) for spans in busy.values())
    available = sum(minutes(m.open) for m in here)
    if available:
        yield utilisation(production, available)
    setups = [_setups_of(m, runs.get(m.code, ()), day) for m in here]
    yield from _setup_figures(setups, production)
    extra = [(busy[m.code], m.overtime) for m in here if m.overtime is not None]
    if extra:
        yield Figure(Kpi.OVERTIME, sum(minutes(common(done, hours)) for done, hours in extra))


def utilisation(production_min: float, available_min: float) -> Figure:
    """Production within the calendar without planned downtime: APT / PBT.

    ISO 22400-2 calls this quotient availability. Setup and waiting are not production.
    """
    return Figure(Kpi.UTILISATION, production_min, available_min)


def setup_share(setup_min: float, production_min: float) -> Figure:
    """Setup ratio of ISO 22400-2 = AUST / AUPT, where AUPT unit processing time = APT + AUST."""
    return Figure(Kpi.SETUP_SHARE, setup_min, setup_min + production_min)


def _setup_figures(setups: Sequence[Setups], production: float) -> Iterator[Figure]:
    count, spent = sum(s.changes for s in setups), sum(s.minutes for s in setups)
    if production or count:
        yield Figure(Kpi.CHANGEOVERS, count)
        yield Figure(Kpi.CHANGEOVER_TIME, spent)
    if spent + production:
        yield setup_share(spent, production)


def _runs(day: DayFacts) -> Runs:
    runs: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in day.operations().values():
        if operation.machine is not None and operation.started_at is not None:
            runs[operation.machine].append(operation)
    return {m: sorted(done, key=lambda o: (str(o.started_at), o.order)) for m, done in runs.items()}


def _busy(machine: MachineDay, runs: Iterable[Operation], day: DayFacts) -> tuple[Span, ...]:
    """When it worked on the day: in open hours, not while it stood still."""
    ran = [(o.started_at, o.finished_at or day.until) for o in runs if o.started_at is not None]
    return common(without(ran, machine.down), common(machine.open, [(day.low, day.until)]))


def _setups_of(machine: MachineDay, runs: Sequence[Operation], day: DayFacts) -> Setups:
    """Of the operations begun on the day, each against the one begun before it on the machine."""
    items = {order.number: order.item for order in day.orders}
    families = [day.families.get(items[o.order], "") for o in runs]
    first = next((n for n, o in enumerate(runs) if day.holds(o.started_at)), len(runs))
    upto = sum(o.started_at is not None and o.started_at < day.until for o in runs)
    return changeovers(machine.type, families[max(0, first - 1) : upto], day.changeover_min)


def changeovers(machine_type: str, families: Sequence[str], changeover_min: Changeover) -> Setups:
    """Changes between neighbours of a machine's sequence; an operation without family changes nothing."""
    worn = [family for family in families if family]
    changes = [(a, b) for a, b in pairwise(worn) if a != b]
    return Setups(len(changes), sum(changeover_min(machine_type, a, b) for a, b in changes))
