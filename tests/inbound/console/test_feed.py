"""The feed: in order, bounded, and honest about what was missed."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.inbound.console.feed import Feed
from app.records.decision import Stage
from app.records.socket import MissedLine, StepLine

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def step(number: int) -> StepLine:
    return StepLine(str(number), "acted", Stage.DONE, NOW)


@given(st.integers(0, 40), st.integers(1, 12))
async def test_kept_and_missed_add_up_to_what_was_published(published: int, depth: int) -> None:
    feed = Feed(depth)
    with feed.listen() as listener:
        for number in range(published):
            feed.publish(step(number))
        kept = [await listener.next() for _ in range(min(published, depth))]
        assert kept == [step(n) for n in range(len(kept))]
        if published > depth:
            assert await listener.next() == MissedLine(published - depth)
        feed.publish(step(99))
        assert await listener.next() == step(99)


def test_a_listener_that_left_costs_nothing() -> None:
    feed = Feed()
    with feed.listen():
        pass
    feed.publish(step(1))
    assert feed._listeners == set()
