"""The double of the models outside alone, as a server on loopback that says what it is asked."""

import asyncio
from collections.abc import Callable, Sequence

from app.doubles.cloud.asked import Mood
from app.doubles.cloud.server import CloudDouble
from app.doubles.cloud.speaking import Kind


async def serve(
    port: int,
    kind: Kind = "deepseek",
    faults: Sequence[str] = (),
    *,
    mood: Mood = "good",
    tell: Callable[[str], None] = lambda _line: None,
) -> None:
    """Serve until cancelled.

    Raises OwnFault for an unknown fault before the port is open, OSError when the port is taken.
    Port 0 takes a free one; `tell` hears the address and the key, and then of every request.
    """
    double = CloudDouble(kind, faults=faults, mood=mood, tell=tell)
    try:
        await double.start(port)
        tell(f"{kind} double at {double.base_url}, key {double.key}")
        await asyncio.Event().wait()
    finally:
        await double.stop()
