"""Which faults the next requests meet: what was switched on first is played out first."""

from collections import deque
from dataclasses import dataclass
from random import Random

from app.doubles.cloud.faults import DOOR, FAULTS, named
from app.doubles.cloud.mishaps import MISHAPS
from app.doubles.cloud.refusing import REFUSALS


@dataclass(slots=True)
class _Batch:
    faults: tuple[str, ...]
    left: int | None


class Switches:
    """Faults in batches; a batch without an end lasts until the next one is switched on."""

    def __init__(self) -> None:
        self._waiting: deque[_Batch] = deque()

    def add(self, names: tuple[str, ...], times: int | None) -> None:
        """Switch these on for so many requests after those spoken for, None for all that follow."""
        while self._waiting and self._waiting[-1].left is None:
            self._waiting.pop()
        faults = tuple(name for name in names if name[:4] not in DOOR)
        if faults and (times is None or times > 0):
            self._waiting.append(_Batch(faults, times))

    def clear(self) -> None:
        """No faults from the next request on."""
        self._waiting.clear()

    def active(self, fault: str) -> bool:
        """Whether the next request would meet a fault, in any of its ways."""
        return bool(self._waiting) and any(name[:4] == fault for name in self._waiting[0].faults)

    def take(self, kind: str, dice: Random) -> tuple[str, ...]:
        """The faults of one request by full name, in order; of those that exclude each other, one."""
        if not self._waiting:
            return ()
        batch = self._waiting[0]
        if batch.left is not None:
            batch.left -= 1
            if batch.left == 0:
                self._waiting.popleft()
        faults = [_as_usual(kind, name) for name in batch.faults]
        ways = [name for name in faults if name in REFUSALS or name in MISHAPS]
        chosen = dice.choice(ways) if ways else ""
        return tuple(name for name in faults if name not in ways or name == chosen)


def full_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names with their letters, each once, in the table's order; raises OwnFault for an unknown one."""
    order = list(FAULTS)
    return tuple(sorted({named(name) for name in names}, key=lambda name: (order.index(name[:4]), name)))


def _as_usual(kind: str, name: str) -> str:
    """TokenHub has a status for blocked content; the others say it in a finished answer."""
    if name == "F-18a":
        return "F-18b" if kind == "tencent" else "F-18c"
    return name
