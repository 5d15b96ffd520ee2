"""Steps as they happen, to every console that listens; a slow one misses lines and is told so."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from app.ports import Observation
from app.records.socket import FeedLine, MissedLine, StepLine


class Listener:
    """One console's queue; at most `depth` lines wait."""

    def __init__(self, depth: int) -> None:
        self._lines: deque[FeedLine] = deque()
        self._depth = depth
        self._missed = 0
        self._something = asyncio.Event()

    def offer(self, line: FeedLine) -> None:
        """Keep a line, or count it as missed when the queue is full; never waits."""
        if len(self._lines) < self._depth:
            self._lines.append(line)
        else:
            self._missed += 1
        self._something.set()

    async def next(self) -> FeedLine:
        """The oldest line that waits; after the last one kept, how many were missed."""
        while not self._lines and not self._missed:
            self._something.clear()
            await self._something.wait()
        if self._lines:
            return self._lines.popleft()
        missed, self._missed = self._missed, 0
        return MissedLine(missed)


class Feed:
    """Publishes from the event loop's thread; publishing never waits and never raises."""

    def __init__(self, depth: int = 256) -> None:
        self._depth = depth
        self._listeners: set[Listener] = set()

    def publish(self, line: FeedLine) -> None:
        """Hand a line to every listener."""
        for listener in self._listeners:
            listener.offer(line)

    def observe(self, observation: Observation) -> None:
        """Publish a step: an Observer for the desk."""
        decision, step = observation.decision, observation.step
        self.publish(StepLine(decision.id, step.kind, decision.stage, step.at))

    @contextmanager
    def listen(self) -> Iterator[Listener]:
        """A queue that is filled from now until the block ends."""
        listener = Listener(self._depth)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
