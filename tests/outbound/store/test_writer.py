"""Group commit: neighbours share a commit and nothing else; what was acknowledged is there."""

import asyncio
import threading
from concurrent.futures import Future
from typing import Any

import pytest
import sqlalchemy as sa

from app.outbound.store import SqlStore, open_store
from app.outbound.store.writer import Writer
from app.records.action import MoveStock
from app.records.errors import Down, OwnFault, StoreFull
from app.records.plant import MovementKind


class Gate:
    """Holds the writer back while changes queue up behind it."""

    def __init__(self, writer: Writer) -> None:
        self._open, entered = threading.Event(), threading.Event()
        self._held = writer.submit(lambda _book: (entered.set(), self._open.wait(10)))
        entered.wait(10)

    def release(self) -> None:
        self._open.set()
        self._held.result(10)


def outcomes(futures: list[Future[Any]]) -> list[str]:
    faults = [future.exception(10) for future in futures]
    return ["ok" if fault is None else type(fault).__name__ for fault in faults]


def accept(make, **more):
    message = make.message(**more)
    return lambda book: book.accept(message)


def test_all_that_wait_share_one_commit(store: SqlStore, make):
    commits: list[object] = []
    sa.event.listen(store._engines.write, "commit", commits.append)
    gate = Gate(store._writer)
    futures = [store._writer.submit(accept(make)) for _ in range(100)]
    gate.release()
    assert [future.result(10).decision_id for future in futures] == [f"D-{n:05d}" for n in range(1, 101)]
    assert len(commits) == 3, "the gate, 64 changes, 36 changes"


def test_a_change_that_raises_loses_only_itself(plant: SqlStore, make, sql):
    def half_done(book):
        book.accept(make.message("lost"))
        book.apply(MoveStock("KN-STEAK", "A", MovementKind.RECEIPT, 1), "lost")
        raise LookupError("after half the work")

    def forbidden(book):
        book.accept(make.message("lost too"))
        book.apply(MoveStock("KN-STEAK", "A", MovementKind.ISSUE, 1e6), "too much")

    gate = Gate(plant._writer)
    changes = [accept(make), half_done, accept(make), forbidden, accept(make)]
    futures: list[Future[Any]] = [plant._writer.submit(change) for change in changes]
    gate.release()
    assert outcomes(futures) == ["ok", "LookupError", "ok", "OwnFault", "ok"]
    assert sql("SELECT count(*) FROM inbox") == [(3,)]
    assert sql("SELECT count(*) FROM movements") == [(0,)]
    assert plant.audit_verify().ok
    assert plant.audit_head()[0] == 3


def test_a_commit_that_fails_fails_all_that_shared_it(tmp_path, make):
    """SQLite checks a deferred foreign key at the commit itself."""
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")

    def breaks_at_commit(book):
        book.line.plain("PRAGMA defer_foreign_keys=ON")
        book.line.plain("INSERT INTO steps (decision, n, kind, body, at) VALUES (999, 1, 'x', '{}', '')")

    gate = Gate(store._writer)
    futures: list[Future[Any]] = [
        store._writer.submit(c) for c in (accept(make), breaks_at_commit, accept(make))
    ]
    gate.release()
    assert outcomes(futures) == ["OwnFault"] * 3
    assert store._writer.submit(accept(make)).result(10).decision_id == "D-00001"
    assert store.audit_verify().rows == 1
    store.close()


def test_a_full_disk_is_named_and_loses_nothing_acknowledged(tmp_path, make):
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store._writer.submit(lambda book: book.line.plain("PRAGMA max_page_count=140")).result(10)
    acknowledged = []
    while (fault := (future := store._writer.submit(accept(make, raw="x" * 5000))).exception(10)) is None:
        acknowledged.append(future.result().decision_id)
    assert isinstance(fault, StoreFull)
    assert "cannot be written" in str(fault)
    assert acknowledged
    assert all(store.decision(ticket) for ticket in acknowledged)
    after = store._writer.submit(accept(make)).result(10)
    assert after.fresh, "the next connection has room again"
    assert store.audit_verify().rows == len(acknowledged) + 1
    store.close()


