import json
import zlib
from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from app.learning.intent import Course
from app.learning.rows import Eyes
from app.outbound.shipped import read_rules
from app.records.recipe import Recipe
from app.settings import Understanding, shipped
from app.verbs.classify import demo_names

DATA = shipped("models") / "intent" / "data"


class LetterLane:
    """A lane whose vectors count pairs of letters; it knows how often it was asked."""

    model_hash = "0123456789ab"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str], *, priority: int, timeout_s: float) -> list[list[float]]:
        self.asked += texts
        return [_letters(text) for text in texts]


def _letters(text: str) -> list[float]:
    counts = [0.0] * 64
    for pair in pairwise(text):
        counts[zlib.crc32("".join(pair).encode()) % 64] += 1.0
    return counts


@pytest.fixture
def letter_lane() -> LetterLane:
    return LetterLane()


@pytest.fixture(scope="session")
def eyes() -> Eyes:
    """Those that the shipped heads were trained with."""
    return Eyes(read_rules(), demo_names(), Understanding())


@pytest.fixture
def course(eyes: Eyes) -> Course:
    return Course("letters", Recipe(), eyes, date(2026, 11, 23))


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """A part of the shipped data."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name, step in (("train.jsonl", 40), ("dev.jsonl", 10), ("blind.jsonl", 20)):
        lines = (DATA / name).read_text(encoding="utf-8").splitlines()
        (folder / name).write_text("\n".join(lines[::step]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def write_lines(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: object) -> Path:
        path = tmp_path / "lines.jsonl"
        path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
        return path

    return write
