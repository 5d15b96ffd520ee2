"""The data sets: one JSON object a line, checked before anything is learnt from it."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from app.records.errors import FileWrong
from app.records.reading import Intent


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    intent: Intent
    lang: Literal["zh-Hans", "zh-Hant", "yue", "en", "mixed"]
    keyword: bool
    trap: bool
    entities: dict[str, tuple[str | float, ...]] | None = None  # for the judges of entities


@dataclass(frozen=True, slots=True)
class Example:
    """A message with what it means.

    `keyword` says that it holds a word of its own intent, `trap` that it holds one of another's.
    """

    id: str
    text: str
    intent: Intent
    lang: str
    keyword: bool
    trap: bool


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
        return Example(**_Line.model_validate_json(line).model_dump(exclude={"entities"}))
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"])) or "line"
        raise FileWrong(f"{path}, line {number}: {where}: {first['msg']}") from None
