"""The list of what left: numbered without gaps, as it was sent, sealed where it must be."""

import asyncio
import hashlib
import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from app.outbound.store import SqlStore, open_store
from app.outbound.store.ledger import Total
from app.records.egress import DataClass, Leaving, leaving
from app.records.errors import OwnFault, StoreFull
from tests.outbound.store.conftest import NOW
from tests.outbound.store.test_writer import Gate


def entry(body: bytes = b"hello", *, n: int = 0, channel: str = "wecom.bot", **more) -> Leaving:
    given = {"purpose": "answer", "data_class": "message", "decision": "D-00001"} | more
    at = NOW + timedelta(seconds=n)
    return leaving(at, "gateway:443", channel, given["purpose"], given["data_class"], body, given["decision"])


def listed(store: SqlStore, *args) -> list[Leaving]:
    return [left.entry for left in store.ledger.entries(NOW, *args)]


async def test_what_leaves_is_on_the_disk_before_the_call_returns(url: str):
    store, other = open_store(url), open_store(url)
    await store.ledger.leaves(entry())
    assert listed(other) == [entry()]
    store.close()
    other.close()


async def test_what_was_noted_is_there_after_closing_and_in_its_order(url: str):
    store = open_store(url)
    made = [entry(f"{n}".encode(), n=n) for n in range(200)]
    for each in made:
        store.ledger.note(each)
    store.close()
    again = open_store(url)
    assert listed(again) == made
    again.close()


def test_a_burst_does_not_wait_for_the_writer(store: SqlStore):
    gate = Gate(store._writer)
    for n in range(1000):
        store.ledger.note(entry(n=n))
    assert listed(store) == [], "the writer is held, and nobody waited for it"
    gate.release()
    store.ping_now()
    assert len(listed(store)) == 1000


async def test_numbers_have_no_gaps_whoever_notes_and_whatever_fails(store: SqlStore):
    def fails(book):
        book.line.plain("UPDATE meta SET value = 'x'")
        raise LookupError

    def noting():
        for _ in range(50):
            store.ledger.note(entry())

    threads = [threading.Thread(target=noting) for _ in range(4)]
    for each in threads:
        each.start()
    told = [store.ledger.leaves(entry()) for _ in range(50)]
    await asyncio.gather(*told, *(store.write(fails) for _ in range(50)), return_exceptions=True)
    for each in threads:
        each.join(10)
    await store.ping()
    assert [left.n for left in store.ledger.entries(NOW)] == list(range(1, 251))


async def test_two_services_on_one_list_leave_no_gap(url: str):
    stores = [open_store(url) for _ in range(2)]
    await asyncio.gather(*(each.ledger.leaves(entry()) for _ in range(20) for each in stores))
    assert [left.n for left in stores[0].ledger.entries(NOW)] == list(range(1, 41))
    for each in stores:
        each.close()


async def test_an_entry_that_is_refused_is_told_to_the_log_without_its_words(store: SqlStore):
    if store._engines.write.dialect.name != "sqlite":
        pytest.skip("another way to make a store read-only")
    await store.ledger.leaves(entry())
    await store.write(lambda book: book.line.plain("PRAGMA query_only=ON"))
    with capture_logs() as logs:
        store.ledger.note(entry(b"hush"))
        with pytest.raises(StoreFull):
            await store.ledger.leaves(entry(b"hush"))
    (said,) = [line for line in logs if line["event"] == "egress_unlisted"]
    assert (said["purpose"], said["size_bytes"]) == ("answer", 4)
    assert said["sha256"] == hashlib.sha256(b"hush").hexdigest()
    assert "hush" not in str(logs)
    await store.ledger.leaves(entry())
    assert [left.n for left in store.ledger.entries(NOW)] == [1, 2]


def test_a_closed_store_lists_nothing_and_says_so(url: str):
    store = open_store(url)
    store.close()
    with pytest.raises(OwnFault, match="closed"):
        store.ledger.note(entry())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=2000) | st.binary(min_size=1, max_size=9).map(lambda part: part * 300),
    data_class=st.sampled_from(["none", "secret", "message", "schedule", "schedule+words", "media"]),
)
async def test_a_body_comes_back_as_it_left_unless_it_is_secret(
    store: SqlStore, sql, body: bytes, data_class: DataClass
):
    sql("DELETE FROM egress")
    await store.ledger.leaves(entry(body, data_class=data_class))
    (found,) = listed(store)
    assert found.body == (None if data_class == "secret" else body)
    assert found.sha256 == hashlib.sha256(body).hexdigest()
    assert found.size_bytes == len(body)


async def test_a_secret_stands_nowhere_and_a_long_body_takes_less_room(store: SqlStore, sql):
    await store.ledger.leaves(entry(b"the secret of the bot", data_class="secret"))
    await store.ledger.leaves(entry("排程".encode() * 5000))
    rows = sql("SELECT n, packed, size_bytes, length(body) FROM egress ORDER BY n")
    assert [tuple(row[:3]) for row in rows] == [(1, False, 21), (2, True, 30_000)]
    assert rows[0][3] is None
    assert rows[1][3] < 300


async def test_the_last_entries_since_a_time_newest_last(store: SqlStore):
    made = [entry(n=n, channel="cloud" if n % 3 == 0 else "wecom.bot") for n in range(1200)]
    await asyncio.gather(*(store.ledger.leaves(each) for each in made))
    assert listed(store) == made, "more than two pages"
    assert listed(store, 7) == made[-7:]
    assert listed(store, 5, "cloud") == [each for each in made if each.channel == "cloud"][-5:]
    assert listed(store, 5, "fax") == []
    late = NOW + timedelta(seconds=1195)
    assert [left.entry for left in store.ledger.entries(late)] == made[1195:]
    assert list(store.ledger.entries(NOW + timedelta(days=1))) == []


async def test_what_is_kept_while_the_list_is_read_is_not_on_it(store: SqlStore):
    for n in range(3):
        await store.ledger.leaves(entry(n=n))
    reading = store.ledger.entries(NOW)
    assert next(reading).n == 1
    await store.ledger.leaves(entry(n=9))
    assert [left.n for left in reading] == [2, 3]


async def test_totals_are_told_by_channel_and_purpose(store: SqlStore):
    for n, (channel, purpose, body) in enumerate(
        [("wecom.bot", "push", b"12"), ("cloud", "ask", b"1"), ("wecom.bot", "push", b"345"),
         ("wecom.bot", "answer", b"")]
    ):  # fmt: skip
        await store.ledger.leaves(entry(body, n=n, channel=channel, purpose=purpose))
    answers, pushes = Total("wecom.bot", "answer", 1, 0), Total("wecom.bot", "push", 2, 5)
    assert store.ledger.totals(NOW) == (Total("cloud", "ask", 1, 1), answers, pushes)
    assert store.ledger.totals(NOW, "wecom.bot") == (answers, pushes)
    assert store.ledger.totals(NOW + timedelta(seconds=3)) == (answers,)
