"""The gateway double alone, as a server on loopback that says what it hears."""

import asyncio
from collections.abc import Callable, Sequence

from app.doubles.wecom.gateway import GatewayDouble
from app.doubles.wecom.script import Line, play


async def serve(
    port: int,
    faults: Sequence[str] = (),
    *,
    lines: Sequence[Line] = (),
    tell: Callable[[str], None] = lambda _line: None,
) -> None:
    """Serve until cancelled; the lines are played once a client has subscribed.

    Raises OwnFault for an unknown fault before the port is open, OSError when the port is taken.
    Port 0 takes a free one; `tell` hears the address and then every frame.
    """
    double = GatewayDouble(faults=faults, tell=tell)
    await double.start(port=port)
    tell(f"gateway double at {double.url}, bot id {double.bot_id}, secret {double.secret}")
    try:
        if lines:
            await double.wait_for_subscribes(1, timeout=float("inf"))
            await play(double, lines)
        await asyncio.Event().wait()
    finally:
        await double.stop()
