"""`chargehand relay`: the store-and-forward for a host in the DMZ, until SIGTERM."""

from collections.abc import Callable
from pathlib import Path

from app.relay import Relay
from app.settings import load_relay


async def relay(config: Path, tell: Callable[[str], None]) -> int:
    """Serve; tells the ports once both doors are open."""
    async with Relay.opened(load_relay(config)) as opened:
        tell(f"callbacks on port {opened.callback.port}, appliance on port {opened.pull.port}")
        await opened.run()
    return 0
