"""What a model is shown of the plan: rows of aliases and whole minutes, of what a wish can touch alone."""

from collections.abc import Iterable
from datetime import timedelta

from app.planning.asked import Question
from app.planning.consulting.aliases import Aliases
from app.planning.consulting.touching import Touched
from app.planning.hours import merged
from app.records.scheduling import Fixed, Task

Row = list[object]
Window = list[int]
_DAY = 24 * 60


class Tables:
    """Rows of one question; every time is whole minutes from its origin, below 0 before it.

    The horizon is the end of the day by which everything shown is due and over; closed time after
    it is left out. A machine that takes no batches is also blocked where the plan in force has
    orders on it that are not shown.
    """

    def __init__(self, question: Question, touched: Touched, aliases: Aliases) -> None:
        self._question, self._touched, self._aliases = question, touched, aliases
        self._minutes = question.slot // timedelta(minutes=1)
        self._fixed = {(f.job, f.task): f for f in question.problem.fixed}
        self._current = {(f.job, f.task): f for f in question.problem.current} | self._fixed
        self.horizon = self._horizon()

    def _horizon(self) -> int:
        jobs = set(self._touched.jobs)
        ends = [f.end for f in self._current.values() if f.job in jobs]
        problem = self._question.problem.jobs
        ends += [each for n in jobs for each in (problem[n].due or 0, problem[n].release)]
        return (max(0, *ends, 0) * self._minutes // _DAY + 1) * _DAY

    def hours(self) -> list[list[Window]]:
        """The closed [from, to) windows of calendars, each set of them once; machines say which is theirs."""
        return [
            list(map(list, windows)) for windows in dict.fromkeys(map(self._closed, self._touched.machines))
        ]

    def machines(self) -> list[Row]:
        """Alias, site, which of the hours, and blocked [from, to) windows of its own."""
        sets = {
            windows: n for n, windows in enumerate(dict.fromkeys(map(self._closed, self._touched.machines)))
        }
        return [self._machine(n, sets[self._closed(n)]) for n in self._touched.machines]

    def _machine(self, n: int, hours: int) -> Row:
        resource = self._question.problem.resources[n]
        own = [list(window) for window in self._minutes_of([(0, resource.busy_until), *self._taken(n)])]
        site = self._question.facilities[resource.facility]
        return [self._aliases.of("machine", resource.name), self._aliases.of("facility", site), hours, own]

    def _closed(self, n: int) -> tuple[tuple[int, int], ...]:
        return tuple(self._minutes_of(self._question.problem.resources[n].closed))

    def _minutes_of(self, windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        minutes = ((low * self._minutes, min(high * self._minutes, self.horizon)) for low, high in windows)
        return [(low, high) for low, high in merged(minutes) if low < high]

    def _taken(self, machine: int) -> Iterable[tuple[int, int]]:
        if self._question.problem.resources[machine].batch > 1:
            return []
        places = (f for f in self._current.values() if f.machine == machine)
        return [(f.start, f.end) for f in places if f.job not in self._touched.jobs]

    def crews(self) -> list[Row]:
        """Alias, site, the machines that need one of its people; of the machines that are shown."""
        problem = self._question.problem
        served: dict[int, list[int]] = {}
        for n in self._touched.machines:
            if (crew := problem.resources[n].crew) is not None:
                served.setdefault(crew, []).append(n)
        return [self._crew(crew, machines) for crew, machines in sorted(served.items())]

    def _crew(self, crew: int, machines: list[int]) -> Row:
        names = self._question.problem
        site = self._question.facilities[names.resources[machines[0]].facility]
        return [
            self._aliases.of("crew", names.crews[crew].name),
            self._aliases.of("facility", site),
            [self._aliases.of("machine", names.resources[n].name) for n in machines],
        ]

    def jobs(self) -> list[Row]:
        """For each lot: alias, lot, item, family, site, due, weight, earliest, operations."""
        return [self._job(n) for n in self._touched.jobs]

    def _job(self, n: int) -> Row:
        job, order = self._question.problem.jobs[n], self._question.orders[n]
        family = next((task.family for task in job.tasks if task.family is not None), None)
        families, sites, of = self._question.families, self._question.facilities, self._aliases.of
        return [
            of("order", order.number),
            self._question.lot(n),
            of("item", order.item) if order.item else None,
            of("family", families[family]) if family is not None else None,
            of("facility", sites[job.home]) if job.home is not None else None,
            job.due * self._minutes if job.due is not None else None,
            job.weight,
            job.release * self._minutes,
            [self._operation(n, k, task) for k, task in enumerate(job.tasks)],
        ]

    def _operation(self, job: int, k: int, task: Task) -> Row:
        place = self._current.get((job, k))
        return [
            self._question.positions[job][k],
            [[self._alias(machine), work * self._minutes] for machine, work in task.modes],
            self._place(place) if place else None,
            1 if (job, k) in self._fixed else 0,
        ]

    def _place(self, place: Fixed) -> Row:
        return [self._alias(place.machine), place.start * self._minutes, place.end * self._minutes]

    def _alias(self, machine: int) -> str:
        return self._aliases.of("machine", self._question.machines[machine])
