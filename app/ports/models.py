"""The local model and the scheduling engine."""

from collections.abc import Sequence
from typing import Protocol

from app.records.scheduling import Problem, Schedule


class Lane(Protocol):
    """The local model."""

    @property
    def model_hash(self) -> str:
        """First 12 hex digits of the weights' SHA-256."""

    async def embed(self, texts: Sequence[str], *, priority: int, timeout_s: float) -> list[list[float]]:
        """Mean-pooled hidden states, one vector per text, in order; lower priority goes first.

        Raises LaneDown on time-out, crash or overload; the call may be repeated.
        """


class Solver(Protocol):
    """The scheduling engine, in a process of its own."""

    async def solve(self, problem: Problem, *, limit_s: float, start: Schedule | None = None) -> Schedule:
        """The best schedule within about `limit_s`; a dispatch schedule when the engine fails.

        `start` is one to begin from, None for none; it need not be legal. Never raises for a valid
        problem; status "none" when nothing legal was found.
        """
