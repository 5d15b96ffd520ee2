"""Which frame an acknowledgement belongs to.

Acknowledgements carry the req_id and no sequence, so those of one req_id are matched in the order
of writing: a late one goes to the frame that was given up, never to the one after it.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

Answer = asyncio.Future[Mapping[str, object] | None]
"""The gateway's answer; None when the connection ended before one came."""

_SILENT_AFTER = 3


@dataclass(slots=True)
class Habits:
    """Whether the gateway acknowledges frames that do not finish an answer; not documented.

    Kept across connections. Three answers that were finished over an unacknowledged opening frame,
    and no opening frame that was ever seen to be acknowledged, mean that it does not.
    """

    silent: int = 0
    acknowledges: bool = False

    @property
    def waits(self) -> bool:
        """Whether an acknowledgement of such a frame is to be expected."""
        return self.acknowledges or self.silent < _SILENT_AFTER


@dataclass(slots=True)
class _Owed:
    answer: Answer
    written: float
    interim: bool
    behind: bool  # an unfinishing frame was still unacknowledged when this one was written


class Acks:
    """The frames of one connection that wait for their acknowledgement, by req_id."""

    def __init__(self, late_s: float, habits: Habits) -> None:
        self._late_s = late_s
        self._habits = habits
        self._owed: dict[str, deque[_Owed]] = {}

    def expect(self, req_id: str, *, interim: bool = False) -> Answer:
        """Note that a frame is about to be written."""
        loop = asyncio.get_running_loop()
        self._forget_late(req_id)
        answer: Answer = loop.create_future()
        owed = self._owed.setdefault(req_id, deque())
        behind = any(each.interim for each in owed)
        owed.append(_Owed(answer, loop.time(), interim, behind))
        return answer

    def latest(self, req_id: str) -> Answer | None:
        """The answer still owed to the newest frame of a req_id, or None."""
        self._forget_late(req_id)
        owed = self._owed.get(req_id)
        return owed[-1].answer if owed else None

    def settle(self, req_id: str, data: Mapping[str, object]) -> bool:
        """Give an acknowledgement to the oldest frame that waits; False when none does."""
        owed = self._owed.get(req_id)
        if not owed:
            return False
        first = owed.popleft()
        if first.behind or (first.interim and not owed):
            self._habits.acknowledges = True
        if not owed:
            del self._owed[req_id]
        if not first.answer.done():
            first.answer.set_result(data)
        return True

    def pass_over(self, req_id: str) -> None:
        """The next frame is written although the one before it is unanswered."""
        owed = self._owed.get(req_id)
        if owed and owed[-1].interim:
            self._habits.silent += 1

    def sweep(self) -> None:
        """Forget every frame whose acknowledgement can no longer be meant."""
        for req_id in list(self._owed):
            self._forget_late(req_id)

    def end(self) -> None:
        """The connection is gone: no answer will come."""
        for owed in self._owed.values():
            for each in owed:
                if not each.answer.done():
                    each.answer.set_result(None)
        self._owed.clear()

    def _forget_late(self, req_id: str) -> None:
        owed = self._owed.get(req_id)
        oldest = asyncio.get_running_loop().time() - self._late_s
        while owed and owed[0].written < oldest:
            owed.popleft()
        if owed is not None and not owed:
            del self._owed[req_id]
