"""Stores on every database at hand, the demo plant in them, and decisions in every stage."""

import itertools
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.outbound.store import SqlStore, open_store
from app.records.action import Action, LookUp, action_hash
from app.records.answer import Say
from app.records.decision import Acted, Approved, Decision, Held, Refused, Step, Understood, act_key
from app.records.message import Language, Message, MessageKind
from app.records.plant import Role
from app.records.reading import Intent, Layer, Reading
from app.settings import shipped

POSTGRES = os.environ.get("CHARGEHAND_TEST_POSTGRES", "")
BACKENDS = ["sqlite", "postgresql"] if POSTGRES else ["sqlite"]
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SOON = timedelta(hours=1)


@dataclass
class Ticker:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Maker:
    """Makes messages and steps with numbers of their own."""

    counter: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def message(self, text: str = "库存?", **more: Any) -> Message:
        n = next(self.counter)
        given = {"msgid": f"m-{n}", "sender": "chan.siu-ming", "chat": None, "kind": MessageKind.TEXT,
                 "received_at": NOW, "req_id": f"r-{n}", "raw": "{}"}  # fmt: skip
        return Message(**{**given, "text": text, **more})

    def understood(self, **more: Any) -> Understood:
        given = {"intent": Intent.INVENTORY_CHECK, "confidence": 0.9, "layer": Layer.RULE, "decided": True,
                 "language": Language.YUE, "by": "rule:stock", "text": "库存?"}  # fmt: skip
        return Understood(NOW, Reading(**{**given, **more}))

    def approved(self, action: Action = LookUp("stock"), by: str = "policy:reading") -> Approved:
        return Approved(NOW, by, action, action_hash(action))

    def held(self, action: Action) -> Held:
        return Held(
            NOW,
            NOW + SOON,
            "approval",
            Say("why"),
            Say("proposal", {"n": 5.0}),
            action,
            (Role.SUPERVISOR,),
            "A",
        )

    def refused(self) -> Refused:
        return Refused(NOW, "person:lee.wai-man", "refused", Say("no"))

    def steps_to_done(self, decision: Decision, action: Action = LookUp("stock")) -> tuple[Step, ...]:
        understood, approved = self.understood(), self.approved(action)
        key = act_key(decision.then(understood).then(approved))
        return understood, approved, Acted(NOW, key, Say("stock", {"n": 5.0}))

    async def begun(self, store: SqlStore, **more: Any) -> Decision:
        message = self.message(**more)
        accepted = await store.write(lambda book: book.accept(message))
        return await self.read(store, accepted.decision_id)

    async def with_steps(self, store: SqlStore, *steps: Step, **more: Any) -> Decision:
        decision = await self.begun(store, **more)
        return await store.write(lambda book: book.append(decision, steps))

    async def read(self, store: SqlStore, decision_id: str) -> Decision:
        decision = await store.read(lambda facts: facts.decision(decision_id))
        assert decision is not None
        return decision


@pytest.fixture
def make() -> Maker:
    return Maker()


@pytest.fixture
def ticker() -> Ticker:
    return Ticker()


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite'}"
        return
    schema = f"test_{uuid.uuid4().hex}"
    engine = sa.create_engine(POSTGRES, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    joint = "&" if "?" in POSTGRES else "?"
    yield f"{POSTGRES}{joint}options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))


@pytest.fixture
def store(url: str, ticker: Ticker) -> Iterator[SqlStore]:
    opened = open_store(url, clock=ticker)
    yield opened
    opened.close()


@pytest.fixture
def plant(store: SqlStore) -> SqlStore:
    """A store with the demo plant in it."""
    assert store.seed(shipped("config") / "demo_plant.toml")
    return store


@pytest.fixture
def sql(url: str) -> Callable[..., list[Any]]:
    """Runs SQL past the store, as a tamperer would; foreign keys are not watched."""

    def run(text: str, **values: object) -> list[Any]:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            result = connection.execute(sa.text(text), values)
            return list(result.all()) if result.returns_rows else []

    return run
