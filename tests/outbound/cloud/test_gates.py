"""Places at once and per minute: how many get in, who waits, and that nobody takes one away by leaving."""

import asyncio

from app.outbound.cloud.gates import Gates
from app.settings.cloud import Cloud, DeepSeek


def gates(at_once: int = 2, per_minute: int = 100) -> Gates:
    return Gates(Cloud(deepseek=DeepSeek(calls_at_once=at_once, calls_per_minute=per_minute)))


async def test_no_more_than_allowed_are_in_at_once():
    door = gates(at_once=2)
    assert [await door.enter("deepseek", 0) for _ in range(3)] == [True, True, False]
    assert await door.enter("tencent", 0)
    door.leave("deepseek")
    assert await door.enter("deepseek", 0)


async def test_no_more_than_allowed_begin_in_a_minute():
    door = gates(at_once=10, per_minute=12)
    assert [await door.enter("deepseek", 0) for _ in range(5)] == [True, True, True, False, False]
    for _ in range(3):
        door.leave("deepseek")
    assert not await door.enter("deepseek", 0)


async def test_who_waits_gets_the_place_that_comes_free():
    door = gates(at_once=1)
    assert await door.enter("deepseek", 0)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(door.enter("deepseek", 30))
        await asyncio.sleep(0)
        assert not waiting.done()
        door.leave("deepseek")
    assert waiting.result()


async def test_who_is_cancelled_or_late_keeps_no_place():
    door = gates(at_once=1, per_minute=1)
    assert await door.enter("deepseek", 0)
    door.leave("deepseek")
    for _ in range(3):
        assert not await door.enter("deepseek", 0)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(door.enter("deepseek", 30))
        await asyncio.sleep(0)
        waiting.cancel()
    assert not door._slots["deepseek"].locked()
