"""Who may write now: the PIN's lock-out across all consoles, and one connection's own lock."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from app.inbound.console.backend import KeyHolder
from app.records.pin import verify_pin

TRIES = 5
"""Wrong PINs in a row before the first lock-out."""

_FIRST_PAUSE_S = 30.0
_LONGEST_PAUSE_S = 900.0
_REMEMBERED = 1_000

Tick = Callable[[], float]
"""Seconds that only ever grow: a jump of the wall clock must not keep writing open."""


@dataclass(slots=True)
class _Misses:
    count: int = 0
    until: float = 0.0


class LockOut:
    """Counts wrong PINs per userid, known or not; each after the fifth doubles the pause.

    At most a thousand userids are remembered, the longest untouched is forgotten first.
    """

    def __init__(self, tick: Tick = time.monotonic) -> None:
        self._tick = tick
        self._misses: OrderedDict[str, _Misses] = OrderedDict()

    def wait_s(self, userid: str) -> float:
        """Seconds until this userid may try again, 0 when it may now."""
        misses = self._misses.get(userid)
        return max(0.0, misses.until - self._tick()) if misses and misses.until else 0.0

    def wrong(self, userid: str) -> None:
        """Note a wrong PIN."""
        misses = self._misses.setdefault(userid, _Misses())
        self._misses.move_to_end(userid)
        misses.count += 1
        if misses.count >= TRIES:
            pause_s = _FIRST_PAUSE_S * 2.0 ** min(misses.count - TRIES, 10)
            misses.until = self._tick() + min(pause_s, _LONGEST_PAUSE_S)
        if len(self._misses) > _REMEMBERED:
            self._misses.popitem(last=False)

    def right(self, userid: str) -> None:
        """Forget the wrong ones."""
        self._misses.pop(userid, None)


class PinDesk:
    """Checks PINs, one at a time, off the event loop."""

    def __init__(
        self, lock_out: LockOut, *, stand_in: str, verify: Callable[[str, str], bool] = verify_pin
    ) -> None:
        self._lock_out = lock_out
        self._stand_in = stand_in
        self._verify = verify
        self._turn = asyncio.Lock()

    async def check(self, userid: str, holder: KeyHolder | None, pin: str) -> tuple[bool, float]:
        """Whether the PIN is right, and the seconds to wait before any PIN is looked at.

        An unknown userid takes as long and counts as much as a wrong PIN.
        """
        async with self._turn:
            wait_s = self._lock_out.wait_s(userid)
            if wait_s:
                return False, wait_s
            stored = holder.pin if holder else self._stand_in
            fits = await asyncio.to_thread(self._verify, pin, stored)
            if fits and holder is not None:
                self._lock_out.right(userid)
                return True, 0.0
            self._lock_out.wrong(userid)
            return False, self._lock_out.wait_s(userid)


class Hold:
    """One connection's right to write; it ends `idle_s` seconds after the last key."""

    def __init__(self, idle_s: float, tick: Tick = time.monotonic) -> None:
        self._tick = tick
        self._idle_s = idle_s
        self._holder: KeyHolder | None = None
        self._until = 0.0

    @property
    def holder(self) -> KeyHolder | None:
        """Who may write on this connection now, None while it only reads."""
        if self._holder is not None and self._tick() >= self._until:
            self._holder = None
        return self._holder

    @property
    def locks_in_s(self) -> float:
        """Seconds until it locks without a key, 0 while it only reads."""
        return self._until - self._tick() if self.holder else 0.0

    def open(self, holder: KeyHolder) -> None:
        """Let this person write."""
        self._holder = holder
        self._until = self._tick() + self._idle_s

    def touch(self) -> None:
        """A key was pressed."""
        if self.holder is not None:
            self._until = self._tick() + self._idle_s

    def close(self) -> None:
        """Back to reading only."""
        self._holder = None
