"""Shifts that have just ended, as the clock looks for them: each is reported on once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.desk.voice import SYSTEM
from app.planning.shift.times import ended_shift
from app.ports import Clock, Facts
from app.records.message import Language, Message, MessageKind
from app.records.reading import Entities, Intent, Layer, Reading

_PREFIX = "job:shift_report:"
_STALE = timedelta(hours=1)
"""A shift that ended before is no longer handed over: who missed it asks."""


class Handover:
    """Remembers what it found; a report that was accepted before is not made again in any case."""

    def __init__(self, zone: ZoneInfo, clock: Clock) -> None:
        self._zone, self._clock = zone, clock
        self._found: dict[str, datetime] = {}

    def look(self, facts: Facts) -> tuple[Message, ...]:
        """A request for the report of each facility whose shift has just ended."""
        now, calendars = self._clock(), {each.name: each for each in facts.calendars()}
        ended = {
            site.code: ended_shift(calendars.get(site.calendar), now, self._zone)
            for site in facts.facilities()
        }
        fresh = {
            code: span[1]
            for code, span in ended.items()
            if span is not None and now - span[1] < _STALE and self._found.get(code) != span[1]
        }
        self._found |= fresh
        return tuple(_asking(code, end, now) for code, end in fresh.items())


def _asking(code: str, end: datetime, now: datetime) -> Message:
    name = f"{_PREFIX}{code}:{end:%Y%m%dT%H%M}"
    return Message(name, SYSTEM.userid, None, MessageKind.TEXT, f"shift report {code}", now)


def asked_by_clock(message: Message) -> Reading | None:
    """What a request of the clock for a shift's report means; None for any other message."""
    if not message.msgid.startswith(_PREFIX):
        return None
    code = message.msgid.removeprefix(_PREFIX).rpartition(":")[0]
    return Reading(
        Intent.ORDER_STATUS, 1.0, Layer.RULE, decided=True, language=Language.EN, by="clock",
        text=message.text, question=True, entities=Entities(facility=(code,)),
    )  # fmt: skip
