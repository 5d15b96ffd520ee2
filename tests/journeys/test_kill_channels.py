"""SIGKILL while a click, an open bubble and a picture's upload are on their way, a hundred times."""

import asyncio
import random
import sqlite3
import sys
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.doubles.wecom.gateway import GatewayDouble
from app.main import verify_chain
from app.settings import load
from app.verbs.demo import staff, write_config
from app.verbs.service import Service
from tests.journeys.test_kill_nine import everything_ends

SEED = 20261128
APPROVER, ASKER, OTHER, READER = "lee.wai-man", "raj.kumar", "zhang.wei", "cheung.tai"
KG = 501  # more than is booked alone


@dataclass
class Floor:
    """People who keep a card unpressed for every kill."""

    gateway: GatewayDouble
    rng: random.Random
    said: list[str] = field(default_factory=list)
    clicks: dict[str, str] = field(default_factory=dict)  # the card's task id by the click's msgid
    asked: int = 0

    async def ask_for_a_card(self) -> None:
        """Each asks for another amount, which tells the bookings apart."""
        self.asked += 1
        text = f"received {KG + self.asked} kg SS-420 from ST-01, delivery note ok"
        await self.gateway.say(ASKER, text, msgid=self._next("card"))

    async def card(self) -> None:
        """Return when there is a card that nobody pressed."""
        await self.gateway.wait_for(lambda _seen: bool(self._unpressed()), timeout=60)

    async def press(self) -> None:
        """Yes on the oldest unpressed card; now and then on one that was pressed before."""
        unpressed = self._unpressed()
        pressed = sorted(set(self.clicks.values()))
        task = self.rng.choice(pressed) if pressed and self.rng.random() < 0.2 else unpressed[0]
        msgid = self._next("click")
        self.clicks[msgid] = task
        await self.gateway.click(APPROVER, *self.gateway.seen.press(APPROVER, task, "yes:"), msgid=msgid)

    async def question(self) -> None:
        await self.gateway.say(OTHER, "请问 SO-1042 现在做到哪个工序", msgid=self._next("question"))

    async def picture(self) -> None:
        await self.gateway.say(READER, "交更報告", msgid=self._next("picture"))

    def _next(self, kind: str) -> str:
        self.said.append(f"c-{len(self.said):05d}-{kind}")
        return self.said[-1]

    def _unpressed(self) -> list[str]:
        pushes = self.gateway.seen.pushes.get(APPROVER, [])
        tasks = [str(push.card["task_id"]) for push in pushes if push.card]
        return [task for task in tasks if task not in self.clicks.values()]


IN_FLIGHT = (Floor.press, Floor.question, Floor.picture)
"""What is on its way when the service is killed."""


async def kill_again_and_again(floor: Floor, service: Service, kills: int) -> None:
    """Each time it is back and a card lies there: send all that is to be in flight, and kill it."""
    for number in range(1, kills + 1):
        await floor.gateway.wait_for_subscribes(number, timeout=60)
        await floor.ask_for_a_card()
        await floor.ask_for_a_card()
        await floor.card()
        sends = list(IN_FLIGHT)
        floor.rng.shuffle(sends)
        for send in sends:
            await send(floor)
            await asyncio.sleep(floor.rng.uniform(0, 0.005))
        bubbles, moment_s = (
            len(floor.gateway.seen.bubbles),
            floor.rng.uniform(0.0, floor.rng.choice((0.08, 0.8))),
        )
        with suppress(TimeoutError):
            await floor.gateway.wait_for(lambda seen, n=bubbles: len(seen.bubbles) > n + 9, timeout=moment_s)
        await service.kill()
        await service.start()
    await floor.gateway.wait_for_subscribes(kills + 1, timeout=60)


async def all_is_said(file: Path) -> None:
    """Pictures come after the answers that tell of them."""
    unsent = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'claimed')"
    async with asyncio.timeout(120):
        with closing(sqlite3.connect(file)) as store:
            while store.execute(unsent).fetchone()[0]:  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.1)


