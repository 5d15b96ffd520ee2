"""Sustained decisions a second, durable, against bare SQLite commits of the same rows.

The desk takes, understands by rules, decides, acts, answers and marks the answer sent, with the
channel left out: four durable points a decision, shared by group commit. The bare side inserts the
very rows that this left behind into the same tables with the same pragmas through sqlite3 alone,
once with one commit a decision and once with the same four durable points.
"""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from app.desk import Desk, Parts
from app.outbound.shipped import read_catalogue, read_corrections, read_new_names, read_rules
from app.outbound.store import SqlStore, open_store
from app.records.decision import Decision
from app.records.message import Message, MessageKind
from app.records.scheduling import Problem, Schedule
from app.settings import Settings, shipped
from app.understand.reader import Reader
from tests.bench.rows import row

MESSAGES = 3000
ROUNDS = 3
AT_ONCE = 64
TEXTS = (
    ("zhang.wei", "SS-420 库存还有多少"),
    ("raj.kumar", "where is SO-1042"),
    ("yip.ho-yin", "仲有冇胡桃木手柄呀"),
    ("chan.siu-ming", "received 5 kg SS-304 at Kwai Chung"),
    ("liu.yang", "HT-01现在正常吗"),
    ("thomas.okoye", "received 5 pcs BX-GIFT at Fo Tan"),
    ("wong.siu-fong", "SO-1047 何時完成"),
    ("maria.santos", "How much quenching oil do we have left in Tuen Mun?"),
)
TABLES = ("inbox", "decisions", "steps", "audit", "outbox", "applied", "movements")


class NoBubble:
    """Shows nothing."""

    async def open(self, decision: Decision, text: str) -> None: ...
    async def refresh(self, decision: Decision, text: str) -> None: ...


class NoSolver:
    """Solves nothing."""

    async def solve(self, problem: Problem, *, limit_s: float, start: Schedule | None = None) -> Schedule:
        raise NotImplementedError


def now() -> datetime:
    return datetime.now(UTC)


async def measure() -> list[dict[str, object]]:
    """Three rounds of each side in turn, in one folder; medians."""
    ours, one, four = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="chargehand-bench-", dir=".") as folder:
            ours.append(await _ours(Path(folder)))
            one.append(_bare(Path(folder), commits=1))
            four.append(_bare(Path(folder), commits=4))
    fast, single, same = (statistics.median(each) for each in (ours, one, four))
    note = f"{MESSAGES} rule decisions, {AT_ONCE} at once, median of {ROUNDS} rounds"
    return [
        row("decisions.per_s", round(fast), "1/s", "bare, one commit a decision", fast / single, note),
        row("decisions.per_s", round(fast), "1/s", "bare, the same four durable points", fast / same, note),
        row("decisions.bare_one_commit", round(single), "1/s"),
        row("decisions.bare_four_commits", round(same), "1/s"),
    ]


async def _ours(folder: Path) -> float:
    store = await asyncio.to_thread(open_store, f"sqlite:///{folder / 'ours.sqlite'}")
    try:
        await asyncio.to_thread(store.seed, shipped("config") / "demo_plant.toml")
        began = time.perf_counter()
        await _flow(store)
        return MESSAGES / (time.perf_counter() - began)
    finally:
        await asyncio.to_thread(store.close)


async def _flow(store: SqlStore) -> None:
    settings, awake = Settings(), asyncio.Event()
    reader = Reader(read_rules(), None, None, settings.understanding, 1.0, "Chargehand")
    lessons = read_corrections("Chargehand"), read_new_names()
    parts = Parts(store, reader, NoBubble(), NoSolver(), read_catalogue("Asia/Hong_Kong"), settings.limits,
                  settings.planning, *lessons, now, awake.set)  # fmt: skip
    desk = Desk(parts, at_once=AT_ONCE)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(desk.run())
        telling = group.create_task(_tell_all(store, awake))
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as senders:
            for number in range(MESSAGES):
                await gate.acquire()
                senders.create_task(_send(desk, number, gate))
        await telling
        running.cancel()


async def _send(desk: Desk, number: int, gate: asyncio.Semaphore) -> None:
    sender, text = TEXTS[number % len(TEXTS)]
    message = Message(
        f"b-{number:06d}", f"{sender}", None, MessageKind.TEXT, text, now(), f"r-{number}", raw="{}"
    )
    await desk.accept(message)
    gate.release()


async def _tell_all(store: SqlStore, awake: asyncio.Event) -> None:
    """What the delivery does to the store for each answer: claim it, then mark it sent."""
    told = 0

    async def tell(row_id: int) -> None:
        await store.outbox.claim(row_id)
        await store.outbox.sent(row_id, now())

    while told < MESSAGES:
        rows = await store.outbox.due(AT_ONCE)
        if not rows:
            awake.clear()
            await asyncio.wait_for(awake.wait(), 10)
            continue
        await asyncio.gather(*(tell(one.id) for one in rows))
        told += len(rows)


def _bare(folder: Path, *, commits: int) -> float:
    with sqlite3.connect(folder / "ours.sqlite") as source:
        schema = [sql for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
        work = _by_decision(source)
    bare = sqlite3.connect(folder / f"bare{commits}.sqlite", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        bare.execute(f"PRAGMA {pragma}")
    for sql in schema:
        if "sqlite_" not in sql.split("(")[0]:
            bare.execute(sql)
    began = time.perf_counter()
    for rows in work:
        share = -(-len(rows) // commits)
        for start in range(0, share * commits, share):
            bare.execute("BEGIN IMMEDIATE")
            for statement, values in rows[start : start + share]:
                bare.execute(statement, values)
            bare.execute("COMMIT")
    took = time.perf_counter() - began
    bare.close()
    return len(work) / took


def _by_decision(source: sqlite3.Connection) -> list[list[tuple[str, tuple[object, ...]]]]:
    """Every row that a decision left behind, as statements, decision by decision."""
    keyed: list[tuple[int, str, tuple[object, ...]]] = []
    for name in TABLES:
        cursor = source.execute(f"SELECT * FROM {name}")  # noqa: S608 - our own table names
        columns = [column[0] for column in cursor.description]
        statement = f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
        keyed += [
            (_decision(dict(zip(columns, values, strict=True))), statement, values) for values in cursor
        ]
    keyed.sort(key=lambda entry: entry[0])
    return [[(s, v) for _, s, v in rows] for _, rows in groupby(keyed, key=lambda entry: entry[0])]


def _decision(values: dict[str, object]) -> int:
    """Which decision a row belongs to; an applied key opens with its ticket."""
    if "key" in values:
        return int(str(values["key"]).split(":")[0].removeprefix("D-"))
    return int(str(values.get("decision") or values["n"]))
