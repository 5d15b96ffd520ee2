"""Messages in four languages against what must be understood of them: the table is messages.jsonl."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from app.ports import Names
from app.records.message import Language, MessageKind
from app.records.reading import Layer
from app.settings import Understanding
from app.understand.normalise import Scripts
from app.understand.reader import Reader
from app.understand.rules import RuleBook

TABLE = [
    json.loads(line) for line in (Path(__file__).parent / "messages.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="session")
def reader(book: RuleBook, scripts: Scripts) -> Reader:
    return Reader(book, None, None, Understanding(), 1.0, "Chargehand", scripts)


def test_the_table_covers_every_intent_in_every_language() -> None:
    assert len(TABLE) >= 150
    assert len({row["intent"] for row in TABLE}) == 10
    assert min(Counter(row["language"] for row in TABLE if row["language"] != "zh-Hant").values()) >= 40


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["text"])
async def test_a_plain_message_is_decided_by_rule(row: dict[str, Any], reader: Reader, names: Names) -> None:
    reading = await reader.read(row["text"], MessageKind.TEXT, names, Language(row["language"]))
    assert reading.decided
    assert reading.layer is Layer.RULE
    assert reading.by.startswith(row["intent"])
    assert (reading.intent, reading.question, reading.language) == (
        row["intent"],
        row["question"],
        row["language"],
    )
    assert reading.entities.as_contract() == row["entities"]
    assert [[u.what, u.said, *u.nearest] for u in reading.unknown] == row.get("unknown", [])
