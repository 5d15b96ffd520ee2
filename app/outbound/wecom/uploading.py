"""Uploads a file over the long connection, piece by piece, each until it is acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from app.outbound.wecom.upload_frames import (
    CHUNK,
    FINISH,
    INIT,
    Outfile,
    chunk_body,
    finish_body,
    init_body,
)
from app.ports import Clock
from app.records.errors import OutcomeUnknown, TurnedDown
from app.records.media import Uploaded

Body = Mapping[str, object]
Command = Callable[[str, Body], Awaitable[Body]]
"""Sends one command under a req_id of its own and gives the answer's body; raises as `Link.command`."""

LASTS = timedelta(days=3)

_PAUSES_S = (0.5, 2.0)
_BUSY = frozenset({-1, 45033})  # a system error under load, too many at once


class Uploader:
    """Uploads files; several at once, though WeCom calls itself busy sooner then.

    WeCom takes 30 uploads a minute and 1,000 an hour of one bot; to count them is the caller's.
    """

    def __init__(
        self, command: Command, clock: Clock, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._command, self._clock, self._pause = command, clock, pause

    async def upload(self, file: Outfile) -> Uploaded:
        """What can be sent by its id from now on; begin again from the start when this raises.

        A command that is not acknowledged, or met by a busy gateway, is repeated twice. Raises
        MediaRefused before anything is sent, LinkDown (OutcomeUnknown among them), TurnedDown.
        """
        upload_id = _text(await self._patiently(INIT, init_body(file)), "upload_id")
        for index in range(file.chunks):
            await self._patiently(CHUNK, chunk_body(upload_id, file, index))
        answer = await self._patiently(FINISH, finish_body(upload_id))
        return Uploaded(_text(answer, "media_id"), file.kind, self._created(answer) + LASTS)

    async def _patiently(self, cmd: str, body: Body) -> Body:
        """A refusal after a try that was not acknowledged decides nothing: that try may have been taken."""
        doubtful = False
        for pause_s in (*_PAUSES_S, None):
            try:
                return await self._command(cmd, body)
            except OutcomeUnknown:
                doubtful = True
            except TurnedDown as no:
                if no.errcode not in _BUSY or pause_s is None:
                    if doubtful:
                        break
                    raise
            if pause_s is not None:
                await self._pause(pause_s)
        raise OutcomeUnknown("a command of the upload was not acknowledged")

    def _created(self, answer: Body) -> datetime:
        """When WeCom counts from, a number or digits; ours when it says nothing, or the future."""
        now, said = self._clock(), str(answer.get("created_at", ""))
        if not (said.isascii() and said.isdigit() and len(said) <= 10):
            return now
        return min(now, datetime.fromtimestamp(int(said), UTC))


def _text(answer: Body, key: str) -> str:
    value = answer.get(key)
    if isinstance(value, str) and value:
        return value
    raise TurnedDown(f"the answer to an upload has no {key}")
