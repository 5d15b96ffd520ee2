"""How much a run leaves behind once it has warmed up."""

import gc
import tracemalloc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from resource import getpagesize


@dataclass(frozen=True, slots=True)
class Growth:
    """Between the end of the warm-up and the end: of what Python allocated, and of the whole process."""

    traced_bytes: int
    resident_bytes: int

    def __str__(self) -> str:
        return (
            f"traced {self.traced_bytes / 1024:+.1f} KiB, resident {self.resident_bytes / 1024**2:+.1f} MiB"
        )


async def growth(run: Callable[[int, int], Awaitable[None]], *, warm_up: int, count: int) -> Growth:
    """Run inputs 0 to `warm_up`, then on to `count`; `run` takes the first and how many."""
    tracemalloc.start()
    try:
        await run(0, warm_up)
        traced, resident = _traced(), _resident()
        await run(warm_up, count - warm_up)
        return Growth(_traced() - traced, _resident() - resident)
    finally:
        tracemalloc.stop()


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()
