"""What a head is shown of each example: the lane's vector and the signs, just as in service."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.learning.messages import Example
from app.learning.vectors import Progress, VectorCache, vectors_of
from app.ports import Lane, Names
from app.records.message import Language, MessageKind
from app.records.recipe import Recipe
from app.settings import Understanding
from app.understand.draft import Draft
from app.understand.head import Head
from app.understand.ngrams import NgramHead
from app.understand.normalise import model_form
from app.understand.reader import Reader
from app.understand.rules import RuleBook
from app.understand.signs import SIGNS

Floats = NDArray[np.float64]

_TIMEOUT_S = 60.0
_PREFERRED = {"en": Language.EN, "yue": Language.YUE, "zh-Hant": Language.HANT, "mixed": Language.HANT}


@dataclass(frozen=True, slots=True)
class Eyes:
    """How examples are read: the rules, a plant's names, and the settings of the service."""

    rules: RuleBook
    names: Names
    thresholds: Understanding
    display_name: str = "Chargehand"

    def reader(
        self, lane: Lane | None = None, head: Head | None = None, ngrams: NgramHead | None = None
    ) -> Reader:
        """A reader with these eyes."""
        return Reader(self.rules, lane, head, self.thresholds, _TIMEOUT_S, self.display_name, ngrams=ngrams)

    def drafts(self, examples: Sequence[Example]) -> list[Draft]:
        """Each example as far as rules take it."""
        reader = self.reader()
        return [
            reader.draft(each.text, MessageKind.TEXT, self.names, _PREFERRED.get(each.lang, Language.HANS))
            for each in examples
        ]


def shown(draft: Draft) -> str:
    """The words as the service hands them to the lane."""
    return model_form(draft.reading.text)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Examples, what the rules make of them, and one row of numbers for each."""

    examples: tuple[Example, ...]
    drafts: tuple[Draft, ...]
    rows: Floats

    def second(self, ngrams: NgramHead) -> Floats:
        """The n-gram head's logits, (examples, classes)."""
        return np.stack([ngrams.logits(draft.matching, draft.signs) for draft in self.drafts])

    @property
    def intents(self) -> list[str]:
        """The intent of each example."""
        return [example.intent.value for example in self.examples]

    def part(self, places: Sequence[int]) -> "Seen":
        """Those at some places, in that order."""
        chosen = list(places)
        return Seen(
            tuple(self.examples[at] for at in chosen),
            tuple(self.drafts[at] for at in chosen),
            self.rows[chosen],
        )


async def see(
    sets: Sequence[Sequence[Example]],
    eyes: Eyes,
    lane: Lane,
    recipe: Recipe,
    cache_dir: Path,
    progress: Progress | None = None,
) -> list[Seen]:
    """Each set of examples as the heads are shown it; raises LaneDown.

    Vectors of texts that were asked for before come from `cache_dir`.
    """
    drafted = [eyes.drafts(examples) for examples in sets]
    texts = [shown(draft) for drafts in drafted for draft in drafts]
    vectors = await vectors_of(texts, lane, VectorCache(cache_dir, lane.model_hash, recipe), progress)
    seen, start = [], 0
    for examples, drafts in zip(sets, drafted, strict=True):
        part = vectors[start : start + len(drafts)].astype(np.float64)
        rows = np.hstack([part, np.stack([draft.signs for draft in drafts])])
        seen.append(Seen(tuple(examples), tuple(drafts), rows))
        start += len(drafts)
    return seen


class Remembered:
    """A lane that knows the vectors of what was seen, and nothing else."""

    def __init__(self, seen: Seen, model_hash: str) -> None:
        self.model_hash = model_hash
        vectors = seen.rows[:, : -len(SIGNS)]
        self._known = {shown(draft): row.tolist() for draft, row in zip(seen.drafts, vectors, strict=True)}

    async def embed(self, texts: Sequence[str], *, priority: int, timeout_s: float) -> list[list[float]]:
        """The vectors, in order; raises KeyError for a text that was not seen."""
        del priority, timeout_s
        return [self._known[text] for text in texts]
