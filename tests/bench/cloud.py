"""A day of 10,000 messages at the shipped mix, with doubles for models outside: calls, tokens, yuan.

The desk, store, local model, client and doubles are the real ones; the clock is moved by hand through
the day, the channel is left out, and plans come from the dispatch rule: what is counted is how often,
with how much, and at what price somebody outside is asked.
"""

import asyncio
import json
import os
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.desk import Desk, Parts
from app.doubles.cloud import CloudDouble
from app.main import build_lane, build_reader
from app.outbound.cloud.building import build_client
from app.outbound.cloud.parts import Unwatched
from app.outbound.cloud.price_file import read_prices
from app.outbound.cloud.shadow import shadow
from app.outbound.cloud.tokens import TokenCount
from app.outbound.lane.lane import ModelLane
from app.outbound.shipped import read_catalogue, read_corrections, read_new_names
from app.outbound.store import SqlStore, open_store
from app.planning import form_json
from app.planning.consulting.wording import fixed
from app.planning.question import Asker, Envelope, name_book, pose, seal
from app.records.cloud import MICRO
from app.records.decision import OPEN_STAGES
from app.records.message import Message, MessageKind
from app.records.scheduling import Problem, Schedule
from app.records.verdict import Wish
from app.settings import Cloud, Planning, Settings, shipped
from app.verbs.demo import read_script
from tests.bench.rows import row

MESSAGES = int(os.environ.get("CHARGEHAND_BENCH_MESSAGES", "10000"))
DAY = timedelta(hours=24)
START = datetime(2026, 11, 26, 16, 0, tzinfo=UTC)  # Friday 00:00 in the plant
ZONE = ZoneInfo("Asia/Hong_Kong")


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class NoBubble:
    """Shows nothing."""

    async def open(self, decision: object, text: str) -> None: ...
    async def refresh(self, decision: object, text: str) -> None: ...


class NoSolver:
    """Finds nothing, so that the dispatch rule plans."""

    async def solve(self, problem: Problem, *, limit_s: float, start: Schedule | None = None) -> Schedule:
        return Schedule("none", 0, (), "solver")


def settings_of(folder: Path, *doubles: CloudDouble) -> Cloud:
    routes: dict[str, object] = {}
    for double in doubles:
        key = folder / f"{double.kind}.key"
        key.write_text(double.key)
        routes[double.kind] = {"enabled": True, "base_url": double.base_url, "key_file": key}
    return Cloud.model_validate({"enabled": True, "gather_s": 0.02, **routes})


async def measure() -> list[dict[str, object]]:
    """Cloud calls in a hundred messages, tokens a call, yuan a day, and the shadow price beside it."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        doubles = [await stack.enter_async_context(CloudDouble(k)) for k in ("tencent", "deepseek")]
        clock, settings = HandClock(), settings_of(folder, *doubles)
        store = open_store(f"sqlite:///{folder / 'plant.sqlite'}", clock=clock, zone=ZONE)
        stack.callback(store.close)
        store.seed(shipped("config") / "demo_plant.toml")
        client = build_client(settings, ZONE, store.cloud, store.ledger, Unwatched(), clock)
        assert client is not None
        await client.load()
        lane = await asyncio.to_thread(build_lane, Settings())
        assert lane is not None
        async with asyncio.TaskGroup() as group:
            running = group.create_task(lane.run())
            await _play(_desk(store, clock, settings, client, lane), store, clock)
            running.cancel()
        return [*await _rows(store, doubles), await _size(store, clock)]


async def _size(store: SqlStore, clock: HandClock) -> dict[str, object]:
    """The tokens of one wish as it leaves, beside the whole problem as JSON."""
    words, count = "SO-1042 and SO-1045 must never share a grinder unless Tuen Mun is idle", TokenCount()
    question, book = await store.read(
        lambda facts: (pose(facts, Wish(words, unread=True), clock(), Planning(), ZONE), name_book(facts))
    )
    envelope = seal([Asker("D-1", words, question)], book, "masked", ZONE)
    assert isinstance(envelope, Envelope)
    whole = count.estimate("m", json.dumps(form_json.dump(question.problem)))
    sent = count.estimate("m", envelope.fixed + envelope.asked)
    return row("cloud: one wish as it leaves", sent, "tokens", f"the problem as JSON, {whole}", sent / whole)


def _desk(store: SqlStore, clock: HandClock, settings: Cloud, client: object, lane: ModelLane) -> Desk:
    plain = Settings()
    return Desk(
        Parts(
            store=store, reader=build_reader(plain, lane, print), bubble=NoBubble(), solver=NoSolver(),
            catalogue=read_catalogue(plain.plant.time_zone),
            limits=plain.limits, planning=Planning(options_s=0.02, replan=False),
            corrections=read_corrections("Chargehand"), new_names=read_new_names(), clock=clock,
            wake=lambda: None, cloud=client, consulting=settings,  # type: ignore[arg-type]
        )
    )  # fmt: skip


async def _play(desk: Desk, store: SqlStore, clock: HandClock) -> None:
    """Every message at its time of the day; the next hour waits until all have their end."""
    lines = [line for line in read_script(None).lines if line.text is not None]
    async with asyncio.TaskGroup() as group:
        running = group.create_task(desk.run())
        for n in range(MESSAGES):
            line = lines[n % len(lines)]
            clock.now = START + DAY * (n / MESSAGES)
            message = Message(f"b-{n:05d}", line.sender, None, MessageKind.TEXT, line.text or "", clock.now)
            await desk.accept(message)
            if n % 20 == 0:
                await _ended(store)
        await _ended(store)
        running.cancel()


async def _ended(store: SqlStore) -> None:
    open_ones = {stage.value for stage in OPEN_STAGES}
    while sum(n for stage, n in (await store.counts()).stages.items() if stage in open_ones):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def _rows(store: SqlStore, doubles: list[CloudDouble]) -> list[dict[str, object]]:
    lines = await store.cloud.spent(START - DAY, "model")
    asked = sum(len(double.seen.asked) for double in doubles)
    prompt = sum(line.usage.hit + line.usage.miss for line in lines)
    hit = sum(line.usage.hit for line in lines)
    output = sum(line.usage.output for line in lines)
    yuan = sum(line.cost_micro for line in lines) / MICRO
    prices = read_prices(shipped("config") / "prices.toml")
    shade = shadow(await store.lengths_since(START - DAY), prices, "deepseek", "deepseek-flash")
    mix = f"{MESSAGES} messages, shipped mix"
    return [
        row("cloud: calls", float(asked), "calls/day", mix, asked / MESSAGES, "at the doubles; target 0.01"),
        row("cloud: prompt", prompt / max(1, asked), "tokens/call", "of it cached", hit / max(1, prompt),
            f"fixed part {len(fixed())} signs"),
        row("cloud: answer", output / max(1, asked), "tokens/call"),
        row("cloud: cost", yuan, "CNY/day", "every message outside", yuan / (shade.cost_micro / MICRO),
            f"shadow price {shade.cost_micro / MICRO:.2f} CNY with deepseek-flash"),
    ]  # fmt: skip
