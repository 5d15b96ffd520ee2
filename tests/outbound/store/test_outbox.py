"""What must still be said: in order within a conversation, through crashes, given up aloud."""

import asyncio
from datetime import timedelta

import pytest

from app.outbound.store import SqlStore, open_store
from app.records.errors import NotWaiting


async def said(store: SqlStore, make, *texts: str, **more) -> None:
    for text in texts:
        decision = await make.begun(store, **more)
        await store.write(lambda book, d=decision, t=text: book.answer(d, t))


async def due(store: SqlStore, limit: int = 9) -> list[str]:
    return [row.text for row in await store.outbox.due(limit)]


async def test_one_per_conversation_oldest_first(store: SqlStore, make):
    await said(store, make, "a1", "a2")
    await said(store, make, "b1", sender="lau.man-kit")
    await said(store, make, "g1", "g2", chat="group-1")
    await said(store, make, "same id, other kind", sender="group-1")
    assert await due(store) == ["a1", "b1", "g1", "same id, other kind"]
    assert await due(store, 2) == ["a1", "b1"]


async def test_a_later_answer_never_overtakes(store: SqlStore, make, ticker):
    await said(store, make, "a1", "a2", "a3")
    (first,) = await store.outbox.due(9)
    await store.outbox.claim(first.id)
    assert await due(store) == []
    await store.outbox.put_off(first.id, ticker.now + timedelta(seconds=30), doubtful=False)
    assert await due(store) == []
    ticker.now += timedelta(seconds=30)
    (again,) = await store.outbox.due(9)
    assert (again.id, again.attempts, again.doubtful) == (first.id, 1, False)
    await store.outbox.claim(again.id)
    await store.outbox.sent(again.id, ticker.now)
    assert await due(store) == ["a2"]


async def test_what_is_given_up_holds_nothing_back_and_shows(store: SqlStore, make, sql):
    await said(store, make, "a1", "a2")
    (first,) = await store.outbox.due(9)
    await store.outbox.claim(first.id)
    await store.outbox.given_up(first.id, "errcode 40058")
    assert await due(store) == ["a2"]
    assert await store.undelivered() == 1
    assert sql("SELECT state, reason FROM outbox WHERE n = 1") == [("given_up", "errcode 40058")]
    kept = await store.by_ticket("D-00001")
    assert kept is not None
    assert kept.undelivered


async def test_what_was_claimed_before_a_crash_comes_back_in_doubt(url: str, make):
    store = open_store(url)
    await said(store, make, "claimed")
    await said(store, make, "waiting", sender="b")
    await said(store, make, "sent", sender="c")
    rows = {row.text: row.id for row in await store.outbox.due(9)}
    await store.outbox.claim(rows["claimed"])
    await store.outbox.claim(rows["sent"])
    await store.outbox.sent(rows["sent"], make.message().received_at)
    store.close()
    again = open_store(url)
    assert await due(again) == ["waiting"], "another program that only looks must not take claims back"
    assert await again.recover() == 1
    assert {row.text: row.doubtful for row in await again.outbox.due(9)} == {
        "claimed": True,
        "waiting": False,
    }
    assert await again.recover() == 0
    again.close()


async def test_an_answer_in_doubt_stays_so_while_it_is_put_off(store: SqlStore, make, ticker):
    await said(store, make, "a1")
    await store.outbox.claim(1)
    await store.outbox.put_off(1, ticker.now, doubtful=True)
    (row,) = await store.outbox.due(9)
    assert row.doubtful


async def test_nothing_is_due_before_its_time(store: SqlStore, make, ticker):
    await said(store, make, "a1")
    ticker.now -= timedelta(seconds=1)
    assert await due(store) == []


async def test_only_what_waits_can_be_claimed(store: SqlStore, make, ticker, sql):
    await said(store, make, "a1")
    await store.outbox.claim(1)
    with pytest.raises(NotWaiting, match="twice"):
        await store.outbox.claim(1)
    await store.outbox.sent(1, ticker.now)
    for gone in (1, 99):
        with pytest.raises(NotWaiting):
            await store.outbox.claim(gone)
    assert sql("SELECT state, attempts FROM outbox") == [("sent", 1)]


async def test_of_two_nodes_that_saw_the_same_row_one_says_it(store: SqlStore, url: str, make):
    await said(store, make, "a1")
    other = open_store(url)
    assert [row.id for node in (store, other) for row in await node.outbox.due(9)] == [1, 1]
    claims = (node.outbox.claim(1) for node in (store, other))
    outcomes = await asyncio.gather(*claims, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "NotWaiting"]
    other.close()
