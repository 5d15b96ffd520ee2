"""Whose an encrypted sender id is: asked of WeCom in batches, while the message waits for a moment."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from app.outbound.wecom_app.codes import Do, advice
from app.outbound.wecom_app.lookups import AT_ONCE_MAX
from app.ports import Clock
from app.records.errors import ChargehandError, SettingsWrong, TurnedDown
from app.records.identity import looks_encrypted

AGAIN_AFTER = timedelta(days=1)
"""An id that WeCom did not know is not asked for again within so long."""

_REMEMBERED = 10_000
_HELD_MAX = 8  # messages that wait at once: strangers keep nobody else waiting
_ADMIN = timedelta(hours=1)  # until somebody has changed something in the admin console
_SOON = timedelta(minutes=1)

Ask = Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]
"""The userid of each encrypted id that is known, as `lookups.plain_ids`."""

Keep = Callable[[Mapping[str, str]], Awaitable[None]]
"""Keeps whose ids they are before it returns."""


class Identifying:
    """One question at a time, for all ids that wait; of one event loop.

    `on_alarm` hears a sentence once when WeCom refuses for good, and again only after it answered.
    """

    def __init__(
        self,
        ask: Ask,
        keep: Keep,
        *,
        clock: Clock,
        on_alarm: Callable[[str], None],
        patience_s: float = 1.0,
    ) -> None:
        self._ask, self._keep, self._clock = ask, keep, clock
        self._on_alarm, self._patience_s = on_alarm, patience_s
        self._wanted: dict[str, asyncio.Future[bool]] = {}
        self._asked: dict[str, datetime] = {}
        self._work = asyncio.Event()
        self._quiet_until = clock()
        self._held = 0
        self._alarmed = False

    async def find(self, sender: str) -> bool:
        """Whether it became known, within `patience_s`, whose id this is; an answer that is late is kept too.

        False at once for an id that is not encrypted, was asked for lately, or cannot be asked for now.
        """
        waiting = self._wait_for(sender)
        if waiting is None or self._held >= _HELD_MAX:
            return False
        self._held += 1
        try:
            async with asyncio.timeout(self._patience_s):
                return await asyncio.shield(waiting)
        except TimeoutError:
            return False
        finally:
            self._held -= 1

    async def run(self) -> None:
        """Ask for what waits, for ever."""
        while True:
            await self._work.wait()
            batch = dict(list(self._wanted.items())[:AT_ONCE_MAX])
            found = await self._found(tuple(batch))
            for sender, waiting in batch.items():
                del self._wanted[sender]
                waiting.set_result(sender in found)
            if not self._wanted:
                self._work.clear()

    def _wait_for(self, sender: str) -> "asyncio.Future[bool] | None":
        waiting, now = self._wanted.get(sender), self._clock()
        if waiting is not None:
            return waiting
        lately = self._asked.get(sender)
        if not looks_encrypted(sender) or now < self._quiet_until or len(self._wanted) >= _REMEMBERED:
            return None
        if lately is not None and now - lately < AGAIN_AFTER:
            return None
        self._wanted[sender] = waiting = asyncio.get_running_loop().create_future()
        self._work.set()
        return waiting

    async def _found(self, senders: Sequence[str]) -> Mapping[str, str]:
        """Whose ids these are, kept already; nothing where WeCom or the store does not answer."""
        try:
            found = {each: userid for each, userid in (await self._ask(senders)).items() if userid}
            if found:
                await self._keep(found)
        except ChargehandError as fault:
            self._pause(fault)
            return {}
        self._alarmed = False
        self._remember(senders)
        return found

    def _pause(self, fault: ChargehandError) -> None:
        for_good = isinstance(fault, SettingsWrong) or (
            isinstance(fault, TurnedDown) and advice(fault.errcode).do in {Do.STOP, Do.ALLOW}
        )
        self._quiet_until = self._clock() + (_ADMIN if for_good else _SOON)
        if for_good and not self._alarmed:
            self._alarmed = True
            self._on_alarm(f"WeCom does not say whose encrypted sender ids are: {fault}")

    def _remember(self, senders: Sequence[str]) -> None:
        now = self._clock()
        for sender in senders:
            self._asked.pop(sender, None)
            self._asked[sender] = now
        for oldest in list(self._asked)[: len(self._asked) - _REMEMBERED]:
            del self._asked[oldest]
