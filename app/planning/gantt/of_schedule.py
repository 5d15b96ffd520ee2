"""A problem's schedule as a chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.planning.check import check, objective
from app.planning.form_edge import LARGEST, need
from app.planning.gantt.lanes import load, side_by_side
from app.planning.shop import Shop, open_shop
from app.records.chart import A_MONDAY, Bar, Chart, Promise, Row, Window
from app.records.scheduling import Problem, Schedule, Slot

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_YEARS_20_S = 20 * 365 * 86_400


@dataclass(frozen=True, slots=True)
class Told:
    """What a problem's file says beyond the problem.

    `name` stands where the problem has none. `time_zero` is such as "Monday 00:00", "" where it says
    nothing. `places` are the facilities' names by index; `down` are each machine's stops, by index.
    """

    name: str = ""
    time_zero: str = ""
    places: tuple[str, ...] = ()
    down: Mapping[int, tuple[Window, ...]] | None = None


def chart_of_schedule(problem: Problem, schedule: Schedule, told: Told | None = None) -> Chart:
    """The schedule drawn, legal or not.

    Raises FileWrong where it names what the problem has not, or a time out of all reason.
    """
    _known(problem, schedule.slots)
    told = told or Told()
    drawing = _Drawing(problem, schedule, told)
    end = max((slot.end for slot in schedule.slots), default=0)
    calendar, shift_s = _calendar(problem, told, end)
    return Chart(
        name=problem.name or told.name or "-",
        rows=tuple(drawing.row(m, end) for m in range(len(problem.resources))),
        orders=drawing.orders,
        families=tuple(str(n) for n in range(drawing.families)),
        end=end,
        tick_s=problem.unit_s,
        origin=A_MONDAY + timedelta(seconds=shift_s),
        calendar=calendar,  # type: ignore[arg-type]
        objective=problem.objective,
        value=objective(problem, schedule.slots),
        by=schedule.by,
        broken=len(check(problem, schedule.slots)),
    )


def _known(problem: Problem, slots: Sequence[Slot]) -> None:
    for n, slot in enumerate(slots):
        where = f"assignments[{n}]"
        need(0 <= slot.job < len(problem.jobs), f"{where}: the problem has no job {slot.job}")
        tasks = len(problem.jobs[slot.job].tasks)
        need(0 <= slot.task < tasks, f"{where}: job {slot.job} has no operation {slot.task}")
        need(0 <= slot.machine < len(problem.resources), f"{where}: there is no machine {slot.machine}")
        fine = -LARGEST <= slot.start <= slot.end <= LARGEST
        need(fine, f"{where}: from {slot.start} to {slot.end} cannot be drawn")


def _calendar(problem: Problem, told: Told, end: int) -> tuple[str, int]:
    """How time is shown, and the seconds from a Monday's midnight to time 0."""
    if not problem.unit_s or end * problem.unit_s > _YEARS_20_S:
        return "none", 0
    day, _, clock = told.time_zero.lower().partition(" ")
    hours, _, minutes = clock.partition(":")
    if day not in WEEKDAYS or not (hours.isdecimal() and minutes.isdecimal()):
        return "days", 0
    past_min = int(hours[:2]) * 60 + int(minutes[:2])
    return "week", WEEKDAYS.index(day) * 86_400 + past_min * 60


class _Drawing:
    """A problem and its schedule while they are drawn."""

    def __init__(self, problem: Problem, schedule: Schedule, told: Told) -> None:
        self._problem, self._told = problem, told
        self._shop: Shop = open_shop(problem)
        self._lanes: list[list[Slot]] = [[] for _ in problem.resources]
        for slot in sorted(schedule.slots, key=lambda s: (s.start, s.end)):
            self._lanes[slot.machine].append(slot)
        self._ends: dict[int, int] = {}
        for slot in schedule.slots:
            self._ends[slot.job] = max(slot.end, self._ends.get(slot.job, slot.end))
        self._fixed = {(f.job, f.task) for f in problem.fixed}
        self.orders = tuple(self._promise(job) for job in sorted(self._ends))
        self._late = {job for job, order in zip(sorted(self._ends), self.orders, strict=True) if order.late}
        used = [t.family for job in problem.jobs for t in job.tasks if t.family is not None]
        self.families = 1 + max(used, default=-1)

    def _promise(self, job: int) -> Promise:
        return Promise(self._problem.jobs[job].name, self._ends[job], due=self._problem.jobs[job].due)

    def row(self, m: int, end: int) -> Row:
        """One machine with its bars."""
        resource = self._problem.resources[m]
        bars = side_by_side(self._bar(m, n) for n in range(len(self._lanes[m])))
        places = self._told.places
        several = len({r.facility for r in self._problem.resources}) > 1
        down = (self._told.down or {}).get(m, ())
        return Row(
            machine=resource.name,
            facility=_place(places, resource.facility) if several else "",
            bars=bars,
            closed=tuple(w for w in resource.closed if w[0] < end),
            down=tuple(w for w in down if w[0] < end),
            load=load(bars, resource.closed, 0, end),
        )

    def _bar(self, m: int, n: int) -> Bar:
        slot = self._lanes[m][n]
        job = self._problem.jobs[slot.job]
        return Bar(
            order=job.name,
            position=slot.task,
            start=slot.start,
            end=slot.end,
            family=job.tasks[slot.task].family,
            kind="frozen" if (slot.job, slot.task) in self._fixed else "planned",
            late=slot.job in self._late,
            last=slot.end == self._ends[slot.job] and slot.task == len(job.tasks) - 1,
            setup=self._setup(m, n),
        )

    def _setup(self, m: int, n: int) -> int:
        """What is set up before an operation, as far as there is room for it."""
        slot, shop = self._lanes[m][n], self._shop
        number = shop.number(slot.job, slot.task)
        if n == 0:
            free_from = self._problem.resources[m].busy_until
            wanted = shop.ready_for(m, number) - free_from
        else:
            before = self._lanes[m][n - 1]
            free_from = before.end
            wanted = shop.setup(m, shop.number(before.job, before.task), number)
        return max(0, min(wanted, slot.start - free_from))


def _place(places: Sequence[str], n: int) -> str:
    return places[n] if n < len(places) else str(n)
