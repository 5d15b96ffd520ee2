"""A thousand faults of the connection within an hour: each question answered once, in order, in bounds.

The hour's seconds are shortened where nobody works, see `pace`; CHARGEHAND_PACE=1 takes the whole hour.
"""

import asyncio
import os
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from app.verbs.demo import staff
from tests.journeys.hour.gateway import ACKS, CODES, FaultyGateway, chosen
from tests.journeys.hour.pace import PacedLoop
from tests.journeys.hour.plant import Plant, open_plant
from tests.journeys.hour.script import Shift
from tests.journeys.hour.tally import NEVER_SPOKE, Row, Tally, outgoing, tally, unordered

SEED = 20261127
PACE = float(os.environ.get("CHARGEHAND_PACE", "30"))
HOUR_S = 3600.0
END_S = 1800.0


async def strike(gateway: FaultyGateway, faults: list[str], within_s: float, rng: Random) -> None:
    """Each fault at its time; one that needs a connection waits for it."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    gentle = {*CODES, *ACKS}
    for number, name in enumerate(faults):
        at = began + within_s * (number + rng.random()) / len(faults)
        await asyncio.sleep(at - loop.time())
        while name not in gentle and not gateway.connected:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.2)
        await gateway.strike(name)
    gateway.clear()


async def all_end(plant: Plant, gateway: FaultyGateway, shift: Shift) -> None:
    """What died in a socket never reached us: it is said again, as WeCom may. Then all must end."""
    async with asyncio.timeout(END_S):
        while True:
            kept = {kept.decision.message.msgid for kept in await plant.store.recent(100_000)}
            lost = {said.msgid for said in shift.said} - kept
            counts = await plant.store.counts()
            if not lost and not counts.unsent and not counts.stages.get("received"):
                return
            if gateway.connected:
                shift.lost |= lost
                for msgid in sorted(lost):
                    await gateway.redeliver(msgid)
            await asyncio.sleep(5)


async def play(folder: Path, number: int, within_s: float) -> tuple[FaultyGateway, Shift, Plant, int]:
    """So many faults in so many seconds of the loop, and what came of it; the last is the seconds it took."""
    loop, rng = asyncio.get_running_loop(), Random(SEED)  # noqa: S311 - chosen once, to be repeatable
    faults = chosen(rng, number)
    async with FaultyGateway(Random(SEED + 1), loop.time, known=staff()) as gateway:  # noqa: S311
        async with open_plant(folder, gateway) as plant:
            await gateway.wait_for_subscribes(1)
            began, over = loop.time(), asyncio.Event()
            shift = Shift(gateway, Random(SEED + 2))  # noqa: S311
            async with asyncio.TaskGroup() as group:
                group.create_task(shift.work(over))
                await strike(gateway, faults, within_s, rng)
                over.set()
            took_s = loop.time() - began
            await all_end(plant, gateway, shift)
            verified = plant.store.audit_verify()
            assert verified.ok, verified.sentence
        return gateway, shift, plant, round(took_s)


def held_against(rows: list[Row], gateway: FaultyGateway, shift: Shift) -> Tally:
    """Each answer once, none lost, in order; a doubtful one may stand there or be told as a ticket."""
    told = tally(gateway.strict.heard, rows)
    answers = [each for each in rows if each.msgid]
    assert Counter(each.msgid for each in answers) == Counter(said.msgid for said in shift.said)
    assert {each.state for each in rows} <= {"sent", "given_up"}
    assert {each.reason for each in rows if each.state == "given_up"} <= {NEVER_SPOKE}
    doubts = Counter(each.doubt for each in rows if each.doubtful)
    assert told.doubts.keys() <= doubts.keys(), "told of a doubt that there was not"
    unheard = gateway.struck["no_ack"] + gateway.struck["late_ack"]  # of the notice itself
    assert (told.doubts - doubts).total() <= unheard
    twice = {msgid for msgid, n in told.shown.items() if n > 1}
    assert not twice, f"answered twice: {gateway.strict.of(twice)}"
    for each in answers:
        whole = bool(told.shown[each.msgid]) or each.msgid in told.cut
        told_so = each.doubtful and bool(told.doubts[each.doubt])
        assert whole or told_so or each.state == "given_up", f"not answered: {each}"
    assert not unordered(answers, told.first)
    return told


def notices_once(rows: list[Row], told: Tally) -> None:
    """Notices and cards too; in doubt or given up they may have been shown or not."""
    most = Counter((each.to, each.text) for each in rows if not each.msgid and not each.task)
    least = most - Counter((each.to, each.text) for each in rows if each.doubtful or each.state == "given_up")
    assert least <= told.notices <= most
    assert all(n == 1 for task, n in told.cards.items() if task != "None")


def done_once(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "chargehand.sqlite")) as store:
        acts = store.execute("SELECT count(*) FROM steps WHERE kind = 'acted' GROUP BY decision").fetchall()
        moved = store.execute("SELECT count(*) FROM movements GROUP BY key, item, facility").fetchall()
    assert acts
    assert {n for (n,) in (*acts, *moved)} == {1}


def most_a_minute(gateway: FaultyGateway) -> int:
    """Refused frames count as well."""
    return max(gateway.seen.arrivals.most_a_minute.values())


def report(gateway: FaultyGateway, shift: Shift, plant: Plant, rows: list[Row], told: Tally) -> str:
    """The figures, in a line."""
    heard, struck = gateway.strict.heard, gateway.struck
    kinds = ", ".join(f"{name} {n}" for name, n in sorted(struck.items()))
    ends = Counter(each.state for each in rows if each.msgid)
    return (
        f"faults that struck {sum(struck.values())} ({kinds}); connections {plant.readies}; "
        f"said {dict(Counter(said.kind for said in shift.said))}, delivered again {len(shift.lost)}; "
        f"answers shown {told.shown.total()}, {dict(ends)}, "
        f"in doubt {sum(each.doubtful for each in rows)}, told so {told.doubts.total()}, "
        f"busiest minute {most_a_minute(gateway)}; commands {len(heard)}, "
        f"attempts {dict(plant.delivery.ends)}"
    )


@pytest.mark.timeout(1800 if PACE >= 10 else 7200)
@pytest.mark.parametrize("number", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_every_question_is_answered_once_in_order_and_within_the_limits(tmp_path: Path, number: int):
    with asyncio.Runner(loop_factory=lambda: PacedLoop(PACE)) as runner:
        gateway, shift, plant, took_s = runner.run(play(tmp_path, number, HOUR_S * number / 1000))
    rows = outgoing(tmp_path / "chargehand.sqlite")
    told = held_against(rows, gateway, shift)
    notices_once(rows, told)
    done_once(tmp_path)
    assert most_a_minute(gateway) <= 30
    assert gateway.seen.breaches == []
    sys.stderr.write(f"\n{took_s} s: {report(gateway, shift, plant, rows, told)}\n")
