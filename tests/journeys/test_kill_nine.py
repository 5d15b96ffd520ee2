"""SIGKILL at random points of the shift, fifty in the long run: no message is lost, none done twice."""

import asyncio
import random
import sqlite3
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from app.doubles.wecom.gateway import GatewayDouble
from app.main import verify_chain
from app.settings import load
from app.verbs.demo import read_script, staff, write_config
from app.verbs.service import Line, Service

MOST = 1000  # messages; a slow machine kills more slowly, and every plan that was asked for must be made
SEED = 20261123


async def say_the_shift(gateway: GatewayDouble, over: asyncio.Event) -> list[str]:
    """The texts of the shift, again and again until the kills are over, MOST at most; returns the msgids."""
    rng, said = random.Random(SEED), list[str]()  # noqa: S311 - chosen once, to be repeatable
    lines = [line for line in read_script(None).lines if line.text is not None]
    while not over.is_set() and len(said) < MOST:
        line = lines[len(said) % len(lines)]
        said.append(f"k-{len(said):05d}")
        await gateway.say(line.sender, line.text or "", chat=line.chat, msgid=said[-1])
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), rng.uniform(0.0, 0.2))
    return said


async def kill_again_and_again(gateway: GatewayDouble, service: Service, kills: int) -> None:
    """Each time it has subscribed, give it a random number of answers, then kill it and start it."""
    rng = random.Random(SEED + 1)  # noqa: S311 - as above
    for number in range(1, kills + 1):
        await gateway.wait_for_subscribes(number, timeout=60)
        enough = len(gateway.seen.bubbles) + rng.randint(0, 10)
        with suppress(TimeoutError):
            await gateway.wait_for(
                lambda seen, n=enough: len(seen.bubbles) > n, timeout=rng.uniform(0.01, 0.7)
            )
        await service.kill()
        await service.start()
    await gateway.wait_for_subscribes(kills + 1, timeout=60)


async def everything_ends(gateway: GatewayDouble, service: Service, said: list[str]) -> None:
    """What died in a socket never reached us: it is said again, as WeCom may. Then all must end."""
    await service.ready(model=False, timeout_s=60)
    line = await Line.open(service.socket)
    try:
        async with asyncio.timeout(300):
            for msgid in said:
                reply = await line.ask("transcript", msgid=msgid)
                if not reply["ok"]:
                    await gateway.redeliver(msgid)
                while not reply["ok"] or reply["result"]["reply_ms"] is None:
                    await asyncio.sleep(0.02)
                    reply = await line.ask("transcript", msgid=msgid)
    finally:
        await line.close()


def answers_shown(gateway: GatewayDouble, rows: list[tuple[str, str, str]]) -> Counter[str]:
    """How often each msgid's first answer stood on a phone: finished bubbles and pushes."""
    shown: Counter[str] = Counter()
    for msgid, sender, body in rows:
        bubbles = gateway.seen.bubbles.get(msgid, [])
        shown[msgid] += sum(bubble.finished and bubble.content == body for bubble in bubbles)
        shown[msgid] += sum(push.content == body for push in gateway.seen.pushes.get(sender, []))
    return shown


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kills", [12, pytest.param(50, marks=pytest.mark.slow)])
async def test_nothing_is_lost_and_nothing_is_answered_or_done_twice(tmp_path: Path, kills: int):
    async with GatewayDouble(known=staff()) as gateway:
        config = write_config(tmp_path, gateway, model=False)
        settings = load(config)[0]
        service = Service(config, settings.socket_path, tmp_path / "service.log")
        await service.start()
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            saying = group.create_task(say_the_shift(gateway, over))
            await kill_again_and_again(gateway, service, kills)
            over.set()
        said = saying.result()
        await everything_ends(gateway, service, said)
        assert await service.stop() == 0

    assert len(said) > kills
    assert verify_chain(settings).ok
    with sqlite3.connect(tmp_path / "chargehand.sqlite") as store:
        kept = [msgid for (msgid,) in store.execute("SELECT msgid FROM inbox ORDER BY msgid")]
        assert kept == said, "a message was lost or kept twice"
        rows = store.execute(
            "SELECT reply_to, recipient, text FROM outbox WHERE final AND state = 'sent' ORDER BY n"
        ).fetchall()
        doubtful = {m for (m,) in store.execute("SELECT reply_to FROM outbox WHERE final AND doubtful")}
        acts = store.execute(
            "SELECT decision, count(*) FROM steps WHERE kind = 'acted' GROUP BY 1"
        ).fetchall()
        keys = store.execute(
            "SELECT key, item, facility, count(*) FROM movements GROUP BY 1, 2, 3"
        ).fetchall()
    assert {msgid for msgid, _, _ in rows} == set(said), "a message got no end"
    shown = answers_shown(gateway, rows)
    assert not {m: n for m, n in shown.items() if n > 1}, "answered twice"
    silent = {m for m in said if shown[m] == 0}
    assert silent <= doubtful, "an answer is missing that was never in doubt"
    assert all(n == 1 for _, n in acts)
    assert all(n == 1 for *_, n in keys)
    assert not gateway.seen.breaches
