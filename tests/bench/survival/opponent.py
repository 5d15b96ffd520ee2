"""The gateway double with the few faults that only this table needs."""

import asyncio
from collections.abc import Callable

from app.doubles.wecom import GatewayDouble, callbacks

SPEAKER = "chan.siu-ming"
_CUT_S = 0.1  # what was said before a cut must have left our side


class Opponent(GatewayDouble):
    """What people say while nobody is subscribed is lost: no page promises that it is kept."""

    queues = False

    def forget(self) -> None:
        """Forget the subscription and leave the socket open: everything is refused with 846609."""
        caller, self._current = self._current, None
        if caller is not None:
            caller.subscribed = False

    async def tell_and_cut(self) -> None:
        """Tell the client that another one took the bot, and cut its connection without a close."""
        caller, self._current = self._current, None
        if caller is None:
            return
        caller.subscribed = False
        await caller.send(callbacks.disconnected(self.bot_id))
        await asyncio.sleep(_CUT_S)
        caller.wire.transport.abort()

    async def say_changed(self, msgid: str, text: str, change: Callable[[str], str | bytes]) -> None:
        """Say something in a frame that was changed on its way."""
        caller = self._current
        if caller is None:
            return
        said, req_id = callbacks.message(self.bot_id, msgid, SPEAKER, text), f"r-{msgid}"
        caller.live[req_id] = said
        await caller.send(change(said.frame(req_id)))
