"""Reply times by layer: an observer that learns who answered, around an outbox that knows when."""

from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import datetime

from app.ports import Observation, Outbox, Outgoing
from app.records.decision import Understood
from app.records.message import Channel

_KEPT = 10_000


class ReplyTimes:
    """Implements the port `Outbox` around another and reports each first answer once.

    `report` gets the layer and the seconds from the frame's arrival to its answer's last frame.
    """

    def __init__(self, outbox: Outbox, report: Callable[[str, float], None]) -> None:
        self._outbox = outbox
        self._report = report
        self._asked: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._answers: dict[int, str] = {}

    def observe(self, seen: Observation) -> None:
        """Remember who answers what."""
        if isinstance(seen.step, Understood):
            asked = seen.step.reading.layer, seen.decision.message.received_at
            self._asked[seen.decision.id] = asked
            if len(self._asked) > _KEPT:
                self._asked.popitem(last=False)

    async def due(self, limit: int, channels: Collection[Channel] = tuple(Channel)) -> tuple[Outgoing, ...]:
        """As the outbox."""
        rows = await self._outbox.due(limit, channels)
        self._answers |= {row.id: row.decision_id for row in rows if row.reply_to}
        return rows

    async def behind(self, row: Outgoing, limit: int) -> tuple[Outgoing, ...]:
        """As the outbox."""
        return await self._outbox.behind(row, limit)

    async def claim(self, outgoing_id: int) -> None:
        """As the outbox."""
        await self._outbox.claim(outgoing_id)

    async def sent(self, outgoing_id: int, at: datetime) -> None:
        """As the outbox; a decision's first answer is timed."""
        await self._outbox.sent(outgoing_id, at)
        asked = self._asked.pop(self._answers.pop(outgoing_id, ""), None)
        if asked is not None:
            self._report(asked[0], (at - asked[1]).total_seconds())

    async def put_off(self, outgoing_id: int, until: datetime, *, doubtful: bool) -> None:
        """As the outbox."""
        await self._outbox.put_off(outgoing_id, until, doubtful=doubtful)

    async def given_up(self, outgoing_id: int, reason: str) -> None:
        """As the outbox."""
        self._answers.pop(outgoing_id, None)
        await self._outbox.given_up(outgoing_id, reason)
