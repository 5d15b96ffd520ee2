"""An alarm is raised once, and again only after the connection was ready in between."""

from datetime import timedelta

from app.outbound.wecom.alarms import LinkAlarm, LinkAlarms
from app.outbound.wecom.backoff import LinkState
from app.records.answer import utc_now


class House:
    """The alarms that were heard, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = utc_now()
        self.heard: list[LinkAlarm] = []
        self.alarms = LinkAlarms(lambda alarm, _why: self.heard.append(alarm), lambda: self.now)

    def after_s(self, seconds: float, state: LinkState) -> None:
        self.now += timedelta(seconds=seconds)
        self.alarms.became(state, "why")


def test_five_minutes_without_a_connection_are_an_alarm() -> None:
    house = House()
    for seconds in (0, 100, 199):
        house.after_s(seconds, LinkState.BACKOFF)
        house.after_s(0, LinkState.CONNECTING)
    assert house.heard == []
    house.after_s(1, LinkState.BACKOFF)
    house.after_s(300, LinkState.BACKOFF)
    assert house.heard == [LinkAlarm.DOWN]


def test_a_connection_in_between_begins_the_five_minutes_anew() -> None:
    house = House()
    for _ in range(9):
        house.after_s(200, LinkState.BACKOFF)
        house.after_s(200, LinkState.READY)
    assert house.heard == []
    house.after_s(0, LinkState.BACKOFF)
    house.after_s(300, LinkState.AUTH)
    house.after_s(0, LinkState.READY)
    house.after_s(0, LinkState.BACKOFF)
    house.after_s(300, LinkState.BACKOFF)
    assert house.heard == [LinkAlarm.DOWN] * 2


def test_parked_and_silent_are_said_at_once_and_once() -> None:
    house = House()
    for _ in range(2):
        house.after_s(0, LinkState.REFUSED)
        house.after_s(0, LinkState.SUPERSEDED)
        house.alarms.fell_silent("why")
    assert house.heard == [LinkAlarm.REFUSED, LinkAlarm.SUPERSEDED, LinkAlarm.SILENT]
