"""The model lane: a line of texts, one child that evaluates them, and a new child when that one is lost."""

import asyncio
import hashlib
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from app.outbound.lane.process import COMMAND, Child, ChildGone, Evaluated, Opening, started
from app.outbound.lane.waiting import Item, WaitingLine
from app.outbound.lane.weights import Weights
from app.records.errors import LaneDown
from app.records.recipe import Recipe
from app.settings import Model

_BATCH_TOKENS = 512
_ATTEMPTS = 2
_POISON_KEPT = 256


@dataclass(frozen=True, slots=True)
class Endurance:
    """Time limits of supervision, in seconds.

    A child has `start_s` to become ready and `hang_s` for one batch; between two children the
    lane waits a random time of at most `pause_s`, doubled after each failure up to `pause_max_s`.
    """

    start_s: float = 60.0
    hang_s: float = 10.0
    pause_s: float = 0.2
    pause_max_s: float = 30.0


@dataclass(frozen=True, slots=True)
class LaneStats:
    """What monitoring may know.

    `restarts` counts children that were lost, `refused` texts that ended two of them. Memory is 0
    while no child runs; `last_fault` is "" before the first.
    """

    ready: bool
    waiting: int
    evaluating: int
    restarts: int
    evaluated: int
    refused: int
    tokens: int
    busy_s: float
    rss_bytes: int
    last_fault: str

    @property
    def tokens_per_s(self) -> float:
        """Tokens a second while evaluating; 0 before the first."""
        return self.tokens / self.busy_s if self.busy_s else 0.0


class ModelLane:
    """The port `Lane`. It answers while `run` runs; `ready` is set while a child can evaluate."""

    def __init__(
        self,
        weights: Weights,
        recipe: Recipe,
        model: Model,
        *,
        endurance: Endurance | None = None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.ready = asyncio.Event()
        self._weights, self._model, self._command = weights, model, tuple(command)
        self._opening = Opening(weights, recipe, model.threads)
        self._endurance = endurance or Endurance()
        self._line = WaitingLine(recipe.token_limit, model.batch_max, _BATCH_TOKENS)
        self._evaluating: list[Item] = []
        self._poison: deque[str] = deque(maxlen=_POISON_KEPT)
        self._random = random.SystemRandom()
        self._child: Child | None = None
        self._lost_children = self._failures = self._evaluated = self._refused = self._tokens = 0
        self._busy_s = 0.0
        self._down = self._last_fault = ""

    @property
    def model_hash(self) -> str:
        """First 12 hex digits of the weights' SHA-256."""
        return self._weights.model_hash

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none that is ready."""
        return self._child.pid if self._child else None

    @property
    def stats(self) -> LaneStats:
        """Figures of this moment; counters run since the lane was made."""
        return LaneStats(
            ready=self.ready.is_set(),
            waiting=len(self._line),
            evaluating=len(self._evaluating),
            restarts=self._lost_children,
            evaluated=self._evaluated,
            refused=self._refused,
            tokens=self._tokens,
            busy_s=self._busy_s,
            rss_bytes=self._child.rss_bytes() if self._child else 0,
            last_fault=self._last_fault,
        )

    async def embed(self, texts: Sequence[str], *, priority: int, timeout_s: float) -> list[list[float]]:
        """One vector per text, in order, as the recipe says; lower priority goes first.

        Raises LaneDown when it is overloaded or down (at once), on time-out, and for a text that
        ended the child twice. May be repeated; cancelling takes the texts out of the line.
        """
        self._admit(texts)
        items = [self._line.add(text, priority) for text in texts]
        try:
            async with asyncio.timeout(timeout_s):
                return [await item.answer for item in items]
        except TimeoutError:
            raise LaneDown(f"no answer within {timeout_s:g} s") from None
        finally:
            self._line.drop(items)

    def _admit(self, texts: Sequence[str]) -> None:
        if self._down:
            raise LaneDown(self._down)
        if len(self._line) + len(texts) > self._model.queue_max:
            raise LaneDown(f"overloaded: {len(self._line)} messages wait already")
        if any(_fingerprint(text) in self._poison for text in texts):
            raise LaneDown("this text ended the local model before; it is not tried again")

    async def run(self) -> None:
        """Keep a child alive until cancelled; then the child is dead and every waiter has LaneDown."""
        try:
            while True:
                await self._one_life()
                await asyncio.sleep(self._pause())
        finally:
            self._give_up("the local model has stopped")

    async def _one_life(self) -> None:
        try:
            async with started(self._opening, self._command, self._endurance.start_s) as child:
                self._down, self._child = "", child
                self.ready.set()
                await self._serve(child)
        except (ChildGone, OSError) as fault:
            self._lost(str(fault))
        finally:
            self._child = None
            self.ready.clear()

    async def _serve(self, child: Child) -> None:
        while True:
            self._evaluating = await self._line.take()
            self._deliver(await self._asked(child))

    async def _asked(self, child: Child) -> Evaluated:
        try:
            async with asyncio.timeout(self._endurance.hang_s):
                return await child.ask([item.text for item in self._evaluating])
        except TimeoutError as fault:
            raise ChildGone(f"it hung: no answer within {self._endurance.hang_s:g} s") from fault

    def _deliver(self, answer: Evaluated) -> None:
        for item, vector in zip(self._evaluating, answer.vectors, strict=True):
            if not item.answer.done():
                item.answer.set_result(vector)
        self._evaluated += len(self._evaluating)
        self._tokens += answer.tokens
        self._busy_s += answer.took_s
        self._evaluating, self._failures = [], 0

    def _lost(self, fault: str) -> None:
        """What was in hand is tried once more, alone; for a child that never got ready nobody waits."""
        self._lost_children += 1
        self._failures += 1
        self._last_fault = fault
        batch, self._evaluating = self._evaluating, []
        for item in batch:
            item.attempts += 1
        poison = [item for item in batch if item.attempts >= _ATTEMPTS]
        self._poison.extend(_fingerprint(item.text) for item in poison)
        self._refused += len(poison)
        _fail(poison, f"this text ended the local model twice: {fault}")
        self._line.give_back(item for item in batch if item.attempts < _ATTEMPTS)
        if not self.ready.is_set():
            self._give_up(f"the local model does not start: {fault}")

    def _give_up(self, why: str) -> None:
        self._down = why
        _fail([*self._evaluating, *self._line.clear()], why)
        self._evaluating = []

    def _pause(self) -> float:
        longest = self._endurance.pause_s * 2.0 ** min(max(0, self._failures - 1), 16)
        return self._random.uniform(0.5, 1.0) * min(longest, self._endurance.pause_max_s)


def _fail(items: Sequence[Item], why: str) -> None:
    for item in items:
        if not item.answer.done():
            item.answer.set_exception(LaneDown(why))


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
