"""Which head serves: the plant's own where it fits, the shipped one with a line where it does not."""

import asyncio
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app import main
from app.learning.headfile import Origin, write_heads
from app.main import building
from app.observe.log import open_log
from app.outbound.lane.heads import load_head
from app.outbound.lane.plant_heads import PlantHeads
from app.outbound.store import open_store
from app.records.answer import Say
from app.records.decision import Corrected, Decision, Refused, Understood
from app.records.message import Language, Message, MessageKind
from app.records.reading import Intent, Layer, Reading
from app.records.recipe import Recipe
from app.settings import Settings, shipped
from app.understand.head import Head
from app.verbs import heads, teach
from tests.learning.letters import LetterLane, letter_heads, write_part

NOW, TODAY = datetime(2026, 11, 23, tzinfo=UTC), date(2026, 11, 23)
ORIGIN = Origin("intent", "letters", Recipe(), 7, {"train.jsonl": "0" * 64})
LETTERS = f"model:{LetterLane.model_hash}"


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    """Shipped models of letters, trained once."""
    folder = tmp_path_factory.mktemp("models")
    trained = asyncio.run(letter_heads(write_part(folder / "intent" / "data"), folder / "cache"))
    write_heads(folder / "intent", *trained, ORIGIN, {}, TODAY)
    return folder


class RunningLane(LetterLane):
    """What the service and an update ask of a lane besides vectors."""

    stats = SimpleNamespace(ready=True, waiting=0, busy_s=0.0, evaluated=0, restarts=0)

    async def run(self) -> None:
        await asyncio.Event().wait()


def shipped_head() -> Head:
    return load_head(building.shipped("models"), "intent", LetterLane.model_hash)


def promote(settings: Settings, intent: Intent) -> str:
    """A head of the plant that sees this intent in everything."""
    head = shipped_head()
    sure = np.where([each is intent for each in head.classes], 1e4, 0.0)
    kept = PlantHeads(settings.plant_heads_dir)
    with kept.alone(), kept.new_version() as (name, folder):
        told = {"blind": {"n": 3, "accuracy": 0.9}, "corrections": 4}
        write_heads(folder, replace(head, bias=sure), None, ORIGIN, told, TODAY)
    kept.promote(name)
    return name


@pytest.fixture
def settings(tmp_path, models, monkeypatch) -> Settings:
    """Of a house whose shipped models are of letters."""
    for module in (building, teach):
        monkeypatch.setattr(module, "shipped", lambda _kind: models)
    monkeypatch.setattr(main, "build_lane", lambda _settings: RunningLane())
    return Settings(
        data_dir=tmp_path / "data", metrics={"listen": "127.0.0.1:0"}, wecom={"bot": {"enabled": False}}
    )


def test_the_shipped_head_serves_where_the_plant_has_none(settings):
    told: list[str] = []
    head, version = main.choose_head(settings, RunningLane(), told.append)
    assert (np.array_equal(head.weights, shipped_head().weights), version, told) == (True, "", [])


def test_a_damaged_head_is_told_of_and_the_shipped_one_serves(settings):
    promote(settings, Intent.APPROVAL)
    told: list[str] = []
    assert main.choose_head(settings, RunningLane(), told.append)[1] == "0001"
    (settings.plant_heads_dir / "0001" / "head.json").write_text("{}")
    head, version = main.choose_head(settings, RunningLane(), told.append)
    assert (np.array_equal(head.bias, shipped_head().bias), version) == (True, "")
    assert len(told) == 1
    assert "damaged" in told[0]


async def test_a_running_service_follows_updates_and_rollbacks(settings, tmp_path):
    store = open_store(settings.store_url)
    try:
        appliance = main.Appliance(settings, store, RunningLane(), open_log("error"))
        names = store.names()

        async def by() -> tuple[Intent, str]:
            await appliance._look_for_head()
            read = await appliance._reader.read("zqx wobble", MessageKind.TEXT, names, Language.EN)
            return read.intent, read.by

        first = await by()
        assert first[1] == LETTERS
        promote(settings, Intent.APPROVAL)
        assert await by() == (Intent.APPROVAL, f"{LETTERS}/0001")
        promote(settings, Intent.COORDINATION)
        assert await by() == (Intent.COORDINATION, f"{LETTERS}/0002")
        kept = PlantHeads(settings.plant_heads_dir)
        kept.rollback()
        assert await by() == (Intent.APPROVAL, f"{LETTERS}/0001")
        kept.rollback()
        assert await by() == first
    finally:
        store.close()


# The verbs.


def learn(*words: str, data) -> subprocess.CompletedProcess[str]:
    config = data.parent / "config.toml"
    config.write_text(f'data_dir = "{data}"\n[model]\nenabled = false\n')
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "learn", *words, "--config", str(config)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_an_update_without_a_store_or_corrections_says_what_to_do(settings):
    assert "there is no store" in said(learn("update", data=settings.data_dir))
    open_store(settings.store_url).close()
    assert "nobody has corrected a reading" in said(learn("update", data=settings.data_dir))


