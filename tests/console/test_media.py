"""What was attached, on the screens: what it is, where it lies, what it belongs to, in both languages."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.console.cells import size_of
from app.console.record import message_facts, whole
from app.console.seen import Reader, Seen
from app.console.words import Words
from app.records.board import Card, CardDetail, MessageRow
from app.records.decision import Stage
from app.records.media import MediaKind, MediaLink, MediaState
from app.records.message import Language

AT = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
KEPT = MediaLink("D-00007", 1, MediaKind.IMAGE, MediaState.KEPT, AT, "Q-0012", "ab12cd34ef56" * 5 + "aaaa",
                 "裂\x1b纹.jpg", 170_000)  # fmt: skip
LOST = MediaLink("D-00007", 2, MediaKind.VIDEO, MediaState.LOST, AT, reason="too_slow")
ROW = MessageRow("m", "D-00007", AT, "chan", "Chan", "A", "", Stage.DONE)
DETAIL = CardDetail(Card("D-00007", Stage.DONE, "A", "chan", "Chan", AT, ""))


def reader_in(language: Language) -> Reader:
    return Reader(Words(language), AT, Seen())


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (Language.EN, ["photo · 裂纹.jpg · 170 kB · kept · ab12cd34ef56 · → Q-0012",
                       "video · lost · too_slow"]),
        (Language.HANS, ["照片 · 裂纹.jpg · 170 kB · 已保存 · ab12cd34ef56 · → Q-0012",
                         "视频 · 没有取到 · too_slow"]),
    ],
)  # fmt: skip
def test_messages_and_decisions_show_what_was_attached(language, lines):
    reader = reader_in(language)
    row = replace(ROW, media=(KEPT, LOST))
    assert [fact.text for fact in message_facts(row, reader)][-3:-1] == lines
    told = whole(replace(DETAIL, media=(KEPT, LOST)), reader, 200).plain
    assert all(line in told for line in lines)


def test_without_any_nothing_is_said_of_it():
    reader = reader_in(Language.EN)
    assert all(fact.label != reader.words("msg.media") for fact in message_facts(ROW, reader))


@pytest.mark.parametrize(
    ("size", "said"), [(7, "7 B"), (999, "999 B"), (1_000, "1 kB"), (25 * 1024**2, "26.2 MB")]
)
def test_sizes(size: int, said: str):
    assert size_of(size) == said
