"""Circuits by provider, model and reason: whom not to ask for a while, and when to try once again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from app.ports import Clock, CloudBook
from app.records.cloud import Breaker, FaultClass, Provider

Place = tuple[Provider, str]
"""A provider and its model."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a reason opens: after how many failures in a row, for how long at first and at most."""

    failures: int
    first_s: float
    most_s: float


RULES: dict[FaultClass, Rule] = {
    "transient": Rule(2, 30.0, 600.0),
    "throttle": Rule(1, 5.0, 120.0),
    "account": Rule(1, 900.0, 6 * 3600.0),
}
"""The reasons that open a circuit; each further opening in a row lasts twice as long."""


class Circuits:
    """The circuits that are not closed, kept in the book so that a restart does not forget them.

    An open circuit refuses until its time is over; then one probe may go, and only its end closes
    the circuit or opens it for longer.
    """

    def __init__(self, book: CloudBook, clock: Clock) -> None:
        self._book, self._clock = book, clock
        self._open: dict[Place, dict[FaultClass, Breaker]] = {}
        self._failures: dict[Place, int] = {}
        self._probing: set[Place] = set()

    async def load(self) -> None:
        """Take up what the book holds."""
        for breaker in await self._book.breakers():
            self._open.setdefault((breaker.provider, breaker.model), {})[breaker.reason] = breaker

    def state(self, place: Place) -> Literal["closed", "open", "due"]:
        """What is open becomes "due" when its time is over and no probe is out: one may be asked."""
        found = self._open.get(place)
        if not found:
            return "closed"
        late = all(each.probe_at <= self._clock() for each in found.values())
        return "due" if late and place not in self._probing else "open"

    def breakers(self) -> tuple[Breaker, ...]:
        """Every circuit that is not closed."""
        return tuple(each for found in self._open.values() for each in found.values())

    def admit(self, place: Place) -> Literal["in", "probe"] | None:
        """Let a call in; None when it is refused. Whoever is the probe must `release` at its end."""
        state = self.state(place)
        if state == "due":
            self._probing.add(place)
            return "probe"
        return "in" if state == "closed" else None

    def release(self, place: Place) -> None:
        """The probe is over, whatever came of it."""
        self._probing.discard(place)

    async def reached(self, place: Place, began: datetime) -> None:
        """An attempt that began then was answered: closes what had opened before it."""
        self._failures.pop(place, None)
        found = self._open.get(place, {})
        if found and all(each.opened_at <= began for each in found.values()):
            del self._open[place]
            await self._book.close_breakers(*place)

    async def failed(
        self, place: Place, reason: FaultClass, *, last: bool, probe: bool, wait_s: float = 0.0
    ) -> None:
        """An attempt failed for a reason of RULES; its circuit stays open for at least `wait_s`.

        `last` is that no other provider is left: then the first failure opens. The failure of a
        `probe` doubles the time, that of any other attempt begins it anew.
        """
        rule, count = RULES[reason], self._failures.get(place, 0) + 1
        self._failures[place] = count
        before = self._open.get(place, {}).get(reason)
        if before is None and count < rule.failures and not last and not probe:
            return
        await self._set(_opened(place, reason, before, self._clock(), wait_s, probe=probe))

    def acted(self, place: Place, at: datetime) -> None:
        """Somebody gave another key at that time: an account that was refused before may be probed now."""
        found, now = self._open.get(place, {}), self._clock()
        if (before := found.get("account")) is not None and before.opened_at < at <= now:
            found["account"] = replace(before, probe_at=min(before.probe_at, now))

    async def _set(self, breaker: Breaker) -> None:
        self._open.setdefault((breaker.provider, breaker.model), {})[breaker.reason] = breaker
        await self._book.set_breaker(breaker)


def _opened(
    place: Place, reason: FaultClass, before: Breaker | None, now: datetime, wait_s: float, *, probe: bool
) -> Breaker:
    rule = RULES[reason]
    trips = 1 if before is None else before.trips + probe
    open_s = min(rule.first_s * 2 ** min(trips - 1, 16), rule.most_s)
    probe_at = now + timedelta(seconds=min(max(open_s, wait_s), rule.most_s))
    if before is None or probe:
        return Breaker(*place, reason, now, probe_at, trips)
    return replace(before, probe_at=max(before.probe_at, probe_at))