async def correct(settings: Settings) -> None:
    store = open_store(settings.store_url)
    store.seed(shipped("config") / "demo_plant.toml")
    reading = Reading(Intent.OTHER, 0.9, Layer.MODEL, decided=True, language=Language.EN, by="m", text="x y")
    message = Message("m1", "raj.kumar", None, MessageKind.TEXT, "x y", NOW)
    accepted = await store.write(lambda book: book.accept(message))
    found = await store.read(lambda facts: facts.decision(accepted.decision_id))
    steps = (
        Understood(NOW, reading),
        Refused(NOW, "policy:x", "no", Say("desk.chosen")),
        Corrected(NOW, "person:raj.kumar", Intent.APPROVAL, "chat"),
    )
    await store.write(lambda book: book.append(found, steps))
    store.close()


async def test_an_update_needs_the_model_and_no_other_update_beside_it(settings):
    await correct(settings)
    with PlantHeads(settings.plant_heads_dir).alone():
        assert "another update or rollback is under way" in said(learn("update", data=settings.data_dir))
    assert "model.enabled is off" in said(learn("update", data=settings.data_dir))
    assert PlantHeads(settings.plant_heads_dir).versions() == ()


def test_history_and_rollback(settings):
    assert "nothing to go back to" in said(learn("rollback", data=settings.data_dir))
    for intent in (Intent.APPROVAL, Intent.OTHER):
        promote(settings, intent)
    rows = json.loads(learn("history", "--json", data=settings.data_dir).stdout)
    assert [(row["version"], row["serves"], row["corrections"]) for row in rows] == [
        ("0001", False, 4),
        ("0002", True, 4),
    ]
    shown = learn("history", data=settings.data_dir).stdout
    assert "* 0002" in shown
    assert "90.0% of 3 (blind), 4 corrections" in shown
    for served in ("0001 serves", "the shipped head serves"):
        done = learn("rollback", data=settings.data_dir)
        assert (done.returncode, served in done.stdout) == (0, True)
    assert "* shipped" in learn("history", data=settings.data_dir).stdout


# An update from end to end.


async def correct_many(settings: Settings, texts, intent: Intent, taken_for: Intent) -> None:
    store = open_store(settings.store_url)
    store.seed(shipped("config") / "demo_plant.toml")
    reading = Reading(taken_for, 0.9, Layer.MODEL, decided=True, language=Language.EN, by="m", text="")

    def add(book) -> None:
        for n, text in enumerate(texts):
            message = Message(f"m{n}", "raj.kumar", None, MessageKind.TEXT, text, NOW)
            found = Decision(book.accept(message).decision_id, message)
            steps = (
                Understood(NOW, replace(reading, text=text)),
                Refused(NOW, "policy:x", "no", Say("desk.chosen")),
                Corrected(NOW, "person:lee.wai-man", intent, "console"),
            )
            book.append(found, steps)

    await store.write(add)
    store.close()


async def test_an_update_is_promoted_told_and_taken_back(settings, capsys):
    await correct_many(settings, ["zqx wobble", "zqx kink", "zqx burr"], Intent.QUALITY_ISSUE, Intent.OTHER)
    assert await teach.learn_update(settings, as_json=False) == 0
    said = capsys.readouterr().out
    assert "Promoted as 0001, with 3 corrections." in said
    assert re.search(r"inventory_check +\d+ +\d+\.\d% +\d+\.\d% +\d+ +\d+$", said, re.M)
    told: list[str] = []
    assert main.choose_head(settings, LetterLane(), told.append)[1] == "0001"
    assert await teach.learn_update(settings, as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["promoted"], document["fallen"], set(document["compared"])) == (
        "0002",
        [],
        {"blind", "drift", "plant"},
    )
    assert heads.rollback(settings) == 0
    assert main.choose_head(settings, LetterLane(), told.append)[1] == "0001"
    assert told == []


async def test_an_update_that_spoils_an_intent_is_not_promoted_and_says_where_to_look(settings, capsys):
    lines = (
        (building.shipped("models") / "intent" / "data" / "train.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    texts = [row["text"] for row in map(json.loads, lines) if row["intent"] == "inventory_check"]
    await correct_many(settings, texts, Intent.APPROVAL, Intent.INVENTORY_CHECK)
    assert await teach.learn_update(settings, as_json=False) == 1
    said = capsys.readouterr().out
    assert "Not promoted" in said
    assert "inventory_check: look again (F4) at what was corrected from it: D-" in said
    assert PlantHeads(settings.plant_heads_dir).versions() == ()


def test_shipped_messages_name_the_demo_plant_s_things_and_corrections_the_plant_s_own(settings):
    open_store(settings.store_url).close()
    shown, own = teach._eyes(settings)
    assert "SS-420" in {item.code for item in shown.names.items}
    assert own.names.items == (), "nothing is in the store yet"
    assert (own.rules, own.thresholds) == (shown.rules, shown.thresholds)
