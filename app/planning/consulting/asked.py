"""What goes into a consultation and what may come out of one, in the plant's own names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.planning.asked import Question
from app.records.plant import Placed
from app.records.wish import AnyWish

Share = Literal["never", "masked"]

__all__ = ["Alias", "Asker", "Blocked", "Envelope", "Heeded", "Placed", "Share"]


@dataclass(frozen=True, slots=True)
class Asker:
    """A decision that waits for its wish to be read: `words` as they were said, the posed question."""

    decision: str
    words: str
    question: Question


@dataclass(frozen=True, slots=True)
class Alias:
    """A name of the plant and what stands for it outside; `kind` tells whose table it is from."""

    kind: Literal["order", "machine", "item", "family", "facility", "crew", "person", "customer", "amount"]
    real: str
    alias: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Exactly what may leave: `fixed` and `asked` are the two texts, `digest` the hash of both.

    `version` names wording and schema, `facts` is a digest of every fact used, `tag` what the answer
    must repeat. `askers` are in the order of their wishes W1, W2, ...; times outside count minutes
    from `origin`.
    """

    fixed: str
    asked: str
    version: str
    facts: str
    tag: str
    digest: str
    origin: datetime
    askers: tuple[Asker, ...]
    aliases: tuple[Alias, ...]
    with_words: bool


@dataclass(frozen=True, slots=True)
class Blocked:
    """Nothing may leave: what is left in it that must not, by kind, never the thing itself."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heeded:
    """What came back for one decision, in real names: wishes, and a proposal, empty for none.

    "cannot" is that the wish cannot be said in the closed list, "unclear" that its words can be
    read in several ways; both have no wishes and no proposal.
    """

    decision: str
    status: Literal["ok", "cannot", "unclear"]
    wishes: tuple[AnyWish, ...] = ()
    places: tuple[Placed, ...] = ()
