"""What a person said a message had meant, and the words it was said of: material to learn from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.records.message import Language
from app.records.reading import Intent, Layer


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a person teaches about a decision: its right meaning, None to leave it, and a name.

    `word` is what people call the thing with `code`; both are "" when no name is taught.
    """

    decision: str
    intent: Intent | None = None
    word: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """The latest correction of one decision.

    `text` are its words as they were read, `taken_for` what they were taken for by `layer`, `intent`
    what they had meant in the mind of `by`, a userid. `source` is where that was said.
    """

    decision: str
    text: str
    language: Language
    taken_for: Intent
    layer: Layer
    intent: Intent
    by: str
    at: datetime
    source: Literal["console", "chat", "choice", "vote"]
