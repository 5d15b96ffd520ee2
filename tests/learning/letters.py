"""A lane of letters and a part of the shipped data, to train heads on in seconds."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from app.learning.calibrating import calibrated
from app.learning.intent import BLIND, DEV, TRAIN, Course
from app.learning.messages import read_data
from app.learning.rows import Eyes, see
from app.learning.training import fit, fit_ngrams
from app.outbound.shipped import read_rules
from app.records.recipe import Recipe
from app.settings import Understanding, shipped
from app.understand.head import Head
from app.understand.ngrams import NgramHead
from app.verbs.classify import demo_names

SHIPPED = shipped("models") / "intent" / "data"
STEPS = {TRAIN: 5, DEV: 4, BLIND: 5}


class LetterLane:
    """A lane whose vectors count letters and pairs of letters."""

    model_hash = "0123456789ab"

    async def embed(self, texts: Sequence[str], *, priority: int, timeout_s: float) -> list[list[float]]:
        return [_letters(text) for text in texts]


def _letters(text: str) -> list[float]:
    counts = [0.0] * 128
    for piece in (*text, *map("".join, pairwise(text))):
        counts[zlib.crc32(piece.encode()) % 128] += 1.0
    return counts


def letter_course() -> Course:
    """With the service's eyes over the demo plant."""
    eyes = Eyes(read_rules(), demo_names(), Understanding())
    return Course("letters", Recipe(), eyes, date(2026, 11, 23))


def write_part(folder: Path, steps: Mapping[str, int] = STEPS) -> Path:
    """Every so many lines one, of each shipped file, in `folder`."""
    folder.mkdir(parents=True)
    for name, step in steps.items():
        lines = (SHIPPED / name).read_text(encoding="utf-8").splitlines()
        (folder / name).write_text("\n".join(lines[::step]) + "\n", encoding="utf-8")
    return folder


async def letter_heads(data: Path, cache: Path) -> tuple[Head, NgramHead]:
    """Trained on such a part. The n-gram head sees a tenth, so that the other one's word counts."""
    course, lane = letter_course(), LetterLane()
    sets = [read_data(data / name).examples for name in (TRAIN, DEV)]
    taught, dev = await see(sets, course.eyes, lane, course.recipe, cache)
    ngrams = fit_ngrams(taught.drafts[::10], taught.intents[::10], course.seed)
    head = fit(taught.rows, taught.intents, lane.model_hash, course.seed)
    return calibrated(head, dev.rows, dev.second(ngrams), dev.intents), ngrams
