"""What the double of the models outside was sent, to the byte, and what became of each request."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Outcome = Literal["open", "done", "cut", "left"]
"""Of a request: not answered yet, answered to the last byte, cut short by us, or the client left before."""


@dataclass(slots=True, eq=False)
class Asked:
    """One request. Header names are in lower case; `raw` are its exact bytes, head and body."""

    at: datetime
    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    raw: bytes = field(repr=False)
    connection: int
    outcome: Outcome = "open"
    status: int = 0
    faults: tuple[str, ...] = ()
    answer: str | None = None
    """The content that it was answered with, as it was meant before the wire spoiled it."""

    @property
    def wants_answer(self) -> bool:
        """Whether it is for an answer, not a probe."""
        return self.method == "POST" and self.path.endswith("/chat/completions")

    @property
    def body(self) -> Any:
        """The parsed body, None when it is not JSON."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    @property
    def told(self) -> str:
        """The words of all its messages."""
        return "\n".join(str(turn.get("content")) for turn in (self.body or {}).get("messages", ()))


@dataclass(slots=True)
class Seen:
    """Everything that arrived. `changed` is notified after each request and each end of one."""

    requests: list[Asked] = field(default_factory=list)
    connections: int = 0
    """How many were ever opened."""
    open_connections: int = 0
    generated: int = 0
    """Answers that were made and are billed, delivered or not."""
    breaches: list[str] = field(default_factory=list)
    """What a correct client does not do, each with a sentence."""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def asked(self) -> list[Asked]:
        """The requests for an answer, without probes."""
        return [each for each in self.requests if each.wants_answer]

    @property
    def completed(self) -> int:
        """Requests for an answer that were answered to the last byte."""
        return sum(each.outcome == "done" for each in self.asked)

    @property
    def open(self) -> int:
        """Requests for an answer that are neither answered nor given up."""
        return sum(each.outcome == "open" for each in self.asked)
