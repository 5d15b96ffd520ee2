"""How the words of a message become one vector: shared by the lane, the head and its training."""

from dataclasses import asdict, dataclass
from typing import Literal

from app.records.action import digest_of

Pool = Literal["mean", "last"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is read from the local model while it evaluates a text.

    `layers` are blocks, counted from 1, whose outputs are read and joined in this order; the
    evaluation ends after the highest. Empty means the model's own last state, which every
    architecture has. Each of `pools` is taken of each layer: "mean" over the message's tokens,
    "last" its last token. `prefix` is put before the message and not pooled. Tokens of the message
    after the first `token_limit` are cut.
    """

    layers: tuple[int, ...] = ()
    pools: tuple[Pool, ...] = ("mean",)
    prefix: str = ""
    token_limit: int = 128

    @property
    def digest(self) -> str:
        """First 12 hex digits of the recipe's SHA-256: other digits, other vectors."""
        return digest_of(asdict(self))[:12]