def test_a_full_disk_fails_the_whole_batch_with_its_own_name(tmp_path, make):
    """SQLite may end the transaction itself: then what went before in the batch is gone as well."""
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store._writer.submit(lambda book: book.line.plain("PRAGMA max_page_count=140")).result(10)
    gate = Gate(store._writer)
    futures = [store._writer.submit(accept(make, raw="x" * 50_000)) for _ in range(20)]
    gate.release()
    found = outcomes(futures)
    assert set(found) <= {"ok", "StoreFull"}
    assert "StoreFull" in found
    kept = [n for n, outcome in enumerate(found, 1) if outcome == "ok"]
    assert store.audit_verify().rows == len(kept)
    store.close()


def test_a_transaction_that_sqlite_ended_fails_all_in_it_with_the_cause(tmp_path, make):
    """SQLite rolls back by itself on some errors of the disk; savepoints are gone with it."""
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")

    def ends_it(book):
        book.line.plain("ROLLBACK")
        raise StoreFull("the disk is gone")

    gate = Gate(store._writer)
    futures: list[Future[Any]] = [store._writer.submit(c) for c in (accept(make), ends_it, accept(make))]
    gate.release()
    assert outcomes(futures) == ["StoreFull"] * 3
    assert store._writer.submit(accept(make)).result(10).decision_id == "D-00001"
    assert store.audit_verify().rows == 1
    store.close()


def test_a_store_that_cannot_be_written_says_so(tmp_path, make):
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store._writer.submit(lambda book: book.line.plain("PRAGMA query_only=ON")).result(10)
    with pytest.raises(StoreFull, match="readonly"):
        store._writer.submit(accept(make)).result(10)
    store.close()


def test_a_store_that_another_holds_is_down_not_broken(tmp_path, make):
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    store = open_store(url)
    store._writer.submit(lambda book: book.line.plain("PRAGMA busy_timeout=1")).result(10)
    with store._engines.write.connect() as other, other.begin():
        fault = store._writer.submit(accept(make)).exception(10)
    assert isinstance(fault, Down)
    assert "locked" in str(fault)
    assert store._writer.submit(accept(make)).result(10).fresh
    store.close()


async def test_a_server_that_ends_the_connection_is_down_and_found_again(store: SqlStore, make, sql):
    if store._engines.write.dialect.name != "postgresql":
        pytest.skip("there is no server")
    await make.begun(store)
    sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database()")  # fmt: skip
    with pytest.raises(Down):
        await store.write(accept(make))
    with pytest.raises(Down):
        await store.read(lambda facts: facts.people())
    await make.begun(store)
    assert store.audit_verify().rows == 2


async def test_a_write_that_is_cancelled_in_time_never_runs(store: SqlStore, make):
    gate = Gate(store._writer)
    ran: list[str] = []
    async with asyncio.TaskGroup() as group:
        task = group.create_task(store.write(lambda _book: ran.append("it")))
        await asyncio.sleep(0)
        task.cancel()
    gate.release()
    await store.ping()
    assert ran == []


async def test_a_write_that_is_cancelled_under_way_hurts_no_neighbour(store: SqlStore, make):
    """Its change is kept: whoever cancelled must look whether it is."""
    gate, inside, go_on = Gate(store._writer), threading.Event(), threading.Event()
    message = make.message("cancelled")

    def slow(book):
        inside.set()
        go_on.wait(10)
        return book.accept(message)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        tasks = [group.create_task(store.write(c)) for c in (accept(make), slow, accept(make))]
        await asyncio.sleep(0)
        gate.release()
        await asyncio.to_thread(inside.wait, 10)
        tasks[1].cancel()
        await asyncio.sleep(0)
        go_on.set()
    assert [tasks[0].result().fresh, tasks[1].cancelled(), tasks[2].result().fresh] == [True] * 3
    assert await store.by_msgid(message.msgid) is not None


def test_a_loop_that_is_closed_hurts_no_neighbour(store: SqlStore, make):
    gate = Gate(store._writer)
    loop = asyncio.new_event_loop()
    left = loop.create_task(store.write(accept(make)))
    left._log_destroy_pending = False
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    neighbour = store._writer.submit(accept(make))
    gate.release()
    assert neighbour.result(10).decision_id == "D-00002"
    asyncio.run(store.ping())


async def test_neighbours_of_a_change_that_raises_hear_of_theirs_only(store: SqlStore, make):
    def raises(_book):
        raise StopIteration

    gate = Gate(store._writer)
    writes = asyncio.gather(
        *(store.write(c) for c in (accept(make), raises, accept(make))), return_exceptions=True
    )
    await asyncio.sleep(0)
    gate.release()
    async with asyncio.timeout(10):
        first, fault, third = await writes
    assert (first.fresh, type(fault), third.fresh) == (True, OwnFault, True)


