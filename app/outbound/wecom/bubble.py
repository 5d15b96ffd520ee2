"""The sender's open answer: shown at once, replaced in place."""

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from app.outbound.wecom import frames, say
from app.outbound.wecom.link import Link
from app.outbound.wecom.streams import Streams
from app.ports import Clock
from app.records.decision import Decision
from app.records.errors import LinkDown
from app.records.message import stream_id

_GAP_S = 3.0  # the gateway counts refreshes towards its 30 messages a minute
_REFRESHES_MAX = 10
_KEPT = 10_000


@dataclass(slots=True)
class _Shown:
    at: datetime
    refreshes: int


class WecomBubble:
    """Port Bubble on the long connection.

    Waits for no acknowledgement. Says nothing when the message cannot be answered on this
    connection, when the answer is finished or takes too long, when the last frame is too fresh, or
    when the conversation's budget has room for finals only.
    """

    def __init__(self, link: Link, streams: Streams, *, clock: Clock) -> None:
        self._link = link
        self._streams = streams
        self._clock = clock
        self._shown: OrderedDict[str, _Shown] = OrderedDict()

    async def open(self, decision: Decision, text: str) -> None:
        """Show the bubble; a second call does nothing."""
        if decision.id not in self._shown and await self._show(decision, text):
            self._shown[decision.id] = _Shown(self._clock(), 0)
            if len(self._shown) > _KEPT:
                self._shown.popitem(last=False)

    async def refresh(self, decision: Decision, text: str) -> None:
        """Replace the text, at most every three seconds and ten times."""
        shown = self._shown.get(decision.id)
        if shown is None or shown.refreshes >= _REFRESHES_MAX:
            return
        if (self._clock() - shown.at).total_seconds() < _GAP_S:
            return
        if await self._show(decision, text):
            shown.at, shown.refreshes = self._clock(), shown.refreshes + 1

    async def _show(self, decision: Decision, text: str) -> bool:
        stream, message = stream_id(decision.id), decision.message
        if self._streams.closed(stream) or self._link.answer_command(message.req_id) != frames.RESPOND:
            return False
        who = (message.conversation, message.chat is not None)
        if self._link.budget.take(who, final=False):
            return False
        feedback = decision.id if self._streams.begin(stream) else ""
        with suppress(LinkDown):
            body = say.stream(stream, text, finish=False, feedback=feedback)
            if await self._link.post(frames.RESPOND, message.req_id, body, decision=decision.id):
                return True
            self._link.budget.give_back(who)
        return False
