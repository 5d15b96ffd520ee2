"""The self-built app as a way out: words and cards to one person, a clicked card brought up to date."""

import math
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from app.outbound.budget import Budget
from app.outbound.cards import body_of, ended
from app.outbound.wecom_app.client import SAME_WITHIN_S, AppClient, Clicked, Sent
from app.outbound.wecom_app.codes import Do, advice
from app.ports import Clock, Later, Outgoing
from app.ports import Sent as Said
from app.records.errors import SettingsWrong, TurnedDown

OnAlarm = Callable[[str], None]

_BUSY_S = 60.0
_OPERATOR_S = 300.0  # until an operator has changed something
_WAITS = {Do.WAIT: _BUSY_S, Do.RETRY: _BUSY_S, Do.STOP: _OPERATOR_S, Do.ALLOW: _OPERATOR_S}
_ONE_PERSON = 60011  # only this person is outside the visible range
_KEPT = 10_000


class AppWay:
    """Implements the port `Way` on the app's calls.

    WeCom drops what is over 30 messages a minute to one person without a word, so the budget holds
    it. `doubtful_text` is the notice for a row in doubt that is too old to be repeated; `on_alarm`
    hears a sentence when an operator must do something, once until it works again.
    """

    def __init__(
        self,
        client: AppClient,
        budget: Budget,
        *,
        doubtful_text: Callable[[Outgoing], str],
        clock: Clock,
        on_alarm: OnAlarm,
    ) -> None:
        self._client, self._budget, self._clock = client, budget, clock
        self._doubtful_text, self._on_alarm = doubtful_text, on_alarm
        self._tried: OrderedDict[int, datetime] = OrderedDict()
        self._alarmed = 0

    @property
    def is_ready(self) -> bool:
        """Each message is a call of its own, so there is nothing to wait for."""
        return True

    def settles_s(self, row: Outgoing) -> float:
        """WeCom sends the same words once, so they may be repeated at any time."""
        del row
        return 0.0

    async def send(self, row: Outgoing) -> Said | Later:
        """Say it to the one person of this row."""
        wait_s = self._budget.take((row.to, False), final=bool(row.reply_to))
        if wait_s:
            return Later(math.ceil(wait_s))
        try:
            await self._say(row)
        except (TurnedDown, SettingsWrong) as no:
            return self._refused(row, no)
        self._alarmed = 0
        return Said(self._clock())

    async def _say(self, row: Outgoing) -> None:
        if row.code and await self._updated(row):
            return
        sent = await self._shown(row) or await self._client.send_markdown((row.to,), self._words(row))
        if row.to in sent.missed:
            raise TurnedDown("WeCom knows no such person, or has no seat for them")

    async def _updated(self, row: Outgoing) -> bool:
        """Bring the clicked card up to date; False where WeCom does not, and words must do."""
        card = {"template_card": ended(row.task, row.text, row.card)}
        try:
            await self._client.update_card(Clicked(row.code, self._clock()), (row.to,), card)
        except TurnedDown as no:
            if advice(no.errcode).do in _WAITS and no.errcode:
                raise
            return False
        return True

    async def _shown(self, row: Outgoing) -> Sent | None:
        """Its card; None when it has none, or WeCom does not take it."""
        if row.card is None or row.reply_to or row.doubtful:
            return None
        try:
            return await self._client.send_card((row.to,), body_of(row.card))
        except TurnedDown as no:
            if advice(no.errcode).do is not Do.FIX:
                raise
            return None

    def _words(self, row: Outgoing) -> str:
        """The words; of a row in doubt only while WeCom still knows them from the time before."""
        now = self._clock()
        if not row.doubtful:
            self._tried[row.id] = now
            if len(self._tried) > _KEPT:
                self._tried.popitem(last=False)
            return row.text
        tried = self._tried.get(row.id)
        known = tried is not None and now - tried < timedelta(seconds=SAME_WITHIN_S - 60)
        return row.text if known else self._doubtful_text(row)

    def _refused(self, row: Outgoing, no: TurnedDown | SettingsWrong) -> Later:
        """What must wait waits; what never can be said is raised again."""
        errcode = no.errcode if isinstance(no, TurnedDown) else 0
        if isinstance(no, TurnedDown) and (errcode == _ONE_PERSON or advice(errcode).do not in _WAITS):
            raise no
        pause_s = _OPERATOR_S if isinstance(no, SettingsWrong) else _WAITS[advice(errcode).do]
        if pause_s == _OPERATOR_S and self._alarmed != (errcode or -1):
            self._alarmed = errcode or -1
            self._on_alarm(str(no))
        self._budget.rest((row.to, False), pause_s)
        return Later(pause_s, refused=pause_s == _BUSY_S)
