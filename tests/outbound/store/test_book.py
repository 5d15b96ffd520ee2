"""One write: kept whole or not at all, each step once, each answer once."""

import asyncio
import threading
from dataclasses import replace

import pytest

from app.outbound.store import SqlStore, open_store
from app.records.action import LookUp, MoveStock
from app.records.answer import Say
from app.records.decision import Failed, Stage
from app.records.errors import ChainBroken, OwnFault, StaleDecision, WrongStage
from app.records.message import MessageKind
from app.records.plant import MovementKind


async def test_a_message_is_kept_as_it_came(store: SqlStore, make):
    message = make.message(
        "8寸主廚刀仲有幾多?", chat="group-1", quote="上次", refers_to="t-1", raw='{"a":"\\ud83d"}'
    )
    accepted = await store.write(lambda book: book.accept(message))
    assert (accepted.decision_id, accepted.fresh) == ("D-00001", True)
    decision = await make.read(store, accepted.decision_id)
    assert decision.message == message
    assert (decision.stage, decision.steps) == (Stage.RECEIVED, ())


async def test_a_message_that_comes_twice_changes_nothing(store: SqlStore, make, sql):
    message = make.message()
    await store.write(lambda book: book.accept(message))
    again = await store.write(lambda book: book.accept(message))
    assert (again.decision_id, again.fresh) == ("D-00001", False)
    assert sql("SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM audit)") == [(1, 1)]


@pytest.mark.parametrize("text", ["\ud83d", "a\x00b", "🔪" * 10, "字" * 40_000, ""])
async def test_text_that_no_database_keeps_loses_only_what_cannot_be_kept(store: SqlStore, make, text: str):
    decision = await make.begun(store, text=text)
    assert decision.message.text == text.replace("\ud83d", "\ufffd").replace("\x00", "\ufffd")
    assert store.audit_verify().ok


async def test_steps_walk_through_the_table(store: SqlStore, make):
    decision = await make.begun(store)
    steps = make.steps_to_done(decision)
    done = await store.write(lambda book: book.append(decision, steps))
    assert done.stage is Stage.DONE
    assert await make.read(store, done.id) == done
    assert await store.unfinished() == ()


async def test_a_step_that_the_table_forbids_keeps_nothing(store: SqlStore, make):
    decision = await make.begun(store)
    with pytest.raises(WrongStage):
        await store.write(lambda book: book.append(decision, (make.understood(), make.understood())))
    assert (await make.read(store, decision.id)).steps == ()
    assert store.audit_head()[0] == 1


async def test_a_decision_that_somebody_moved_on_is_stale(store: SqlStore, make):
    decision = await make.begun(store)
    await store.write(lambda book: book.append(decision, (make.understood(),)))
    with pytest.raises(StaleDecision):
        await store.write(
            lambda book: book.append(decision, (Failed(make.message().received_at, "x", Say("x")),))
        )


