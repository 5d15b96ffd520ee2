"""What the console, the clock and IT are told."""

from datetime import timedelta

from app.outbound.store import SqlStore
from app.records.views import JobRun


async def test_recent_messages_come_newest_first_with_their_end(store: SqlStore, make, ticker):
    for n in range(5):
        decision = await make.begun(store, text=f"q{n}")
        await store.write(lambda book, d=decision: book.append(d, make.steps_to_done(d)))
    await store.write(lambda book: book.answer(decision, "answer"))
    await store.write(lambda book: book.notify(decision.id, "lee.wai-man", "a notice is no reply"))
    sent = ticker.now + timedelta(milliseconds=40)
    await store.outbox.claim(1)
    await store.outbox.sent(1, sent)
    await store.write(lambda book: book.answer(decision, "and later", final=False))
    kept = await store.recent(3)
    assert [k.decision.message.text for k in kept] == ["q4", "q3", "q2"]
    assert all(len(k.decision.steps) == 3 for k in kept)
    assert (kept[0].reply, kept[0].sent_at, kept[0].undelivered) == ("and later", sent, False)
    assert (kept[1].reply, kept[1].sent_at) == ("", None)
    assert len(await store.recent(100)) == 5


async def test_one_message_is_found_by_its_msgid_and_its_ticket(store: SqlStore, make):
    await make.begun(store)
    decision = await make.begun(store, msgid="the-one")
    await store.write(lambda book: book.answer(decision, "答"))
    by_msgid, by_ticket = await store.by_msgid("the-one"), await store.by_ticket(decision.id)
    assert by_msgid == by_ticket
    assert by_msgid is not None
    assert (by_msgid.decision, by_msgid.reply) == (decision, "答")
    assert (await store.by_msgid("no-such"), await store.by_ticket("D-99999")) == (None, None)


async def test_counts(store: SqlStore, make):
    for _ in range(2):
        decision = await make.with_steps(store, make.understood(), make.refused())
        await store.write(lambda book, d=decision: book.answer(d, "no"))
    await make.begun(store)
    await store.outbox.claim(1)
    await store.outbox.given_up(1, "gone")
    found = await store.counts()
    assert (found.messages, dict(found.stages)) == (3, {"refused": 2, "received": 1})
    assert (found.unsent, found.undelivered, found.audit_rows) == (1, 1, 7)
    assert await store.undelivered() == 1


async def test_jobs_are_remembered(store: SqlStore, ticker):
    assert await store.last_run("plan") is None
    await store.ran("plan", ticker.now, "ok", 2)
    later = ticker.now + timedelta(hours=1)
    await store.ran("plan", later, "CH-211", 1, later + timedelta(hours=24))
    await store.ran("anchor", ticker.now, "ok", 0)
    assert await store.last_run("plan") == later
    assert await store.jobs() == (
        JobRun("anchor", ticker.now, "ok", 0),
        JobRun("plan", later, "CH-211", 3, later + timedelta(hours=24)),
    )


async def test_the_latest_vote_counts_and_can_be_withdrawn(store: SqlStore, sql):
    for userid, vote in (("a", 1), ("b", 2), ("a", 2), ("b", 3), ("c", 3), ("d", 9)):
        await store.write(
            lambda book, u=userid, v=vote: book.vote("D-00001", u, v, reasons=(2, 4), words="少")
        )
    seen = "SELECT answer, userid, vote, reasons, words, decision FROM feedback"
    assert sql(seen) == [("D-00001", "a", 2, "[2,4]", "少", 1)]
    await store.write(lambda book: book.vote("D-00001", "a", 1, reasons=(2,), words="少"))
    assert sql(seen) == [("D-00001", "a", 1, "[]", "", 1)], "what fits needs no reason"


async def test_ping_answers(store: SqlStore):
    await store.ping()
