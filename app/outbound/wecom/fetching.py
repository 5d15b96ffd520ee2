"""Fetches what people attached while its address lives: a few at once, again after a fault, not for ever."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from app.outbound.wecom.media import MediaFetcher
from app.outbound.wecom.spool import Spool
from app.ports import Clock, Ledger, MediaQueue
from app.records.answer import Catalogue, Say, utc_now
from app.records.errors import ChargehandError, Down, MediaDown, MediaRefused, StoreFull
from app.records.media import Media, MediaState, Wanted
from app.records.message import Language, Message
from app.settings import Settings

_LOOKED_AT = 256  # wanted ones at a time

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MediaRests:
    """Pauses in seconds."""

    idle_s: float = 5.0  # between looks for what is wanted
    again_s: tuple[float, ...] = (1.0, 3.0, 8.0, 20.0)  # after each fault; the last one from then on


@dataclass(frozen=True, slots=True)
class _Missed:
    state: MediaState
    reason: str


def build_fetching(
    settings: Settings,
    queue: MediaQueue,
    ledger: Ledger,
    catalogue: Catalogue,
    on_alarm: Callable[[ChargehandError], None],
) -> "Fetching":
    """Fetching into the media folder; raises SettingsWrong and StoreFull when that cannot be."""
    media = settings.wecom.media
    fetcher = MediaFetcher(media, Spool(settings.media_dir), utc_now, ledger=ledger)
    return Fetching(fetcher, queue, utc_now, media.at_once, catalogue, on_alarm)


class Fetching:
    """Drains the queue of wanted attachments.

    `on_alarm` hears when the disk or the store does not take one; it stays wanted until its address
    dies. Whoever sent what will not come is told so.
    """

    def __init__(
        self,
        fetcher: MediaFetcher,
        queue: MediaQueue,
        clock: Clock,
        at_once: int,
        catalogue: Catalogue,
        on_alarm: Callable[[ChargehandError], None] = lambda _fault: None,
        *,
        rests: MediaRests = MediaRests(),
    ) -> None:
        self._fetcher, self._queue, self._clock = fetcher, queue, clock
        self._catalogue, self._on_alarm, self._rests = catalogue, on_alarm, rests
        self._slots = asyncio.Semaphore(at_once)
        self._awake = asyncio.Event()
        self._busy: set[tuple[str, int]] = set()

    def hear(self, message: Message) -> None:
        """Look now where something was attached to a message that was kept. On the loop's thread."""
        if message.attached:
            self._awake.set()

    async def run(self) -> None:
        """Fetch for ever; cancel to stop. What is unfinished then is wanted still."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._awake.clear()
                for wanted in await self._look():
                    self._busy.add((wanted.ticket, wanted.n))
                    group.create_task(self._bring(wanted))
                await self._rest(self._rests.idle_s)

    async def _look(self) -> list[Wanted]:
        try:
            found = await self._queue.wanted(_LOOKED_AT)
        except Down as fault:
            self._alarm(fault)
            return []
        return [each for each in found if (each.ticket, each.n) not in self._busy]

    async def _rest(self, most_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(most_s):
                await self._awake.wait()

    async def _bring(self, wanted: Wanted) -> None:
        """One attachment to its end; where that cannot be kept, the next look finds it wanted again."""
        try:
            ending = await self._patiently(wanted)
            await self._settle(wanted, ending)
        except (StoreFull, Down) as fault:
            self._alarm(fault, wanted)
        finally:
            self._busy.discard((wanted.ticket, wanted.n))

    async def _patiently(self, wanted: Wanted) -> Media | _Missed:
        """The attachment; or that it is refused, or that its address died before it came."""
        attempts, last = 0, "expired"
        while (left_s := (wanted.until - self._clock()).total_seconds()) > 0:
            try:
                async with self._slots:
                    if self._clock() >= wanted.until:
                        break
                    return await self._fetcher.fetch(wanted.attachment, decision=wanted.ticket)
            except MediaRefused as no:
                return self._missed(wanted, MediaState.REFUSED, no.reason, attempts)
            except MediaDown as fault:
                last = fault.reason
            except StoreFull as full:
                if last != "disk_full":
                    self._alarm(full, wanted)
                last = "disk_full"
            pauses_s = self._rests.again_s
            await asyncio.sleep(min(pauses_s[min(attempts, len(pauses_s) - 1)], left_s))
            attempts += 1
        return self._missed(wanted, MediaState.LOST, last, attempts)

    def _missed(self, wanted: Wanted, state: MediaState, reason: str, attempts: int) -> _Missed:
        _log.warning("media_missed", decision=wanted.ticket, n=wanted.n, state=state.value, reason=reason,
                     attempts=attempts + (state is MediaState.REFUSED))  # fmt: skip
        return _Missed(state, reason)

    async def _settle(self, wanted: Wanted, ending: Media | _Missed) -> None:
        if isinstance(ending, Media):
            await self._queue.kept(wanted, ending)
            _log.info("media_kept", decision=wanted.ticket, n=wanted.n, size_bytes=ending.size_bytes)
            return
        say = _missed_say(wanted, ending.reason)

        def text(language: Language) -> str:
            return self._catalogue.render(say, language, self._clock())

        await self._queue.missed(wanted, ending.state, ending.reason, text)

    def _alarm(self, fault: ChargehandError, wanted: Wanted | None = None) -> None:
        _log.error("media_alarm", code=fault.code, decision=wanted.ticket if wanted else "")
        self._on_alarm(fault)


def _missed_say(wanted: Wanted, reason: str) -> Say:
    key = "desk.media_too_large" if reason == "too_large" else "desk.media_missed"
    return Say(key, {"what": Say(f"words.media.{wanted.attachment.kind}"), "ticket": wanted.ticket})
