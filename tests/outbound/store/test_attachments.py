"""What people attach: kept with its message, fetched or missed once, placed, and found again."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.outbound.store import open_store
from app.outbound.store.engine import migrate
from app.records.action import AttachMedia, MapSender
from app.records.media import Attachment, Media, MediaKind, MediaLink, MediaState
from app.records.message import Language
from app.settings import shipped
from tests.outbound.store.conftest import NOW

URL, KEY, HASH = "https://host/x?sign=SECRET", "K" * 43, "ab" * 32
PHOTO = Attachment(MediaKind.IMAGE, URL, KEY)
FILE = Attachment(MediaKind.FILE, URL, KEY)


def kept(name: str = "裂纹.jpg") -> Media:
    return Media(HASH, 7, MediaKind.IMAGE, name, NOW + timedelta(seconds=3))


async def media_of(store, target: str) -> tuple[MediaLink, ...]:
    return await store.read(lambda facts: facts.media_of(target))


async def test_what_is_attached_is_wanted_with_its_message_and_once(plant, make):
    decision = await make.begun(plant, msgid="p-1", attached=(PHOTO, FILE))
    again = await plant.write(lambda book: book.accept(make.message(msgid="p-1", attached=(PHOTO,))))
    assert not again.fresh
    first, second = await plant.media.wanted(9)
    assert (first.ticket, first.n, second.n) == (decision.id, 1, 2)
    assert (first.attachment, second.attachment.kind) == (PHOTO, MediaKind.FILE)
    assert first.until == NOW + timedelta(minutes=5)
    assert await plant.media.wanted(1) == (first,)
    assert decision.message.attached == (
        Attachment(MediaKind.IMAGE, "", ""), Attachment(MediaKind.FILE, "", ""),
    )  # fmt: skip


async def test_a_write_that_fails_keeps_neither_message_nor_photo(plant, make):
    def change(book):
        book.accept(make.message(attached=(PHOTO,)))
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await plant.write(change)
    assert await plant.media.wanted(9) == ()


async def test_what_was_fetched_leaves_the_queue_and_its_address_behind(plant, make, sql):
    decision = await make.begun(plant, attached=(PHOTO,))
    [wanted] = await plant.media.wanted(9)
    assert sql("SELECT url, aes_key FROM attachments") == [(URL, KEY)]
    await plant.media.kept(wanted, kept())
    await plant.media.kept(wanted, Media("other", 9, MediaKind.IMAGE, "", NOW))
    assert await plant.media.wanted(9) == ()
    assert sql("SELECT url, aes_key FROM attachments") == [("", "")]
    [link] = await media_of(plant, decision.id)
    assert (link.state, link.sha256, link.size_bytes, link.name, link.target) == (
        MediaState.KEPT, HASH, 7, "裂纹.jpg", "",
    )  # fmt: skip


@pytest.mark.parametrize("state", [MediaState.LOST, MediaState.REFUSED])
async def test_what_was_missed_is_told_to_its_sender_once_in_their_language(plant, make, sql, state):
    decision = await make.begun(plant, attached=(PHOTO,))
    [wanted] = await plant.media.wanted(9)
    asked: list[Language] = []

    def text(language: Language) -> str:
        asked.append(language)
        return "again please"

    for _ in range(2):
        await plant.media.missed(wanted, state, "too_slow", text)
    [row] = await plant.outbox.due(9)
    assert (row.decision_id, row.to, row.text, row.group) == (
        decision.id, "chan.siu-ming", "again please", False,
    )  # fmt: skip
    person = await plant.read(lambda facts: facts.person("chan.siu-ming"))
    assert asked == [person.language]
    assert sql("SELECT url, aes_key, state, reason FROM attachments") == [("", "", state, "too_slow")]


async def test_what_a_stranger_attaches_is_never_fetched(plant, make, sql):
    decision = await make.begun(plant, sender="nobody", attached=(PHOTO,))
    assert await plant.media.wanted(9) == (), "whose it is may still be found out"
    await plant.write(lambda book: book.stranger(decision))
    assert sql("SELECT url, aes_key, state, reason FROM attachments") == [
        ("", "", "refused", "unknown_sender")
    ]


async def test_what_comes_under_an_id_that_stands_for_a_person_is_wanted(plant, make):
    await make.begun(plant, sender="wo-encrypted", attached=(PHOTO,))
    mapping = MapSender("wo-encrypted", "chan.siu-ming", "it")
    await plant.write(lambda book: book.apply(mapping, "D-00001:x"))
    [wanted] = await plant.media.wanted(9)
    assert wanted.sender == "wo-encrypted"
    await plant.media.missed(wanted, MediaState.LOST, "busy", str)
    assert len(await plant.outbox.due(9)) == 1


@pytest.mark.parametrize("excess", ["first", "more"])
async def test_what_comes_beyond_what_its_sender_may_send_is_never_fetched(plant, make, sql, excess):
    await make.begun(plant, attached=(PHOTO,), excess=excess)
    assert await plant.media.wanted(9) == ()
    assert sql("SELECT url, aes_key, state, reason FROM attachments") == [("", "", "refused", "too_many")]


async def test_no_address_and_no_key_lies_anywhere_but_in_the_queue(plant, make, sql):
    await make.begun(plant, attached=(PHOTO,))
    for table in ("inbox", "audit", "decisions", "steps", "outbox", "egress"):
        found = repr(sql(f"SELECT * FROM {table}"))  # noqa: S608 - names of ours
        assert "SECRET" not in found
        assert KEY not in found
    assert plant.audit_verify().ok


async def test_placed_once_found_at_both_ends_and_taken_back(plant, make):
    words = await make.begun(plant)
    photos = [await make.begun(plant, attached=(PHOTO,)) for _ in range(2)]
    other = await make.begun(plant, sender="zhang.wei", attached=(PHOTO,))
    later = await make.begun(plant)

    def loose(decision):
        return plant.read(lambda facts: facts.loose_media(decision, NOW - timedelta(minutes=10)))

    assert await loose(words) == ()
    assert await loose(later) == tuple(each.id for each in photos)
    assert await loose(other) == (other.id,)
    action = AttachMedia("Q-0001", tuple(each.id for each in photos))
    await plant.write(lambda book: book.apply(action, "key-1"))
    await plant.write(lambda book: book.apply(AttachMedia("Q-0002", action.of), "key-2"))
    assert [each.ticket for each in await media_of(plant, "Q-0001")] == list(action.of)
    assert await media_of(plant, "Q-0002") == ()
    assert await loose(later) == ()
    assert not await plant.write(lambda book: book.reverse(AttachMedia("Q-0002", action.of), "key-2"))
    assert await plant.write(lambda book: book.reverse(action, "key-1"))
    assert await loose(later) == tuple(each.id for each in photos)


async def test_a_decision_has_what_came_with_it_and_what_was_added(plant, make):
    own = await make.begun(plant, attached=(PHOTO,))
    added = await make.begun(plant, attached=(FILE,))
    of = (own.id, added.id)
    await plant.write(lambda book: book.apply(AttachMedia(own.id, of), "key"))
    assert [each.ticket for each in await media_of(plant, own.id)] == list(of)


@pytest.mark.parametrize(
    "changes",
    [{"chat": "wrG"}, {"sender": "zhang.wei"}, {"received_at": NOW - timedelta(minutes=11)}],
    ids=lambda changes: next(iter(changes)),
)
async def test_only_the_same_sender_in_the_same_place_within_the_time(plant, make, changes):
    await make.begun(plant, attached=(PHOTO,), **changes)
    words = await make.begun(plant)
    assert await plant.read(lambda facts: facts.loose_media(words, NOW - timedelta(minutes=10))) == ()


async def test_it_survives_a_stop(url, ticker, make):
    store = open_store(url, clock=ticker)
    store.seed(shipped("config") / "demo_plant.toml")
    await make.begun(store, attached=(PHOTO,))
    store.close()
    store = open_store(url, clock=ticker)
    [wanted] = await store.media.wanted(9)
    assert wanted.attachment == PHOTO
    store.close()


def test_a_store_from_before_is_brought_forward(url):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    migrate(engine, "0008")
    with engine.begin() as connection:
        assert "attachments" not in sa.inspect(connection).get_table_names()
    open_store(url).close()
    with engine.begin() as connection:
        assert "attachments" in sa.inspect(connection).get_table_names()
