"""The supervisor against a child that crashes, hangs, lies and prints."""

import asyncio
import os
import signal
from dataclasses import replace

import pytest

from app.outbound.lane.lane import Endurance
from app.records.errors import LaneDown

QUICK = Endurance(start_s=20.0, hang_s=20.0, pause_s=0.01, pause_max_s=0.05)


async def test_vectors_come_in_order(fake_lane) -> None:
    async with fake_lane() as lane:
        assert await lane.embed(["a", "bbb", "cc"], priority=1, timeout_s=20) == [[1, 0], [3, 0], [2, 0]]
        assert await lane.embed([], priority=1, timeout_s=20) == []
        assert lane.model_hash == "abababababab"


async def test_a_poison_text_is_refused_after_two_crashes_and_the_others_answered(fake_lane) -> None:
    async with fake_lane() as lane:
        async with asyncio.TaskGroup() as group:
            good = [group.create_task(lane.embed([f"m{n}"], priority=1, timeout_s=20)) for n in range(5)]
            bad = group.create_task(_outcome(lane, "poison"))
        assert [await task for task in good] == [[[2, 0]]] * 5
        assert "twice" in bad.result()
        assert "signal 11" in lane.stats.last_fault
        assert (lane.stats.restarts, lane.stats.refused) == (2, 1)


async def test_a_poison_text_is_not_tried_again_later(fake_lane) -> None:
    async with fake_lane() as lane:
        await _outcome(lane, "poison")
        restarts = lane.stats.restarts
        assert "not tried again" in await _outcome(lane, "poison")
        assert await lane.embed(["fine"], priority=1, timeout_s=20)
        assert lane.stats.restarts == restarts


@pytest.mark.parametrize("word", ["garbage", "short", "nan", "fault"])
async def test_an_answer_that_makes_no_sense_costs_the_child_its_life(fake_lane, word: str) -> None:
    async with fake_lane() as lane:
        assert "twice" in await _outcome(lane, word)
        assert await lane.embed(["fine"], priority=1, timeout_s=20) == [[4, 0]]


async def test_a_hang_ends_with_a_new_child(fake_lane) -> None:
    async with fake_lane(endurance=replace(QUICK, hang_s=0.3)) as lane:
        assert "hung" in await _outcome(lane, "hang")
        assert await lane.embed(["fine"], priority=1, timeout_s=20) == [[4, 0]]
        assert lane.stats.restarts == 2


async def test_the_caller_is_told_in_time_while_the_child_hangs(fake_lane) -> None:
    async with fake_lane() as lane:
        await lane.ready.wait()
        with pytest.raises(LaneDown, match=r"no answer within 0\.05 s"):
            await lane.embed(["hang"], priority=1, timeout_s=0.05)


@pytest.mark.parametrize(
    ("mode", "said"), [("dies", "no memory for weights"), ("nonsense", "no frame begins")]
)
async def test_a_child_that_does_not_start_fails_waiters_at_once(fake_lane, mode: str, said: str) -> None:
    async with fake_lane(mode) as lane:
        assert said in await _outcome(lane, "hello")
        assert said in await _outcome(lane, "again")
        assert not lane.ready.is_set()


async def test_a_child_that_says_nothing_is_replaced(fake_lane, until) -> None:
    async with fake_lane("mute", replace(QUICK, start_s=0.2)) as lane:
        await until(lambda: lane.stats.restarts >= 2)
        assert "not ready within" in lane.stats.last_fault


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
async def test_an_idle_child_that_is_killed_comes_back(fake_lane, until, blow: signal.Signals) -> None:
    async with fake_lane() as lane:
        await lane.ready.wait()
        os.kill(lane.pid, blow)
        assert await lane.embed(["abc"], priority=1, timeout_s=20) == [[3, 0]]
        assert lane.stats.restarts == 1


async def test_too_many_waiting_is_overloaded_at_once(fake_lane, until) -> None:
    async with fake_lane(queue_max=3, batch_max=1) as lane:
        await lane.ready.wait()
        async with asyncio.TaskGroup() as group:
            hung = group.create_task(_outcome(lane, "hang", timeout_s=0.5))
            await until(lambda: lane.stats.evaluating)
            waiting = [group.create_task(_outcome(lane, "w", timeout_s=0.5)) for _ in range(3)]
            await asyncio.sleep(0)
            assert "overloaded" in await _outcome(lane, "one too many")
            assert lane.stats.waiting == 3
        assert all("no answer" in task.result() for task in (hung, *waiting))
        assert lane.stats.waiting == 0


async def test_cancelling_leaves_the_line(fake_lane, until) -> None:
    async with fake_lane(batch_max=1) as lane:
        await lane.ready.wait()
        async with asyncio.TaskGroup() as group:
            hung = group.create_task(_outcome(lane, "hang", timeout_s=0.5))
            await until(lambda: lane.stats.evaluating)
            waiting = group.create_task(lane.embed(["w", "x"], priority=0, timeout_s=20))
            await asyncio.sleep(0)
            assert lane.stats.waiting == 2
            waiting.cancel()
            await asyncio.wait([waiting])
            assert lane.stats.waiting == 0
        assert "no answer" in hung.result()


async def test_urgent_messages_overtake(fake_lane) -> None:
    async with fake_lane(batch_max=1) as lane:
        order: list[str] = []

        async def ask(text: str, priority: int) -> None:
            await lane.embed([text], priority=priority, timeout_s=20)
            order.append(text)

        async with asyncio.TaskGroup() as group:
            for text, priority in (("late", 9), ("later", 9), ("now", 0)):
                group.create_task(ask(text, priority))
    assert order == ["now", "late", "later"]


async def test_nobody_waits_for_ever_when_the_lane_stops(fake_lane, until) -> None:
    async with asyncio.TaskGroup() as group:  # noqa: SIM117 - the lane ends first
        async with fake_lane(batch_max=1) as lane:
            await lane.ready.wait()
            pid = lane.pid
            tasks = [group.create_task(_outcome(lane, text, timeout_s=60)) for text in ("hang", "behind it")]
            await until(lambda: lane.stats.evaluating)
    assert ["has stopped" in task.result() for task in tasks] == [True, True]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def _outcome(lane, text: str, timeout_s: float = 20) -> str:
    try:
        return str(await lane.embed([text], priority=1, timeout_s=timeout_s))
    except LaneDown as fault:
        return str(fault)
