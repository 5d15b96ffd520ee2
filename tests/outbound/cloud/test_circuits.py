"""Circuits with a clock that stands still: what opens them, how long, who probes, what a restart keeps."""

from datetime import timedelta

import pytest

from app.outbound.cloud.circuits import RULES, Circuits
from tests.outbound.cloud.standins import MemoryBook, StillClock

HERE = ("deepseek", "deepseek-flash")
THERE = ("tencent", "hy4-flash")


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def book() -> MemoryBook:
    return MemoryBook()


@pytest.fixture
def circuits(book: MemoryBook, clock: StillClock) -> Circuits:
    return Circuits(book, clock)


async def fail(circuits: Circuits, reason="transient", *, place=HERE, last=False, probe=False, wait_s=0.0):
    await circuits.failed(place, reason, last=last, probe=probe, wait_s=wait_s)


async def test_failures_in_passing_open_at_the_second_in_a_row(circuits: Circuits, clock: StillClock):
    await fail(circuits)
    assert circuits.state(HERE) == "closed"
    await circuits.reached(HERE, clock())
    await fail(circuits)
    assert circuits.state(HERE) == "closed"
    await fail(circuits)
    assert circuits.state(HERE) == "open"
    assert circuits.state(THERE) == "closed"


async def test_the_first_failure_opens_where_no_other_provider_is_left(circuits: Circuits):
    await fail(circuits, last=True)
    assert circuits.state(HERE) == "open"


async def test_only_one_probe_goes_when_the_time_is_over(circuits: Circuits, clock: StillClock):
    await fail(circuits, "throttle")
    assert circuits.admit(HERE) is None
    clock.forward(RULES["throttle"].first_s - 0.001)
    assert circuits.admit(HERE) is None
    clock.forward(0.001)
    assert circuits.state(HERE) == "due"
    assert [circuits.admit(HERE) for _ in range(3)] == ["probe", None, None]
    circuits.release(HERE)
    assert circuits.admit(HERE) == "probe"


@pytest.mark.parametrize("reason", sorted(RULES))
async def test_each_failed_probe_doubles_the_time_up_to_the_most(
    circuits: Circuits, clock: StillClock, reason: str
):
    rule = RULES[reason]
    await fail(circuits, reason, last=True)
    for trips in range(1, 20):
        (breaker,) = circuits.breakers()
        assert breaker.trips == trips
        assert breaker.probe_at - clock() == timedelta(
            seconds=min(rule.first_s * 2 ** (trips - 1), rule.most_s)
        )
        clock.now = breaker.probe_at
        assert circuits.admit(HERE) == "probe"
        await fail(circuits, reason, probe=True)
        circuits.release(HERE)


async def test_a_late_failure_from_before_the_opening_begins_the_time_anew_but_does_not_double_it(
    circuits: Circuits, clock: StillClock
):
    await fail(circuits, last=True)
    clock.forward(20.0)
    await fail(circuits)
    (breaker,) = circuits.breakers()
    assert breaker.trips == 1
    assert breaker.probe_at == clock() + timedelta(seconds=RULES["transient"].first_s)


async def test_a_late_success_from_before_the_opening_closes_nothing(circuits: Circuits, clock: StillClock):
    began = clock()
    clock.forward(1.0)
    await fail(circuits, "throttle")
    await circuits.reached(HERE, began)
    assert circuits.state(HERE) == "open"


async def test_a_provider_may_ask_for_more_time_but_not_for_ever(circuits: Circuits, clock: StillClock):
    await fail(circuits, "throttle", wait_s=60.0)
    assert circuits.breakers()[0].probe_at == clock() + timedelta(seconds=60)
    await fail(circuits, "throttle", wait_s=1e9)
    assert circuits.breakers()[0].probe_at == clock() + timedelta(seconds=RULES["throttle"].most_s)


async def test_no_balance_is_not_an_overload(circuits: Circuits, clock: StillClock):
    """Each has its own time, and a probe waits for both."""
    await fail(circuits, "account")
    await fail(circuits, "transient", last=True)
    assert {each.reason for each in circuits.breakers()} == {"account", "transient"}
    clock.forward(RULES["transient"].first_s)
    assert circuits.state(HERE) == "open"
    clock.forward(RULES["account"].first_s)
    assert circuits.admit(HERE) == "probe"
    await fail(circuits, "transient", probe=True)
    trips = {each.reason: each.trips for each in circuits.breakers()}
    assert trips == {"account": 1, "transient": 2}


async def test_an_answer_to_the_probe_closes_all_and_the_book_knows(
    circuits: Circuits, book: MemoryBook, clock: StillClock
):
    await fail(circuits, "account")
    await fail(circuits, "throttle")
    await fail(circuits, "account", place=THERE)
    clock.forward(RULES["account"].first_s)
    circuits.admit(HERE)
    await circuits.reached(HERE, clock())
    circuits.release(HERE)
    assert circuits.state(HERE) == "closed"
    assert {key[:2] for key in book.open} == {THERE}


async def test_a_restart_forgets_nothing(circuits: Circuits, book: MemoryBook, clock: StillClock):
    await fail(circuits, "account")
    clock.forward(RULES["account"].first_s)
    circuits.admit(HERE)
    await fail(circuits, "account", probe=True)
    after = Circuits(book, clock)
    await after.load()
    assert after.breakers() == circuits.breakers()
    assert after.state(HERE) == "open"
    assert after.breakers()[0].trips == 2


async def test_an_act_opens_the_way_for_a_probe_only_if_it_came_after_the_refusal(
    circuits: Circuits, clock: StillClock
):
    await fail(circuits, "account")
    circuits.acted(HERE, clock())
    circuits.acted(HERE, clock() + timedelta(days=1))
    assert circuits.state(HERE) == "open"
    clock.forward(1.0)
    circuits.acted(HERE, clock())
    assert circuits.admit(HERE) == "probe"
    await fail(circuits, "account", probe=True)
    circuits.release(HERE)
    circuits.acted(HERE, clock())
    assert circuits.state(HERE) == "open"


async def test_an_act_changes_nothing_where_the_account_is_not_the_reason(
    circuits: Circuits, clock: StillClock
):
    await fail(circuits, "throttle")
    circuits.acted(HERE, clock() + timedelta(days=1))
    assert circuits.state(HERE) == "open"
