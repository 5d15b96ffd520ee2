"""A problem's times and names as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.records.answer import Say
from app.records.scheduling import Problem

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Measure:
    """How to say a problem's times: `origin` is the moment of time 0, None where it has none."""

    problem: Problem
    origin: datetime | None = None

    def span(self, units: int) -> Say:
        """A length: minutes below two hours, hours below two days, else days; units where none is named."""
        if not self.problem.unit_s:
            return Say("why.units", {"n": units})
        minutes = round(units * self.problem.unit_s / 60)
        if minutes < 120:
            return Say("planning.minutes", {"n": minutes})
        if minutes < 2 * _DAY_S // 60:
            return Say("planning.hours", {"n": round(minutes / 60, 1)})
        return Say("why.days", {"n": round(minutes * 60 / _DAY_S, 1)})

    def at(self, time: int) -> datetime | Say:
        """A time: a moment; without an origin the day, counted from 1, and the clock; else units."""
        unit_s = self.problem.unit_s
        if self.origin is not None:
            return self.origin + timedelta(seconds=time * unit_s)
        if not unit_s:
            return Say("why.at_unit", {"n": time})
        day, second = divmod(time * unit_s, _DAY_S)
        clock = f"{second // 3600:02d}:{second % 3600 // 60:02d}"
        return Say("why.at_day", {"day": day + 1, "clock": clock})

    def order(self, job: int) -> str:
        """An order's name, by any of its lots."""
        head = self.problem.jobs[job].lot_of
        return self.problem.jobs[job if head is None else head].name

    def machine(self, machine: int | None) -> str:
        """A machine's name, "–" for none."""
        return "–" if machine is None else self.problem.resources[machine].name

    def orders(self, jobs: Sequence[int], shown: int = 3) -> Say | tuple[str, ...]:
        """Names without repetition, the first few, and how many more there are."""
        names = tuple(dict.fromkeys(self.order(job) for job in jobs))
        if len(names) <= shown:
            return names
        return Say("why.more", {"orders": names[:shown], "n": len(names) - shown})
