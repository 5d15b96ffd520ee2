"""Our column of the table of survival: the link lives through everything that the gateway can do to it."""

import asyncio
import sys

import pytest

from tests.bench.survival import rivals, running
from tests.bench.survival.__main__ import OURS, page, run
from tests.bench.survival.events import (
    DEAD,
    EVENTS,
    ONCE,
    PEACEFUL,
    RECONNECTS,
    SURVIVES,
    Event,
    Pace,
    Scene,
    trial,
)  # fmt: skip

PACE = Pace(heartbeat_s=2.0, watch_s=30.0, rival_s=2.0, ack_timeout_s=1.0, late_s=1.5)
EXPECTED = {
    "server closes cleanly, 1000": RECONNECTS,
    "server closes cleanly, 1001": RECONNECTS,
    "TCP abort": RECONNECTS,
    "pings never answered": RECONNECTS,
    "server falls silent, socket open": RECONNECTS,
    "zombie: 846609 to everything": RECONNECTS,
    "subscribe refused, later accepted": RECONNECTS,
    "superseded, the other client leaves": RECONNECTS,
    "superseded again and again, told and closed": PEACEFUL,
    "superseded again and again, told and cut": PEACEFUL,
    "same msgid twice": ONCE,
}
"""Every other event is survived on the same connection."""


@pytest.fixture(scope="module")
def cells() -> dict[tuple[str, str], str]:
    return asyncio.run(run({OURS: running.here}, EVENTS, PACE, at_once=len(EVENTS)))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.title)
def test_we_survive(cells: dict[tuple[str, str], str], event: Event) -> None:
    assert cells[event.title, OURS] == EXPECTED.get(event.title, SURVIVES)


def test_what_is_expected_names_events_that_there_are() -> None:
    assert set(EXPECTED) <= {event.title for event in EVENTS}


def test_the_table_without_the_sdks_is_our_column(cells: dict[tuple[str, str], str]) -> None:
    text = page(cells, [OURS], [], PACE)
    assert "| event | Chargehand |" in text
    assert "| server closes cleanly, 1000 | reconnects |" in text


async def test_our_client_says_the_same_in_a_process_of_its_own() -> None:
    start = running.process(sys.executable, "-m", "tests.bench.survival.clients.ours")
    assert await trial(start, EVENTS[0], PACE) == RECONNECTS


async def test_a_client_that_hears_no_more_is_dead() -> None:
    async def deaf(scene: Scene) -> str:
        await scene.opened()
        scene.gateway.switch("refuse_subscribe")
        await scene.gateway.drop("abort")
        return await scene.probe(1)

    assert await trial(running.here, Event("deaf", deaf), Pace(watch_s=0.5)) == DEAD


@pytest.mark.slow
def test_an_sdk_that_the_index_does_not_give_is_left_out(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    assert not rivals.prepare(rivals.RIVALS[0], tmp_path)
    assert not list(tmp_path.iterdir())
