"""Which bubbles are open and which are finished, shared by those who write into them."""

import time
from collections import OrderedDict
from collections.abc import Callable

_KEPT = 10_000
_OPEN_MAX_S = 300.0  # page 101463 says six minutes (March 2026), others ten: five is right under both
_NOBODY = -1


class Streams:
    """A ledger of stream ids; the newest ten thousand are remembered. `tick` is monotonic, in seconds."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._tick = tick
        self._begun: OrderedDict[str, float] = OrderedDict()
        self._finished: OrderedDict[str, int] = OrderedDict()

    def begin(self, stream: str) -> bool:
        """Note that a frame of this stream is written; True for the first."""
        first = stream not in self._begun
        self._begun.setdefault(stream, self._tick())
        if len(self._begun) > _KEPT:
            self._begun.popitem(last=False)
        return first

    def finish(self, stream: str, row: int) -> None:
        """Note that an outbox row finishes this stream; nothing unfinished may follow."""
        self._finished.setdefault(stream, row)
        if len(self._finished) > _KEPT:
            self._finished.popitem(last=False)

    def lose(self, stream: str) -> None:
        """Note that the gateway takes no more frames of this stream."""
        self._finished[stream] = _NOBODY

    def closed(self, stream: str) -> bool:
        """Whether the stream is being finished or was, or has been open for five minutes."""
        return stream in self._finished or self._too_old(stream)

    def free_for(self, stream: str, row: int) -> bool:
        """Whether this row may finish the stream in time: nobody has, or the same row did."""
        return self._finished.get(stream, row) == row and not self._too_old(stream)

    def _too_old(self, stream: str) -> bool:
        return stream in self._begun and self._tick() - self._begun[stream] > _OPEN_MAX_S
