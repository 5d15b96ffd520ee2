"""A book in memory, a scripted wire, flat prices and a clock that stands still: what a client stands on."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.outbound.cloud.attempt import AttemptFailed, Raw, Target, Turn
from app.outbound.cloud.client import CloudClient
from app.outbound.cloud.parts import Parts
from app.records.cloud import (
    Attempt,
    Breaker,
    Call,
    Capability,
    Caps,
    CostLine,
    FaultClass,
    Payer,
    Prompt,
    Provider,
    Usage,
    Why,
)
from app.records.message import Language
from app.records.reading import Intent
from app.settings.cloud import Cloud, DeepSeek, Lan, Tencent

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


class StillClock:
    """Time that moves only when it is told to."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class MemoryBook:
    """The port CloudBook in memory; every call gives way once, as a real one would."""

    def __init__(self) -> None:
        self.held: dict[str, int] = {}
        self.settled: list[Call] = []
        self.reserved: list[tuple[Call, Caps]] = []
        self.answers: dict[str, tuple[str, datetime]] = {}
        self.open: dict[tuple[Provider, str, FaultClass], Breaker] = {}
        self.measured: dict[tuple[str, str], Capability] = {}
        self.asked: dict[str, int] = defaultdict(int)
        self.before: Callable[[str], None] = lambda _step: None

    async def _step(self, name: str) -> None:
        self.before(name)
        await asyncio.sleep(0)

    @property
    def spent_micro(self) -> int:
        return sum(self.held.values()) + sum(call.cost_micro for call in self.settled)

    async def reserve(self, call: Call, payers: Sequence[Payer], caps: Caps) -> Why | None:
        await self._step("reserve")
        if self.spent_micro + call.reserved_micro > caps.day_micro:
            return "day"
        if any(self.asked[payer.wish] >= caps.repeats for payer in payers):
            return "loop"
        for payer in payers:
            self.asked[payer.wish] += 1
        self.held[call.id] = call.reserved_micro
        self.reserved.append((call, caps))
        return None

    async def settle(self, call: Call) -> None:
        await self._step("settle")
        del self.held[call.id]
        self.settled.append(call)

    async def recall(self, key: str, now: datetime) -> str | None:
        await self._step("recall")
        text, until = self.answers.get(key, ("", now))
        return text if until > now else None

    async def keep(self, key: str, answer: str, until: datetime) -> None:
        await self._step("keep")
        self.answers[key] = (answer, until)

    async def breakers(self) -> tuple[Breaker, ...]:
        await self._step("breakers")
        return tuple(self.open.values())

    async def set_breaker(self, breaker: Breaker) -> None:
        await self._step("set_breaker")
        self.open[breaker.provider, breaker.model, breaker.reason] = breaker

    async def close_breakers(self, provider: str, model: str) -> None:
        await self._step("close_breakers")
        self.open = {key: each for key, each in self.open.items() if key[:2] != (provider, model)}

    async def capability(self, base_url: str, model: str) -> Capability | None:
        await self._step("capability")
        return self.measured.get((base_url, model))

    async def set_capability(self, capability: Capability) -> None:
        await self._step("set_capability")
        self.measured[capability.base_url, capability.model] = capability

    async def spent(self, since: datetime, by: str) -> tuple[CostLine, ...]:
        await self._step("spent")
        calls = [call for call in self.settled if call.at >= since]
        cost = sum(call.cost_micro for call in calls)
        return (CostLine(by, len(calls), sum((call.usage for call in calls), Usage()), cost),)


Step = str | Raw | AttemptFailed | Callable[[], Awaitable[Any]]


@dataclass
class Sent:
    """One request as the wire saw it."""

    target: Target
    turns: tuple[Turn, ...]
    deadline_s: float
    decision: str
    schema: Any


