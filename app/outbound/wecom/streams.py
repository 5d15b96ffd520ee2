"""Which bubbles are open and which are finished, shared by those who write into them."""

from collections import OrderedDict

_KEPT = 10_000


class Streams:
    """A ledger of stream ids; the newest ten thousand are remembered."""

    def __init__(self) -> None:
        self._begun: OrderedDict[str, None] = OrderedDict()
        self._finished: OrderedDict[str, int] = OrderedDict()

    def begin(self, stream: str) -> bool:
        """Note that a frame of this stream is written; True for the first."""
        first = stream not in self._begun
        self._begun[stream] = None
        if len(self._begun) > _KEPT:
            self._begun.popitem(last=False)
        return first

    def finish(self, stream: str, row: int) -> None:
        """Note that an outbox row finishes this stream; nothing unfinished may follow."""
        self._finished.setdefault(stream, row)
        if len(self._finished) > _KEPT:
            self._finished.popitem(last=False)

    def finished(self, stream: str) -> bool:
        """Whether the stream is being finished or was."""
        return stream in self._finished

    def free_for(self, stream: str, row: int) -> bool:
        """Whether this row may finish the stream: nobody has, or the same row did."""
        return self._finished.get(stream, row) == row