def test_of_two_threads_that_approve_one_decision_exactly_one_wins(url: str, make):
    """Each thread has a store of its own on the same database, as two services would."""
    first = open_store(url)
    held = asyncio.run(make.with_steps(first, make.understood(), make.held(LookUp("stock"))))
    both, outcomes = threading.Barrier(2), []

    def approve(by: str) -> None:
        store = open_store(url)
        both.wait()
        try:
            asyncio.run(store.write(lambda book: book.append(held, (make.approved(by=f"person:{by}"),))))
            outcomes.append(by)
        except StaleDecision:
            outcomes.append("stale")
        finally:
            store.close()

    threads = [threading.Thread(target=approve, args=(name,)) for name in ("lee.wai-man", "ng.mei-ling")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = next(name for name in outcomes if name != "stale")
    assert sorted(outcomes, key=lambda o: o == "stale") == [winner, "stale"]
    kept = first.decision(held.id)
    assert kept is not None
    assert [getattr(step, "by", "") for step in kept.steps][2:] == [f"person:{winner}"]
    assert first.audit_verify().ok
    first.close()


async def test_a_stale_step_that_is_forgiven_leaves_no_trace(store: SqlStore, make):
    decision = await make.begun(store)
    await store.write(lambda book: book.append(decision, (make.understood(),)))

    def forgive(book):
        with pytest.raises(StaleDecision):
            book.append(decision, (make.understood(),))
        with pytest.raises(WrongStage):
            book.append(decision, (make.refused(),))
        return book.append(decision, ())

    assert await store.write(forgive) == decision
    assert store.audit_verify().rows == 2


async def test_a_decision_that_is_not_there_is_stale(store: SqlStore, make):
    decision = replace(await make.begun(store), id="D-00099")
    with pytest.raises(StaleDecision):
        await store.write(lambda book: book.append(decision, (make.understood(),)))


async def test_everything_in_one_write_is_kept_or_nothing(plant: SqlStore, make):
    decision = await make.begun(plant)
    move = MoveStock("KN-STEAK", "A", MovementKind.RECEIPT, 50)

    def change(book):
        book.append(decision, make.steps_to_done(decision, move))
        book.apply(move, "D-00001:x")
        book.answer(decision, "ok")
        raise RuntimeError("the end of the world")

    before = await plant.read(lambda facts: facts.stock("KN-STEAK"))
    with pytest.raises(RuntimeError, match="end of the world"):
        await plant.write(change)
    assert await plant.read(lambda facts: facts.stock("KN-STEAK")) == before
    assert (await make.read(plant, decision.id)).stage is Stage.RECEIVED
    assert await plant.outbox.due(9) == ()


async def test_a_second_final_answer_is_refused(store: SqlStore, make):
    decision = await make.begun(store)
    await store.write(lambda book: book.answer(decision, "one"))
    with pytest.raises(OwnFault):
        await store.write(lambda book: book.answer(decision, "two"))
    await store.write(lambda book: book.answer(decision, "still working", final=False))
    kept = await store.by_ticket(decision.id)
    assert kept is not None
    assert kept.reply == "still working"


@pytest.mark.parametrize(("more", "final", "stream"), [
    ({}, True, "s-D-00001"), ({}, False, ""), ({"req_id": ""}, True, ""),
    ({"kind": MessageKind.CLICK}, True, ""), ({"kind": MessageKind.VOICE}, True, "s-D-00001"),
    ({"kind": MessageKind.ENTER}, True, "s-D-00001"),
])  # fmt: skip
async def test_only_a_final_answer_to_a_message_finishes_a_bubble(store: SqlStore, make, more, final, stream):
    decision = await make.begun(store, **more)
    await store.write(lambda book: book.answer(decision, "答", final=final))
    (row,) = await store.outbox.due(9)
    clicked = decision.message.kind is MessageKind.CLICK
    assert (row.stream, bool(row.req_id)) == (stream, bool(stream) or clicked)
    assert row.task == (decision.message.refers_to if clicked else "")
    assert row.reply_to == decision.message.msgid


async def test_an_answer_goes_where_the_question_came_from(store: SqlStore, make):
    single, group = await make.begun(store), await make.begun(store, chat="group-1")
    await store.write(
        lambda book: [
            book.answer(single, "a"),
            book.answer(group, "b"),
            book.notify(group.id, "lee.wai-man", "c"),
        ]
    )
    rows = await store.outbox.due(9)
    assert [(r.to, r.group, r.text) for r in rows] == [
        ("chan.siu-ming", False, "a"), ("group-1", True, "b"), ("lee.wai-man", False, "c")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "ticket", ["D-1", "D-000042", "d-00001", "42", "", "D-99999", "D-٠٠٠٠١", "D-" + "9" * 40]
)
async def test_what_is_no_ticket_is_no_decision(store: SqlStore, make, ticket: str):
    await make.begun(store)
    assert await store.read(lambda facts: facts.decision(ticket)) is None


async def test_steps_that_break_the_table_are_not_believed(store: SqlStore, make, sql):
    decision = await make.begun(store)
    await store.write(lambda book: book.append(decision, make.steps_to_done(decision)))
    sql("DELETE FROM steps WHERE n = 2")
    with pytest.raises(ChainBroken, match="acted cannot follow understood"):
        store.decision(decision.id)


async def test_unfinished_are_the_open_stages_oldest_first(store: SqlStore, make):
    await make.begun(store)
    await make.with_steps(store, make.understood(), make.refused())
    await make.with_steps(store, make.understood(), make.held(LookUp("x")))
    await make.with_steps(store, make.understood())
    await make.with_steps(store, make.understood(), make.approved())
    assert [d.id for d in await store.unfinished()] == ["D-00001", "D-00004", "D-00005"]
    assert [d.id for d in await store.read(lambda facts: facts.held())] == ["D-00003"]


async def test_a_message_may_begin_several_decisions_each_sealed_and_each_once(store: SqlStore, make):
    first = await make.begun(store, text="两件事")
    second = await store.write(lambda book: book.divide(first, 1))
    assert (second.id, second.part, second.stage) == ("D-00002", 1, Stage.RECEIVED)
    done = await store.write(lambda book: book.append(second, make.steps_to_done(second)))
    assert await make.read(store, second.id) == done
    assert (done.message, (await make.read(store, first.id)).part) == (first.message, 0)
    with pytest.raises(OwnFault):
        await store.write(lambda book: book.divide(first, 1))
    assert store.audit_verify().ok


async def test_only_the_first_decision_of_a_message_finishes_the_bubble(store: SqlStore, make):
    first = await make.begun(store)
    second = await store.write(lambda book: book.divide(first, 1))
    await store.write(lambda book: book.answer(first, "all of it"))
    for text in ("later", "later still"):
        await store.write(lambda book, t=text: book.answer(second, t))
    said = []
    while rows := await store.outbox.due(9):
        said += [(row.decision_id, row.text, row.stream) for row in rows]
        for row in rows:
            await store.outbox.sent(row.id, make.message().received_at)
    assert said == [
        ("D-00001", "all of it", "s-D-00001"),
        ("D-00002", "later", ""),
        ("D-00002", "later still", ""),
    ]
    assert (await store.by_ticket(second.id)).reply == "later still"


async def test_a_message_that_comes_twice_is_its_first_decision_again(store: SqlStore, make):
    message = make.message()
    await store.write(lambda book: book.accept(message))
    first = await make.read(store, "D-00001")
    await store.write(lambda book: book.divide(first, 1))
    again = await store.write(lambda book: book.accept(message))
    assert (again.decision_id, again.fresh) == ("D-00001", False)
