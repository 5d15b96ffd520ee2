"""The chain names what was tampered with, and where."""

from datetime import UTC, datetime

import pytest

from app.outbound.store import SqlStore
from app.outbound.store.audit import START, verify
from app.outbound.store.engine import open_engines
from app.outbound.store.line import Line
from app.records.action import LookUp
from app.records.answer import Say
from app.records.decision import Failed, PlanAsked

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
async def told(store: SqlStore, make) -> SqlStore:
    """Three decisions done one after the other: rows 1 to 12, four each."""
    for _ in range(3):
        decision = await make.begun(store)
        await store.write(lambda book, d=decision: book.append(d, make.steps_to_done(d)))
    return store


def test_an_empty_chain_holds(store: SqlStore):
    assert store.audit_head() == (0, START)
    assert (store.audit_verify().ok, store.audit_verify(START).ok) == (True, True)


def test_a_whole_chain_holds_with_every_anchor_in_it(told: SqlStore, sql):
    rows, head = told.audit_head()
    found = told.audit_verify(head)
    assert (found.ok, found.rows, found.head, found.first_bad) == (True, 12, head, None)
    assert rows == 12
    assert all(told.audit_verify(hash_).ok for (hash_,) in sql("SELECT hash FROM audit"))


@pytest.mark.parametrize(("tamper", "first_bad", "reason"), [
    ("UPDATE steps SET body = replace(body, '0.9', '0.1') WHERE decision = 2 AND n = 1", 6, "that it seals"),
    ("DELETE FROM steps WHERE decision = 2 AND n = 2", 7, "step that it seals"),
    ("UPDATE audit SET body = replace(body, '0.9', '0.1') WHERE seq = 6", 6, "contents were changed"),
    ("UPDATE audit SET at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 6", 6, "contents were changed"),
    ("UPDATE audit SET decision = 1 WHERE seq = 6", 6, "contents were changed"),
    ("UPDATE audit SET hash = 'x' WHERE seq = 6", 6, "contents were changed"),
    ("UPDATE audit SET prev_hash = 'x' WHERE seq = 6", 6, "does not follow"),
    ("DELETE FROM audit WHERE seq = 6", 6, "missing"),
    ("DELETE FROM audit WHERE seq = 1", 1, "missing"),
    ("DELETE FROM audit WHERE seq = 12", 12, "cut off"),
    ("DELETE FROM audit WHERE seq > 4", 5, "cut off"),
    ("DELETE FROM audit", 1, "cut off"),
    ("UPDATE inbox SET text = 'something else' WHERE n = 3", 9, "message that it seals"),
    ("UPDATE inbox SET sender = 'raj.kumar' WHERE n = 1", 1, "message that it seals"),
    ("UPDATE inbox SET raw = '[]' WHERE n = 1", 1, "message that it seals"),
    ("UPDATE steps SET kind = 'refused' WHERE decision = 2 AND n = 1", 6, "step that it seals"),
    ("UPDATE steps SET at = '2020-01-01T00:00:00.000000+00:00' WHERE decision = 2 AND n = 1", 6, "seals"),
])  # fmt: skip
def test_tampering_is_named(told: SqlStore, sql, tamper: str, first_bad: int, reason: str):
    sql(tamper)
    found = told.audit_verify()
    assert (found.ok, found.first_bad) == (False, first_bad)
    assert reason in found.reason
    assert found.rows == first_bad - 1


def test_rows_in_another_order_are_named(told: SqlStore, sql):
    for was, becomes in ((6, 99), (7, 6), (99, 7)):
        sql("UPDATE audit SET seq = :becomes WHERE seq = :was", was=was, becomes=becomes)
    found = told.audit_verify()
    assert found.first_bad == 6
    assert "does not follow" in found.reason


