"""What the cloud's client must remember; implements the port `CloudBook`."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import Executable

from app.outbound.store import cloud_money
from app.outbound.store.book import SqlBook
from app.outbound.store.cloud_tables import AnswerRow, BreakerRow, CapabilityRow
from app.outbound.store.line import Values, adding, clean, moment, stamp
from app.outbound.store.reader import Reader
from app.outbound.store.tables import table
from app.outbound.store.writer import Writer
from app.ports import Clock
from app.records.cloud import Breaker, Call, Capability, Caps, CostLine, Payer, Why

_ANSWERS, _BREAKERS, _CAPABILITIES = table(AnswerRow), table(BreakerRow), table(CapabilityRow)
_PURGED_MAX = 100  # what one call deletes of old answers: more than it adds, and never for long

_RECALL = sa.select(_ANSWERS.c.answer).where(
    _ANSWERS.c.key == sa.bindparam("key"), _ANSWERS.c.until > sa.bindparam("now")
)
_OLD = (
    sa.select(_ANSWERS.c.key)
    .where(_ANSWERS.c.until <= sa.bindparam("now"))
    .order_by(_ANSWERS.c.until)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_PURGE = sa.delete(_ANSWERS).where(_ANSWERS.c.key.in_(_OLD))
_FORGET = sa.delete(_ANSWERS).where(_ANSWERS.c.key == sa.bindparam("key"))
_KEEP = adding(_ANSWERS)

_OPEN = sa.select(_BREAKERS).order_by(_BREAKERS.c.provider, _BREAKERS.c.model, _BREAKERS.c.reason)
_CLOSE = sa.delete(_BREAKERS).where(
    _BREAKERS.c.provider == sa.bindparam("provider"), _BREAKERS.c.model == sa.bindparam("model")
)
_CLOSE_ONE = _CLOSE.where(_BREAKERS.c.reason == sa.bindparam("reason"))
_SET = adding(_BREAKERS)

_HERE = (
    _CAPABILITIES.c.base_url == sa.bindparam("base_url"),
    _CAPABILITIES.c.model == sa.bindparam("model"),
)
_MEASURED = sa.select(_CAPABILITIES).where(*_HERE)
_UNMEASURE = sa.delete(_CAPABILITIES).where(*_HERE)
_MEASURE = adding(_CAPABILITIES)


class SqlCloudBook:
    """Money, answers, circuits and measurements; a day and a month are those of the plant's zone."""

    def __init__(self, writer: Writer, reader: Reader, clock: Clock, zone: tzinfo) -> None:
        self._writer, self._reader, self._clock, self._zone = writer, reader, clock, zone

    # Money.

    async def reserve(self, call: Call, payers: Sequence[Payer], caps: Caps) -> Why | None:
        """Set `call.reserved_micro` aside; or which cap forbids it, with nothing kept.

        Raises OwnFault for a call without a payer, with less than no money, or with an id seen before.
        """
        day = call.at.astimezone(self._zone).date()
        return await self._writer.write(lambda book: cloud_money.reserve(book.line, call, payers, caps, day))

    async def settle(self, call: Call) -> None:
        """Put what a call cost in place of what was set aside; raises OwnFault the second time."""
        await self._writer.write(lambda book: cloud_money.settle(book.line, call))

    async def spent(self, since: datetime, by: str) -> tuple[CostLine, ...]:
        """Settled and reserved cost since a time, the dearest first."""
        return await asyncio.wrap_future(self._reader.submit(lambda line: cloud_money.spent(line, since, by)))

    def recover(self, book: SqlBook) -> int:
        """After a stop: what was set aside more than a day ago counts as spent; how many calls."""
        return cloud_money.give_up(book.line, self._clock())

    # Answers.

    async def recall(self, key: str, now: datetime) -> str | None:
        """The kept answer of a key that has not ended, or None."""
        rows = await self._see(_RECALL, {"key": key, "now": stamp(now)})
        return str(rows[0][0]) if rows else None

    async def keep(self, key: str, answer: str, until: datetime) -> None:
        """Keep an answer until a time, in place of what the key had; a few that have ended go."""
        now = stamp(self._clock())
        await self._change(
            (_PURGE, {"now": now, "most": _PURGED_MAX}),
            (_FORGET, {"key": key}),
            (_KEEP, {"key": key, "answer": clean(answer), "until": stamp(until)}),
        )

    # Circuits.

    async def breakers(self) -> tuple[Breaker, ...]:
        """The circuits that are not closed."""
        return tuple(
            Breaker(provider, model, reason, moment(opened), moment(probe), trips)
            for provider, model, reason, opened, probe, trips in await self._see(_OPEN)
        )

    async def set_breaker(self, breaker: Breaker) -> None:
        """Open a circuit, or open it longer; one per provider, model and reason."""
        which = {"provider": breaker.provider, "model": breaker.model, "reason": breaker.reason}
        times = {"opened_at": stamp(breaker.opened_at), "probe_at": stamp(breaker.probe_at)}
        await self._change((_CLOSE_ONE, which), (_SET, {**which, **times, "trips": breaker.trips}))

    async def close_breakers(self, provider: str, model: str) -> None:
        """Close every circuit of a provider's model."""
        await self._change((_CLOSE, {"provider": provider, "model": model}))

    # Measurements.

    async def capability(self, base_url: str, model: str) -> Capability | None:
        """What was measured of an endpoint, or None."""
        rows = await self._see(_MEASURED, {"base_url": base_url, "model": model})
        found = [Capability(base, name, form, build, moment(at)) for base, name, form, build, at in rows]
        return found[0] if found else None

    async def set_capability(self, capability: Capability) -> None:
        """Keep what was measured in place of what was measured before."""
        which = {"base_url": capability.base_url, "model": capability.model}
        found = {"form": capability.form, "build": clean(capability.build)}
        at = stamp(capability.measured_at)
        await self._change((_UNMEASURE, which), (_MEASURE, {**which, **found, "measured_at": at}))

    async def _see(self, statement: Executable, values: Values | None = None) -> Sequence[tuple[Any, ...]]:
        return await asyncio.wrap_future(self._reader.submit(lambda line: line.all(statement, values)))

    async def _change(self, *changes: tuple[Executable, Values]) -> None:
        def change(book: SqlBook) -> None:
            for statement, values in changes:
                book.line.do(statement, values)

        await self._writer.write(change)
