"""What leaves the plant: one entry for everything that is written to the outside, whoever wrote it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

DataClass = Literal["none", "secret", "message", "schedule", "schedule+words", "media"]
"""What is inside: nothing of the plant, a secret of ours, words to or from people, tables of the
schedule, those with masked words of a person, a picture or file."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """One thing that leaves: `destination` is host:port, `purpose` one word such as "answer".

    `body` is exactly what was sent above TLS, without headers; None where only its hash is kept, because
    it holds a secret, or is a piece of a file. `decision` is the ticket it belongs to, "" for none.
    """

    at: datetime
    destination: str
    channel: str
    purpose: str
    data_class: DataClass
    size_bytes: int
    sha256: str
    body: bytes | None = None
    decision: str = ""


def leaving(
    at: datetime,
    destination: str,
    channel: str,
    purpose: str,
    data_class: DataClass,
    body: bytes,
    decision: str = "",
) -> Leaving:
    """The entry of a body; a secret's is sealed to its hash."""
    kept = None if data_class == "secret" else body
    digest = hashlib.sha256(body).hexdigest()
    return Leaving(at, destination, channel, purpose, data_class, len(body), digest, kept, decision)


@dataclass(frozen=True, slots=True)
class Left:
    """An entry as it is kept: `n` counts from 1 without gaps."""

    n: int
    entry: Leaving
