import asyncio

from hypothesis import given
from hypothesis import strategies as st

from app.outbound.lane.waiting import WaitingLine


def _line(batch_max: int = 16, batch_tokens: int = 512) -> WaitingLine:
    return WaitingLine(token_limit=128, batch_max=batch_max, batch_tokens=batch_tokens)


@given(st.lists(st.tuples(st.integers(0, 3), st.text(max_size=400)), max_size=40))
def test_order_is_priority_then_age_and_nothing_is_lost(asked: list[tuple[int, str]]) -> None:
    async def scenario() -> list[tuple[int, int]]:
        line = _line()
        for priority, text in asked:
            line.add(text, priority)
        taken = []
        while len(line):
            batch = await line.take()
            assert len(batch) == 1 or sum(item.cost(128) for item in batch) <= 512
            assert len(batch) <= 16
            taken += [(item.priority, item.number) for item in batch]
        return taken

    taken = asyncio.run(scenario())
    assert taken == sorted(taken)
    assert len(taken) == len(asked)


async def test_what_was_tried_before_comes_alone() -> None:
    line = _line()
    first, second, third = (line.add(text, 0) for text in "abc")
    await line.take()
    second.attempts = 1
    line.give_back([second, first, third])
    batches = [await line.take() for _ in range(3)]
    assert batches == [[first], [second], [third]]


async def test_dropped_items_leave_and_are_not_given_back() -> None:
    line = _line()
    kept, dropped = line.add("a", 0), line.add("b", 0)
    line.drop([dropped])
    assert len(line) == 1
    line.give_back([dropped])
    assert line.clear() == [kept]


async def test_take_waits_for_the_first() -> None:
    line = _line()
    async with asyncio.TaskGroup() as group:
        taking = group.create_task(line.take())
        await asyncio.sleep(0)
        item = line.add("x", 5)
    assert taking.result() == [item]
