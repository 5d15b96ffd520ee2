"""`feedback` through the real command on a real store: the same figures as table and as document."""

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from app.cli import main
from app.outbound.store import SqlStore, open_store
from app.records.answer import Say, utc_now
from app.records.decision import Refused, Understood
from app.records.message import Language, Message, MessageKind
from app.records.reading import Intent, Layer, Reading


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def feedback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Runs the command from its entry, in this process."""

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["chargehand", "feedback", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(str(ended.value.code)), said.out, said.err)

    return run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(f'data_dir = "{tmp_path}"\n[plant]\ntime_zone = "Asia/Hong_Kong"\n')
    return file


@pytest.fixture
def store(config: Path):
    opened = open_store(f"sqlite:///{config.parent / 'chargehand.sqlite'}")
    yield opened
    opened.close()


async def answer(store: SqlStore, n: int, intent: Intent, layer: Layer, age: timedelta) -> str:
    at = utc_now() - age
    message = Message(f"m{n}", "chan.siu-ming", None, MessageKind.TEXT, "库存\x1b[2J?", at)
    ticket = (await store.write(lambda book: book.accept(message))).decision_id
    decision = await store.read(lambda facts: facts.decision(ticket))
    reading = Reading(intent, 0.9, layer, decided=True, language=Language.EN, by="x", text="x")
    steps = (Understood(at, reading), Refused(at, "policy:facts", "incomplete", Say("x")))
    after = await store.write(lambda book: book.append(decision, steps))
    await store.write(lambda book: book.answer(after, "x"))
    [row] = await store.outbox.due(9)
    await store.outbox.claim(row.id)
    await store.outbox.sent(row.id, at)
    return ticket


async def opinions(store: SqlStore) -> list[str]:
    now = timedelta()
    tickets = [
        await answer(store, 1, Intent.INVENTORY_CHECK, Layer.RULE, now),
        await answer(store, 2, Intent.ORDER_STATUS, Layer.MODEL, now),
        await answer(store, 3, Intent.ORDER_STATUS, Layer.MODEL, timedelta(days=3)),
    ]
    for ticket, userid, vote in ((0, "a", 1), (0, "b", 1), (1, "a", 2), (2, "a", 2)):
        await store.write(
            lambda book, t=tickets[ticket], u=userid, v=vote: book.vote(
                t, u, v, reasons=(2,), words="少\x1b[2J"
            )
        )
    return tickets


def test_votes_are_told_by_meaning_by_layer_and_by_day(store, config, feedback):
    tickets = asyncio.run(opinions(store))
    done = feedback("--config", config)
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()]
    for row in (
        ["all", "3", "2", "2", "50%"],
        ["inventory_check", "1", "2", "0", "100%"],
        ["order_status", "2", "0", "2", "0%"],
        ["model", "2", "0", "2", "0%"],
    ):
        assert row in rows
    assert "incomplete" in done.stdout
    assert all(ticket in done.stdout for ticket in tickets[1:])
    assert "\x1b" not in done.stdout


def test_a_program_reads_the_same_from_a_day_on(store, config, feedback):
    asyncio.run(opinions(store))
    told = json.loads(feedback("--json", "--since", "1d", "--config", config).stdout)
    assert (told["answered"], told["up"], told["down"]) == (2, 2, 1)
    assert [(d["intent"], d["satisfaction"]) for d in told["days"]] == [
        ("inventory_check", 1.0), ("order_status", 0.0)
    ]  # fmt: skip
    assert told["objections"][0]["reasons"] == [2]


def test_nothing_voted_is_said(store, config, feedback):
    done = feedback("--config", config)
    assert "Nobody has voted in that time." in done.stdout
    assert json.loads(feedback("--json", "--config", config).stdout)["satisfaction"] is None


@pytest.mark.parametrize("since", ["soon", "1900-01-01", "9999-01-01"])
def test_a_time_that_is_none_is_refused(store, config, feedback, since):
    done = feedback("--since", since, "--config", config)
    assert done.returncode == 2
    assert "--since" in done.stderr
