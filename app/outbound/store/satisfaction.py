"""Votes as the store counts them: by meaning, layer and day, by answer, and the latest against one."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar

import sqlalchemy as sa

from app.outbound.store.book import OUTBOX
from app.outbound.store.facts import DECISIONS, INBOX, PEOPLE, STEPS
from app.outbound.store.line import Line, moment, stamp, ticket_of
from app.outbound.store.reader import Reader
from app.outbound.store.tables import FeedbackRow, table
from app.ports import Clock
from app.records.message import MessageKind
from app.records.reading import Intent, Layer
from app.records.satisfaction import DaySatisfaction, Objection, Satisfaction, days_of

T = TypeVar("T")
Key = tuple[date, Intent, Layer]

_FEEDBACK = table(FeedbackRow)
_UP, _DOWN = 1, 2
_LAYERS = {layer.value: layer for layer in Layer}
_INTENTS = {intent.value: intent for intent in Intent}

_BY_CLOUD = sa.exists(
    sa.select(sa.literal(1)).where(
        STEPS.c.decision == DECISIONS.c.n,
        STEPS.c.kind == "consulted",
        sa.or_(*(STEPS.c.body.contains(f'"outcome":"{how}"') for how in ("answered", "cached"))),
    )
).label("by_cloud")
"""Whether the cloud read it, as `records.decision.layer_of` tells."""

_STATE = sa.func.coalesce(OUTBOX.c.state, "")
"""Not the column itself: SQLite would look through everything that was ever sent, for each decision."""

_WAS_ANSWERED = sa.exists(
    sa.select(sa.literal(1)).where(
        OUTBOX.c.decision == DECISIONS.c.n, OUTBOX.c.reply_to != "", _STATE == "sent"
    )
)
_MEANT = (DECISIONS.c.intent, DECISIONS.c.layer, _BY_CLOUD)
_GREETED = INBOX.c.kind == MessageKind.ENTER.value  # a welcome carries no id to vote on
_OF_THEN = (DECISIONS.c.created_at >= sa.bindparam("low"), DECISIONS.c.created_at < sa.bindparam("high"))
_ANSWERS = (
    sa.select(*_MEANT)
    .join(INBOX, INBOX.c.n == DECISIONS.c.inbox)
    .where(*_OF_THEN, ~_GREETED, _WAS_ANSWERED)
    .subquery()
)
ANSWERED = sa.select(*_ANSWERS.c, sa.func.count()).group_by(*_ANSWERS.c)
_VOTES = (
    sa.select(DECISIONS.c.created_at, *_MEANT, _FEEDBACK.c.vote)
    .join(DECISIONS, DECISIONS.c.n == _FEEDBACK.c.decision)
    .where(_FEEDBACK.c.at >= sa.bindparam("low"), *_OF_THEN)
)
_AGAINST = (
    sa.select(
        _FEEDBACK.c.decision, _FEEDBACK.c.at, _FEEDBACK.c.userid, PEOPLE.c.name, *_MEANT,
        _FEEDBACK.c.reasons, _FEEDBACK.c.words, INBOX.c.text,
    )
    .join(DECISIONS, DECISIONS.c.n == _FEEDBACK.c.decision)
    .join(INBOX, INBOX.c.n == DECISIONS.c.inbox)
    .outerjoin(PEOPLE, PEOPLE.c.userid == _FEEDBACK.c.userid)
    .where(_FEEDBACK.c.vote == _DOWN, _FEEDBACK.c.at >= sa.bindparam("low"))
    .order_by(_FEEDBACK.c.at.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)  # fmt: skip
_BY_ANSWER = (
    sa.select(_FEEDBACK.c.decision, _FEEDBACK.c.vote, sa.func.count())
    .where(_FEEDBACK.c.at >= sa.bindparam("low"))
    .group_by(_FEEDBACK.c.decision, _FEEDBACK.c.vote)
)


class SqlSatisfaction:
    """Counts votes and answers. Days are the plant's."""

    def __init__(self, reader: Reader, clock: Clock, zone: tzinfo) -> None:
        self._reader, self._clock, self._zone = reader, clock, zone
        self._closed: dict[date, Counter[Key]] = {}

    async def between(self, first: date, last: date) -> tuple[DaySatisfaction, ...]:
        """By day, meaning and layer; each day is a read of its own, so that others come between."""
        answered: Counter[Key] = Counter()
        for day in days_of(first, last):
            answered += await self._answered(day)
        return _together(answered, await self._voted(first, last))

    async def votes(self, first: date, last: date) -> tuple[DaySatisfaction, ...]:
        """The same without the answers, in one short read."""
        return _together(Counter(), await self._voted(first, last))

    async def objections(self, since: datetime, limit: int) -> tuple[Objection, ...]:
        """The latest votes against answers since a time, the latest first."""
        rows = await self._see(lambda line: line.all(_AGAINST, {"low": stamp(since), "most": limit}))
        return tuple(_objection(*row) for row in rows if row[4] in _INTENTS)

    async def by_answer(self, since: datetime) -> dict[str, tuple[int, int]]:
        """The votes since a time for and against each answer, by ticket; only those with any."""
        found: dict[str, tuple[int, int]] = {}
        for number, vote, count in await self._see(lambda line: line.all(_BY_ANSWER, {"low": stamp(since)})):
            ticket = ticket_of(number, "D", 5)
            up, down = found.get(ticket, (0, 0))
            found[ticket] = (up + count * (vote == _UP), down + count * (vote == _DOWN))
        return found

    async def _answered(self, day: date) -> Counter[Key]:
        """Counted once for days that are over: an answer of before yesterday is delivered by now."""
        if day in self._closed:
            return self._closed[day]
        rows = await self._see(lambda line: line.all(ANSWERED, self._span(day, day)))
        found: Counter[Key] = Counter()
        for intent, layer, by_cloud, count in rows:
            if key := _key(day, intent, layer, by_cloud=by_cloud):
                found[key] += count
        if self._clock().astimezone(self._zone).date() - day > timedelta(days=1):
            self._closed[day] = found
        return found

    async def _voted(self, first: date, last: date) -> dict[Key, Counter[int]]:
        found: dict[Key, Counter[int]] = {}
        for at, intent, layer, by_cloud, vote in await self._see(
            lambda line: line.all(_VOTES, self._span(first, last))
        ):
            day = moment(at).astimezone(self._zone).date()
            if key := _key(day, intent, layer, by_cloud=by_cloud):
                found.setdefault(key, Counter())[vote] += 1
        return found

    def _span(self, first: date, last: date) -> dict[str, object]:
        low, high = (datetime.combine(d, time.min, self._zone) for d in (first, last + timedelta(days=1)))
        return {"low": stamp(low.astimezone(UTC)), "high": stamp(high.astimezone(UTC))}

    async def _see(self, look: Callable[[Line], T]) -> T:
        return await asyncio.wrap_future(self._reader.submit(look))


def _key(day: date, intent: str | None, layer: str | None, *, by_cloud: bool) -> Key | None:
    """None for what was never read."""
    if intent not in _INTENTS or layer not in _LAYERS:
        return None
    return day, _INTENTS[intent], Layer.CLOUD if by_cloud else _LAYERS[layer]


def _together(answered: Counter[Key], voted: dict[Key, Counter[int]]) -> tuple[DaySatisfaction, ...]:
    keys: Iterable[Key] = sorted({*answered, *voted})
    return tuple(
        DaySatisfaction(*key, Satisfaction(answered[key], votes[_UP], votes[_DOWN]))
        for key in keys
        for votes in [voted.get(key, Counter())]
    )


def _objection(number: int, at: str, userid: str, name: str | None, *rest: Any) -> Objection:
    intent, layer, by_cloud, reasons, words, said = rest
    return Objection(
        ticket_of(number, "D", 5), moment(at), userid, name or userid, _INTENTS[intent],
        Layer.CLOUD if by_cloud else _LAYERS[layer], tuple(json.loads(reasons)), words, said,
    )  # fmt: skip
