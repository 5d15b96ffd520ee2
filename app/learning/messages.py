"""The data sets: one JSON object a line, checked before anything is learnt from it."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from app.records.errors import FileWrong
from app.records.reading import Entities, Intent

Thing = Literal["order", "item", "machine"]


class _Named(BaseModel):
    """The things named, as codes of the demo plant; `unit` runs in parallel to `quantity`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order: tuple[str, ...] = ()
    item: tuple[str, ...] = ()
    facility: tuple[str, ...] = ()
    machine: tuple[str, ...] = ()
    quantity: tuple[float, ...] = ()
    unit: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    decision_id: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _in_parallel(self) -> Self:
        if len(self.quantity) != len(self.unit):
            raise ValueError("quantity and unit must be of one length")
        return self


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    intent: Intent
    lang: Literal["zh-Hans", "zh-Hant", "yue", "en", "mixed"]
    keyword: bool
    trap: bool
    also: tuple[Intent, ...] = ()
    entities: _Named | None = None
    unknown: tuple[tuple[Thing, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A message with what it means.

    `keyword` says that it holds a word of its own intent, `trap` that it holds one of another's.
    `also` are the intents of further wishes, in order. `entities` is None where nobody noted them.
    """

    id: str
    text: str
    intent: Intent
    lang: str
    keyword: bool
    trap: bool
    also: tuple[Intent, ...] = ()
    entities: Entities | None = None


@dataclass(frozen=True, slots=True)
class DataSet:
    """The examples of one file, in its order, and the file's SHA-256."""

    examples: tuple[Example, ...]
    sha256: str

    @property
    def intents(self) -> list[str]:
        """The intent of each example."""
        return [example.intent.value for example in self.examples]


def read_data(path: Path) -> DataSet:
    """The data set in a file; raises FileWrong naming the line that is malformed or repeats an id."""
    try:
        raw = path.read_bytes()
        lines = raw.decode().splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise FileWrong(f"{path}: {fault}") from fault
    examples = tuple(_example(path, n, line) for n, line in enumerate(lines, 1) if line.strip())
    if not examples:
        raise FileWrong(f"{path} holds no messages")
    if twice := [name for name, count in Counter(e.id for e in examples).items() if count > 1]:
        raise FileWrong(f"{path}: the id {twice[0]} stands more than once")
    return DataSet(examples, hashlib.sha256(raw).hexdigest())


def _example(path: Path, number: int, line: str) -> Example:
    try:
        row = _Line.model_validate_json(line)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"])) or "line"
        raise FileWrong(f"{path}, line {number}: {where}: {first['msg']}") from None
    named = None if row.entities is None else Entities(**row.entities.model_dump())
    return Example(row.id, row.text, row.intent, row.lang, row.keyword, row.trap, row.also, named)