def shown(gateway: GatewayDouble, msgid: str, recipient: str, text: str) -> int:
    """How often an answer stands somewhere: its bubble's end, its card, a push."""
    bubbles = gateway.seen.bubbles.get(msgid, [])
    card = gateway.seen.updates.get(msgid, {}).get("template_card", {})
    pushes = gateway.seen.pushes.get(recipient, [])
    return (
        sum(bubble.finished and bubble.content == text for bubble in bubbles)
        + (bool(card) and "button_list" not in card)
        + sum(push.content == text for push in pushes)
    )


_BOOKED = "SELECT change FROM movements WHERE item = 'SS-420' AND change > 501"


@dataclass
class Found:
    """What the store holds in the end."""

    kept: list[str]
    finals: list[tuple[str, str, str, bool]]
    settled: Counter[int]
    acted: Counter[int]
    booked: Counter[float]
    done: set[int]
    pictures: list[bool]
    integrity: str


def look(file: Path) -> Found:
    with sqlite3.connect(file) as store:
        ask = lambda words: store.execute(words).fetchall()  # noqa: E731 - six questions
        steps = "SELECT decision, count(*) FROM steps WHERE kind IN ({}) GROUP BY 1"
        return Found(
            [msgid for (msgid,) in ask("SELECT msgid FROM inbox ORDER BY msgid")],
            ask("SELECT reply_to, recipient, text, doubtful FROM outbox WHERE final AND state = 'sent'"),
            Counter(dict(ask(steps.format("'approved', 'refused'")))),
            Counter(dict(ask(steps.format("'acted'")))),
            Counter(amount for (amount,) in ask(_BOOKED)),
            {n for (n,) in ask("SELECT n FROM decisions WHERE stage = 'done'")},
            [bool(unsure) for (unsure,) in ask("SELECT doubtful FROM outbox WHERE file <> ''")],
            ask("PRAGMA integrity_check")[0][0],
        )


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kills", [8, pytest.param(100, marks=pytest.mark.slow)])
async def test_clicks_and_bubbles_survive_kills_and_nothing_is_settled_twice(tmp_path: Path, kills: int):
    async with GatewayDouble(known=staff()) as gateway:
        config = write_config(tmp_path, gateway, model=False)
        settings = load(config)[0]
        service = Service(config, settings.socket_path, tmp_path / "service.log")
        floor = Floor(gateway, random.Random(SEED))  # noqa: S311 - chosen once, to be repeatable
        await service.start()
        await kill_again_and_again(floor, service, kills)
        await everything_ends(gateway, service, floor.said)
        await all_is_said(tmp_path / "chargehand.sqlite")
        assert await service.stop() == 0

    assert verify_chain(settings).ok
    found = look(tmp_path / "chargehand.sqlite")
    assert found.integrity == "ok"
    assert found.kept == sorted(floor.said), "lost, or kept twice"
    assert {msgid for msgid, *_ in found.finals} == set(floor.said), "a message got no end"
    often = {msgid: shown(gateway, msgid, to, text) for msgid, to, text, _ in found.finals}
    assert not {msgid: n for msgid, n in often.items() if n > 1}, "answered twice"
    doubtful = {msgid for msgid, *_, unsure in found.finals if unsure}
    assert {msgid for msgid, n in often.items() if n == 0} <= doubtful
    pressed = {int(task.split("@")[0].removeprefix("D-")) for task in floor.clicks.values()}
    assert pressed <= found.done, "a click was lost"
    assert pressed <= found.settled.keys() & found.acted.keys()
    assert {*found.settled.values(), *found.acted.values(), *found.booked.values()} == {1}, "done twice"
    assert len(found.booked) == len(pressed)
    cards = Counter(push.card["task_id"] for push in gateway.seen.pushes[APPROVER] if push.card)
    assert set(cards.values()) == {1}, "a card was shown twice"
    drawn = [push for push in gateway.seen.pushes[READER] if push.msgtype == "image"]
    assert len(found.pictures) - sum(found.pictures) <= len(drawn) <= len(found.pictures)
    assert len(found.pictures) == kills, "a picture was lost"
    assert gateway.seen.breaches == []
    sys.stderr.write(
        f"\n{kills} kills: {len(floor.said)} messages, {len(floor.clicks)} clicks on {len(pressed)} cards, "
        f"shown {sum(often.values())}, told as doubtful {sum(n == 0 for n in often.values())}, "
        f"pictures {len(drawn)}\n"
    )