@pytest.mark.parametrize(("tamper", "first_bad", "reason"), [
    ("UPDATE audit SET body = x'ff41' WHERE seq = 6", 6, "contents were changed"),
    ("UPDATE audit SET body = CAST(x'ff41' AS TEXT) WHERE seq = 6", 6, "contents were changed"),
    ("UPDATE audit SET hash = x'ff' WHERE seq = 6", 6, "contents were changed"),
    ("UPDATE audit SET step = 9e999 WHERE seq = 6", 6, "contents were changed"),
    ("UPDATE steps SET body = x'ff41' WHERE decision = 2 AND n = 1", 6, "step that it seals"),
    ("UPDATE inbox SET text = CAST(x'ff41' AS TEXT) WHERE n = 3", 9, "message that it seals"),
    ("UPDATE inbox SET raw = CAST(x'ff41' AS TEXT) WHERE n = 3", 9, "message that it seals"),
    ("UPDATE inbox SET raw = x'ff41' WHERE n = 3", 9, "message that it seals"),
    ("INSERT INTO steps (decision, n, kind, body, at) VALUES ('x', 1, '', '', '')", 13, "step 1 of 'x'"),
    ("UPDATE decisions SET stage = x'ff' WHERE n = 3", 12, "D-00003 stands at"),
])  # fmt: skip
def test_what_is_no_text_is_named_like_any_other_tampering(told: SqlStore, sql, tamper, first_bad, reason):
    """SQLite keeps anything in any column."""
    if told._engines.write.dialect.name != "sqlite":
        pytest.skip("the database refuses it")
    sql(tamper)
    found = told.audit_verify()
    assert (found.ok, found.first_bad) == (False, first_bad)
    assert reason in found.reason


def test_a_tail_that_was_cut_off_with_its_steps_is_found_without_an_anchor(told: SqlStore, sql):
    sql("DELETE FROM audit WHERE seq > 10")
    sql("DELETE FROM steps WHERE decision = 3 AND n > 1")
    found = told.audit_verify()
    assert (found.first_bad, found.rows) == (11, 10)
    assert found.reason == "D-00003 counts 3 steps, 1 are sealed: the chain's end was cut off"


@pytest.mark.parametrize(("decision", "last_row"), [(1, 4), (2, 8), (3, 12)])
def test_a_stage_that_was_edited_is_named(told: SqlStore, sql, decision: int, last_row: int):
    sql("UPDATE decisions SET stage = 'ready' WHERE n = :n", n=decision)
    found = told.audit_verify()
    assert (found.ok, found.first_bad) == (False, last_row)
    assert found.reason == f"D-0000{decision} stands at 'ready', its steps lead to 'done'"


def test_a_number_of_steps_that_was_edited_is_named(told: SqlStore, sql):
    sql("UPDATE decisions SET steps = 2 WHERE n = 1")
    assert "D-00001 counts 2 steps, 3 are sealed" in told.audit_verify().reason


async def test_every_stage_is_what_its_steps_lead_to(store: SqlStore, make):
    await make.begun(store)
    await make.with_steps(store, make.understood(), make.refused())
    await make.with_steps(store, make.understood(), make.held(LookUp("x")), make.approved(LookUp("x")))
    await make.with_steps(store, make.understood(), PlanAsked(NOW, "faster"))
    await make.with_steps(store, Failed(NOW, "CH-100", Say("x")))
    found = store.audit_verify()
    assert (found.reason, found.rows) == ("", 13)


def test_a_tail_that_was_cut_cleanly_is_found_by_the_anchor(told: SqlStore, sql):
    """The steps went with their rows, so that only the anchor kept elsewhere can tell."""
    _, head = told.audit_head()
    sql("DELETE FROM audit WHERE seq > 8")
    sql("DELETE FROM steps WHERE decision = 3")
    sql("DELETE FROM decisions WHERE n = 3")
    assert told.audit_verify().ok
    found = told.audit_verify(head)
    assert (found.ok, found.first_bad, found.rows) == (False, 9, 8)
    assert "anchor" in found.reason


async def test_a_message_whose_row_was_cut_off_is_found(told: SqlStore, make, sql):
    await make.begun(told)
    sql("DELETE FROM audit WHERE seq = 13")
    found = told.audit_verify()
    assert (found.first_bad, found.reason) == (13, "D-00004 is not in the chain: its end was cut off")


@pytest.mark.parametrize("page", [1, 2, 4, 5, 12, 13])
def test_a_long_chain_is_walked_page_by_page(told: SqlStore, url: str, sql, page: int):
    engines = open_engines(url)

    def walk():
        with engines.read.connect() as connection:
            found = verify(Line(connection), None, page)
            connection.rollback()
        return found

    assert (walk().ok, walk().rows) == (True, 12)
    sql("UPDATE decisions SET stage = 'ready' WHERE n = 3")
    assert walk().first_bad == 12


async def test_the_chain_goes_on_after_a_write_that_was_not_kept(told: SqlStore, make):
    decision = await make.begun(told)

    def fails(book):
        book.append(decision, (make.understood(),))
        raise RuntimeError("not today")

    with pytest.raises(RuntimeError):
        await told.write(fails)
    await told.write(lambda book: book.append(decision, (make.understood(),)))
    assert told.audit_verify().rows == 14
