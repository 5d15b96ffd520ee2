"""Flood control: what a bucket lets through, one notice for each flood, and what counts for whom."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inbound.flood import Flood
from app.records.message import Channel, Message, MessageKind
from app.settings import WecomFlood

AT = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
SLACK = 1e-6


class Door:
    """A door on a clock that is moved by hand."""

    def __init__(self, **limits: int) -> None:
        self.now_s, self.count, self.exceeded = 0.0, 0, Counter[str]()
        self.flood = Flood(WecomFlood(**limits), tick=lambda: self.now_s, on_excess=self._exceeded)

    def _exceeded(self, kind: str) -> None:
        self.exceeded[kind] += 1

    def say(self, sender="a", chat=None, kind=MessageKind.TEXT, msgid="", channel=Channel.BOT) -> str:
        """What a new message is marked with."""
        self.count += 1
        message = Message(msgid or f"m{self.count}", sender, chat, kind, "x", AT, channel=channel)
        return self.flood.mark(message).excess

    def many(self, number: int, *rest, **more) -> list[str]:
        return [self.say(*rest, **more) for _ in range(number)]


def test_what_is_beyond_the_burst_is_told_once_kept_and_let_in_again_later() -> None:
    door = Door(sender_per_minute=6, sender_burst=3)
    assert door.many(6) == ["", "", "", "first", "more", "more"]
    door.now_s = 29.0
    assert door.say() == "more", "one token is back, the bucket is not open"
    door.now_s = 30.0
    assert door.many(5) == ["", "", "", "first", "more"]
    assert door.exceeded == {"sender": 6}


def test_it_is_over_within_a_minute_whatever_may_come_at_once() -> None:
    door = Door(sender_per_minute=2, sender_burst=50)
    assert (door.many(52))[-2:] == ["first", "more"]
    door.now_s = 60.0
    assert door.many(3) == ["", "", "first"]


def test_a_group_counts_alone_and_a_flooder_uses_up_his_own_share_only() -> None:
    door = Door(sender_per_minute=3, sender_burst=3, group_per_minute=8, group_burst=8)
    assert door.many(100, "loud", "g") == [*[""] * 3, "first", *["more"] * 96]
    assert door.many(3, "b", "g") == ["", "", ""]
    assert door.many(3, "c", "g") == ["", "", "first"]
    assert door.say("approver", "g") == "more"
    assert door.say("approver") == "", "his single chat is not the group's"
    assert door.say("approver", "g2") == ""
    assert door.say("loud") == ""
    assert door.exceeded == {"sender": 97, "group": 2}


def test_clicks_votes_and_entering_are_no_words_and_have_a_wide_bucket_of_their_own() -> None:
    door = Door(sender_per_minute=1, sender_burst=1, clicks_per_minute=4)
    assert door.many(2) == ["", "first"]
    kinds = (MessageKind.CLICK, MessageKind.FEEDBACK, MessageKind.ENTER, MessageKind.CLICK, MessageKind.CLICK)
    assert [door.say(kind=kind) for kind in kinds] == ["", "", "", "", "first"]
    assert door.say("b", kind=MessageKind.CLICK) == ""
    assert door.say("b") == ""


@pytest.mark.parametrize("kind", [MessageKind.VOICE, MessageKind.OTHER])
def test_a_voice_and_a_photo_count_as_words(kind: MessageKind) -> None:
    door = Door(sender_per_minute=1, sender_burst=1)
    assert [door.say(), door.say(kind=kind)] == ["", "first"]


def test_the_app_and_the_bot_are_conversations_of_their_own() -> None:
    door = Door(sender_per_minute=1, sender_burst=1)
    assert door.many(2) == ["", "first"]
    assert door.many(2, channel=Channel.APP) == ["", "first"]


def test_the_clock_is_never_too_often() -> None:
    door = Door(sender_per_minute=1, sender_burst=1, clicks_per_minute=1)
    assert set(door.many(50, "sys")) == {""}


def test_nought_is_no_limit() -> None:
    door = Door(sender_per_minute=0, group_per_minute=0, clicks_per_minute=0)
    assert set(door.many(500, chat="g")) | set(door.many(500, kind=MessageKind.CLICK)) == {""}
    assert door.flood.remembered == 0


def test_a_message_that_could_not_be_kept_counts_once_however_often_it_comes_again() -> None:
    door = Door(sender_per_minute=2, sender_burst=2)
    ids = ("one", "one", "one", "two", "three", "two", "three", "four")
    assert [door.say(msgid=msgid) for msgid in ids] == ["", "", "", "", "first", "", "first", "more"]
    assert door.exceeded == {"sender": 2}


def test_the_idle_are_forgotten_and_the_many_are_bounded() -> None:
    door = Door(sender_per_minute=20, sender_burst=20, group_per_minute=60, group_burst=60)
    for n in range(300):
        door.say(f"s{n}", "g")
    assert door.flood.remembered == 301
    door.now_s = 61.0
    door.say("last", "g")
    assert door.flood.remembered == 2
    for n in range(10_050):
        door.say(f"t{n}")
    assert door.flood.remembered <= 10_001


_WAITS = st.lists(
    st.floats(min_value=0, max_value=20) | st.sampled_from([0.0, 0.0, 0.0, 3.0, 60.0]), max_size=60
)


@given(_WAITS, st.integers(1, 120), st.integers(1, 12))
def test_never_more_than_the_burst_and_the_rate_and_one_notice_for_each_flood(
    waits: list[float], per_minute: int, burst: int
) -> None:
    door, told = Door(sender_per_minute=per_minute, sender_burst=burst), list[tuple[float, str]]()
    for wait_s in waits:
        door.now_s += wait_s
        told.append((door.now_s, door.say()))
    let_in = [at for at, excess in told if not excess]
    for first, since in enumerate(let_in):
        for last, until in enumerate(let_in[first:], 1):
            assert last <= burst + per_minute / 60 * (until - since) + SLACK
    states = [excess for _, excess in told]
    assert states[:burst] == [""] * min(burst, len(states))
    may_follow = {"": {"", "first"}, "first": {"", "more"}, "more": {"", "more"}}
    assert all(after in may_follow[before] for before, after in zip(["", *states], states, strict=False))
    for (_, before), (at, excess), n in zip(told, told[1:], range(1, len(told)), strict=False):
        began = next((t for t, e in reversed(told[:n]) if e == "first"), None)
        if before and began is not None and at - began >= 60 + SLACK:
            assert excess == "", "a minute after the notice it is over"


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "g", "h"]), st.floats(0, 9)), max_size=60)
)
def test_nobody_elses_words_change_what_one_may_say_alone(script: list[tuple[str, str, float]]) -> None:
    """The single chat of "a" is judged alike with everybody else about and without."""

    def heard(*, alone: bool) -> list[str]:
        door, found = Door(sender_per_minute=10, sender_burst=3, group_per_minute=5, group_burst=2), []
        for sender, chat, wait_s in script:
            door.now_s += wait_s
            own = sender == "a" and not chat
            if own or not alone:
                excess = door.say(sender, chat or None)
                found += [excess] if own else []
        return found

    assert heard(alone=True) == heard(alone=False)


def test_waiting_saves_up_no_more_than_the_burst() -> None:
    door = Door(sender_per_minute=6, sender_burst=6)
    door.say()
    door.now_s = 50.0
    assert door.many(7) == [*[""] * 6, "first"]


def test_whoever_goes_on_writing_keeps_nobody_else_remembered() -> None:
    door = Door(sender_per_minute=20, sender_burst=20)
    for n in range(100):
        door.say(f"s{n}")
        door.say("busy")
    for _ in range(7):
        door.now_s += 10
        door.say("busy")
    assert door.flood.remembered == 1


def test_messages_are_remembered_for_a_while_only() -> None:
    door = Door(sender_per_minute=1, sender_burst=1)
    assert (door.say(msgid="one"), door.say(msgid="one")) == ("", "")
    for n in range(10_000):
        door.say(f"s{n % 100}")
    assert door.say(msgid="one") == "first"
