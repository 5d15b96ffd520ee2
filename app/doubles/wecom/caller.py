"""One client's connection, as the gateway double keeps it: what may be answered, and how late we ack."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from app.doubles.wecom.callbacks import Callback


@dataclass(slots=True)
class Caller:
    """A socket. `mute` means that it stays open, hears nothing and says nothing.

    `lingers` means that another has taken its bot while it stays open: pings are answered, no more.
    """

    wire: ServerConnection
    group: asyncio.TaskGroup
    number: int
    subscribed: bool = False
    mute: bool = False
    lingers: bool = False
    live: dict[str, Callback] = field(default_factory=dict)
    _waiting: Counter[str] = field(default_factory=Counter)
    _late: set[asyncio.Task[None]] = field(default_factory=set)

    def in_flight(self, req_id: str) -> int:
        """Commands of this req_id that will be acknowledged and are not yet."""
        return self._waiting[req_id]

    async def send(self, data: str | bytes) -> bool:
        """Write; False when the client is gone."""
        if self.mute:
            return True
        try:
            await self.wire.send(data)
        except ConnectionClosed:
            return False
        return True

    async def ack(
        self,
        req_id: str,
        errcode: int = 0,
        *,
        body: Mapping[str, object] = MappingProxyType({}),
        bare: bool = False,
        delay_s: float = 0.0,
    ) -> None:
        """Acknowledge, at once or after a while; a `bare` one has no errcode."""
        said: dict[str, object] = {"headers": {"req_id": req_id}}
        if not bare:
            said |= {"errcode": errcode, "errmsg": "ok" if errcode == 0 else "refused"}
        if body:
            said["body"] = dict(body)
        if delay_s <= 0:
            await self.send(json.dumps(said))
            return
        self._waiting[req_id] += 1
        task = self.group.create_task(self._later(req_id, json.dumps(said), delay_s))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def close(self, code: int = 1000) -> None:
        """Close cleanly."""
        with suppress(ConnectionClosed):
            await self.wire.close(code)

    def forget(self) -> None:
        """The connection has ended: what was to be said later is not said."""
        for task in list(self._late):
            task.cancel()

    async def _later(self, req_id: str, ack: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        self._waiting[req_id] -= 1
        await self.send(ack)
