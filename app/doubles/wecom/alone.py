"""The gateway double and its media host alone, as servers on loopback that say what they hear."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from app.doubles.wecom.certified import certified
from app.doubles.wecom.gateway import GatewayDouble
from app.doubles.wecom.media_host import Enclosed, MediaHostDouble
from app.doubles.wecom.script import Line, play

MEDIA = "media."
"""What heads the name of a fault that is the media host's."""


async def serve(
    port: int,
    faults: Sequence[str] = (),
    *,
    lines: Sequence[Line] = (),
    attached: Sequence[Enclosed] = (),
    sender: str = "dry.run",
    tell: Callable[[str], None] = lambda _line: None,
) -> None:
    """Serve until cancelled; what `sender` attached and then the lines come once a client subscribes.

    Raises OwnFault for an unknown fault before the port is open, OSError when the port is taken.
    Port 0 takes a free one; `tell` hears the addresses and then every frame.
    """
    own = [name for name in faults if not name.startswith(MEDIA)]
    with tempfile.TemporaryDirectory(prefix="chargehand-double-") as folder:
        tls, ca_file = certified(Path(folder), "localhost")
        host = MediaHostDouble(tls)
        for name in faults:
            if name not in own:
                host.switch(name.removeprefix(MEDIA))
        double = GatewayDouble(faults=own, media=host, tell=tell)
        async with host:
            await double.start(port=port)
            tell(f"gateway double at {double.url}, bot id {double.bot_id}, secret {double.secret}")
            tell(f"media host double at https://127.0.0.1:{host.port}, its authority in {ca_file}")
            try:
                await _speak(double, lines, attached, sender)
                await asyncio.Event().wait()
            finally:
                await double.stop()


async def _speak(
    double: GatewayDouble, lines: Sequence[Line], attached: Sequence[Enclosed], sender: str
) -> None:
    if not lines and not attached:
        return
    await double.wait_for_subscribes(1, timeout=float("inf"))
    if attached:
        await double.attach(sender, attached)
    await play(double, lines)