class ScriptedWire:
    """Gives its steps one after the other, by provider where told so, then "fine" for ever."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.by: dict[Provider, list[Step]] = {}
        self.sent: list[Sent] = []
        self.arrived = asyncio.Event()

    async def ask_once(self, target, turns, *, deadline_s, data_class, decision, schema=None) -> Raw:
        self.sent.append(Sent(target, tuple(turns), deadline_s, decision, schema))
        self.arrived.set()
        steps = self.by.get(target.provider, self.steps)
        step = steps.pop(0) if steps else "fine"
        await asyncio.sleep(0)
        if callable(step) and not isinstance(step, AttemptFailed):
            step = await step()
        if isinstance(step, AttemptFailed):
            raise step
        return step if isinstance(step, Raw) else raw(step, target.model)

    @property
    def asked(self) -> list[Provider]:
        return [sent.target.provider for sent in self.sent]


def raw(
    text: str, model: str, usage: Usage | None = Usage(hit=0, miss=100, output=10), build: str = ""
) -> Raw:
    return Raw(text, model, build, usage, 1.0)


def fails(fault: FaultClass, fault_id: str = "F-00", **how: Any) -> AttemptFailed:
    return AttemptFailed(fault, fault_id, f"it failed with {fault_id}", **how)


@dataclass
class FlatPrices:
    """The same price for every token at a provider; None has no price."""

    micro: dict[str, int | None] = field(default_factory=lambda: {"deepseek": 2, "tencent": 3})

    def worst(self, provider, model, at, prompt_tokens, output_tokens):
        price = self.micro.get(provider)
        return None if price is None else price * (prompt_tokens + output_tokens)

    def cost(self, provider, model, at, usage):
        return self.worst(provider, model, at, usage.hit + usage.miss, usage.output)


class CharTokens:
    """A token per character."""

    def __init__(self) -> None:
        self.learned: list[tuple[str, int, int]] = []

    def estimate(self, model: str, text: str) -> int:
        return len(text)

    def learn(self, model: str, estimated: int, told: int) -> None:
        self.learned.append((model, estimated, told))


class Seen:
    """Keeps all that the client tells."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.calls: list[tuple[Call, Why | None]] = []
        self.refusals: list[Why] = []
        self.drifts: list[Attempt] = []

    def attempted(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)

    def called(self, call: Call, why: Why | None) -> None:
        self.calls.append((call, why))

    def refused(self, why: Why) -> None:
        self.refusals.append(why)

    def drifted(self, attempt: Attempt) -> None:
        self.drifts.append(attempt)


def payer(wish: str = "w", person: str = "anna", decision: str = "D-1") -> Payer:
    return Payer(decision, person, Intent.PRODUCTION_SCHEDULE, "HK", wish)


def question(asked: str = "what", language: Language = Language.EN, **other: Any) -> Prompt:
    given = {"version": "v1", "facts": "f1", "payers": (payer(wish=asked),), **other}
    return Prompt("rules", asked, given.pop("version"), given.pop("facts"), language, **given)


class Bench:
    """A client with all its fakes; change `settings` before the first use of `client`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.book, self.wire, self.prices = MemoryBook(), ScriptedWire(), FlatPrices()
        self.tokens, self.seen, self.clock = CharTokens(), Seen(), StillClock()
        self.pauses: list[float] = []
        self.settings = self.cloud()

    def key(self, provider: str, text: str = "sk-one") -> Path:
        file = self.folder / f"{provider}.key"
        file.write_text(text + "\n", encoding="ascii")
        written = self.clock().timestamp() - 0.5
        os.utime(file, (written, written))
        return file

    def cloud(self, *, routes: Sequence[Provider] = ("deepseek", "tencent"), **other: Any) -> Cloud:
        return Cloud(
            enabled=True,
            deepseek=DeepSeek(enabled="deepseek" in routes, key_file=self.key("deepseek")),
            tencent=Tencent(enabled="tencent" in routes, key_file=self.key("tencent")),
            lan=Lan(enabled="lan" in routes),
            **{"day_cny": 1000.0, "month_cny": 1000.0, "repeats": 100, **other},
        )

    def fresh(self, clock: Callable[[], datetime] | None = None) -> CloudClient:
        parts = Parts(self.book, self.wire, self.prices, self.tokens, self.seen)
        return CloudClient(
            self.settings, ZONE, parts, clock or self.clock, chance=lambda: 0.0, pause=self._pause
        )

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.forward(seconds)