def test_a_ping_that_is_not_answered_is_down(store: SqlStore):
    gate = Gate(store._writer)
    with pytest.raises(Down, match=r"not answered within 0\.01 s"):
        store.ping_now(0.01)
    gate.release()
    store.ping_now()


@pytest.mark.parametrize("fault", [StopIteration(), LookupError("x"), GeneratorExit(), KeyboardInterrupt()])
async def test_whatever_a_change_raises_somebody_hears_and_the_writer_lives(store: SqlStore, make, fault):
    def raises(_book):
        raise fault

    heard = OwnFault if isinstance(fault, StopIteration) else type(fault)
    with pytest.raises(heard):
        await store.write(raises)
    assert (await make.begun(store)).id == "D-00001"


async def test_one_msgid_many_times_at_once_is_fresh_once(store: SqlStore, make):
    message = make.message()
    found = await asyncio.gather(*(store.write(lambda book: book.accept(message)) for _ in range(20)))
    assert sum(accepted.fresh for accepted in found) == 1
    assert {accepted.decision_id for accepted in found} == {"D-00001"}


async def test_a_look_sees_one_moment(store: SqlStore, make):
    def twice(facts):
        before = len(facts.line.all(sa.text("SELECT n FROM inbox")))
        store._writer.submit(accept(make)).result(10)
        return before, len(facts.line.all(sa.text("SELECT n FROM inbox")))

    await make.begun(store)
    assert await store.read(twice) == (1, 1)
    assert await store.read(lambda facts: len(facts.line.all(sa.text("SELECT n FROM inbox")))) == 2


async def test_a_look_cannot_write(store: SqlStore):
    with pytest.raises(OwnFault):
        await store.read(lambda facts: facts.line.plain("DELETE FROM inbox"))


async def test_what_a_look_raises_is_raised(store: SqlStore):
    with pytest.raises(ZeroDivisionError):
        await store.read(lambda _facts: 1 // 0)
    await store.ping()


def test_closing_finishes_what_waits(url: str, make):
    store = open_store(url)
    gate = Gate(store._writer)
    futures = [store._writer.submit(accept(make)) for _ in range(5)]
    closing = threading.Thread(target=store.close)
    closing.start()
    gate.release()
    closing.join(10)
    assert outcomes(futures) == ["ok"] * 5
    with pytest.raises(OwnFault, match="closed"):
        store._writer.submit(accept(make))
    with pytest.raises(OwnFault, match="closed"):
        store.decision("D-00001")
    store.close()


class Slow:
    """A queue in front of another: what is put waits until somebody has said the last word, or cannot."""

    def __init__(self, inner) -> None:
        self._inner, self.entered, self._last = inner, threading.Event(), threading.Event()

    def put(self, attempt) -> None:
        if attempt is None:
            self._last.set()
        else:
            self.entered.set()
            self._last.wait(0.2)
        self._inner.put(attempt)

    def get(self):
        return self._inner.get()

    def empty(self) -> bool:
        return self._inner.empty()


def test_nothing_is_queued_behind_the_last_word(url: str, make):
    """A change whose caller was let in resolves, even when the store is closed in the same moment."""
    store, found = open_store(url), []
    gate, slow = Gate(store._writer), Slow(store._writer._queue)
    store._writer._queue = slow
    submitting = threading.Thread(target=lambda: found.append(store._writer.submit(accept(make))))
    closing = threading.Thread(target=store.close)
    submitting.start()
    assert slow.entered.wait(10)
    closing.start()
    submitting.join(10)
    gate.release()
    closing.join(10)
    assert outcomes(found) == ["ok"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_all_that_wait_hear_of_it_when_the_writer_ends(url: str, make):
    store = open_store(url)
    gate = Gate(store._writer)

    def ends():
        raise MemoryError

    store._writer._take = ends
    futures = [store._writer.submit(accept(make)) for _ in range(3)]
    writes = asyncio.gather(*(store.write(accept(make)) for _ in range(3)), return_exceptions=True)
    await asyncio.sleep(0)
    gate.release()
    assert outcomes(futures) == ["OwnFault"] * 3
    async with asyncio.timeout(10):
        assert [type(fault) for fault in await writes] == [OwnFault] * 3
    with pytest.raises(OwnFault, match="closed"):
        await store.write(accept(make))
    store.close()
