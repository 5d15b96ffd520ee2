"""Files that go out by the bot: uploaded once for everybody, remembered for as long as WeCom keeps them."""

import asyncio
import math
import time
from collections.abc import Callable
from datetime import timedelta
from weakref import WeakValueDictionary

from app.outbound.budget import Budget
from app.outbound.wecom.spool import Spool
from app.outbound.wecom.upload_frames import MAX_BYTES, Outfile
from app.outbound.wecom.uploading import Uploader
from app.ports import Clock, Later, UploadBook
from app.records.errors import LinkDown, MediaRefused, OutcomeUnknown
from app.records.media import Sending, Uploaded

MARGIN = timedelta(hours=2)
"""What WeCom keeps for less than this is uploaded again: a push may have to wait for room."""

_BOT = ("uploads", False)  # the one conversation of the upload budget
_MINUTE_MAX, _HOUR_MAX = 30, 1000  # of one bot, developer page 101463, read in March 2026


class BotFiles:
    """Gives each file the id that it can be sent by; several receivers of one file wait for one upload.

    What was uploaded is kept before it is used, so that whoever finds nothing kept knows that
    nothing can have been sent.
    """

    def __init__(
        self,
        uploader: Uploader,
        spool: Spool,
        book: UploadBook,
        clock: Clock,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._uploader, self._spool, self._book, self._clock = uploader, spool, book, clock
        self._budget = Budget(tick, minute_max=_MINUTE_MAX, hour_max=_HOUR_MAX)
        self._known: dict[Sending, Uploaded] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def was_uploaded(self, file: Sending) -> bool:
        """Whether the file ever was WeCom's; False means that no push of it can have been written."""
        return file in self._known or await self._book.uploaded(file) is not None

    async def ready(self, file: Sending) -> Uploaded | Later:
        """What it can be sent by; Later while no upload has room.

        Raises MediaRefused for a file that WeCom would not take or that is not there, LinkDown when
        an upload must begin again, TurnedDown with WeCom's errcode.
        """
        turn = self._turns.setdefault(file.sha256, asyncio.Lock())
        async with turn:
            known = self._known.get(file) or await self._book.uploaded(file)
            if known is not None and known.expires_at - MARGIN > self._clock():
                self._known[file] = known
                return known
            return await self._upload(file)

    async def forget(self, file: Sending) -> None:
        """WeCom does not know the id any more: the next time the file is uploaded again."""
        known = self._known.pop(file, None) or await self._book.uploaded(file)
        if known is not None:
            gone = Uploaded(known.media_id, known.kind, self._clock())
            await self._book.keep_uploaded(file, gone)

    async def _upload(self, file: Sending) -> Uploaded | Later:
        outfile = Outfile(file.kind, file.name, await asyncio.to_thread(self._content, file))
        if wait_s := self._budget.take(_BOT, final=True):
            return Later(math.ceil(wait_s))
        try:
            uploaded = await self._uploader.upload(outfile)
        except OutcomeUnknown as fault:
            raise LinkDown("an upload was not acknowledged; nobody has seen anything of it") from fault
        await self._book.keep_uploaded(file, uploaded)
        self._known = {each: kept for each, kept in self._known.items() if kept.expires_at > self._clock()}
        self._known[file] = uploaded
        return uploaded

    def _content(self, file: Sending) -> bytes:
        path, most = self._spool.path(file.sha256), MAX_BYTES[file.kind]
        try:
            if path.stat().st_size > most:
                raise MediaRefused("too_large")
            return path.read_bytes()
        except OSError as fault:
            raise MediaRefused("gone") from fault
