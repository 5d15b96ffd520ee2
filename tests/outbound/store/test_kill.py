"""Killed with -9 in the middle of its work: what was acknowledged is there, and nothing twice."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import textwrap

import pytest

from app.outbound.store import open_store
from app.records.action import MoveStock
from app.records.decision import Stage
from app.records.plant import MovementKind
from app.settings import shipped

MOVE = MoveStock("KN-STEAK", "A", MovementKind.RECEIPT, 1)

CHILD = textwrap.dedent("""
    import asyncio, sys
    from datetime import UTC, datetime
    from app.outbound.store import open_store
    from app.records.action import MoveStock, action_hash
    from app.records.answer import Say
    from app.records.decision import Acted, Approved, Understood, act_key
    from app.records.message import Language, Message, MessageKind
    from app.records.plant import MovementKind
    from app.records.reading import Intent, Layer, Reading

    MOVE = MoveStock("KN-STEAK", "A", MovementKind.RECEIPT, 1)
    READING = Reading(Intent.INVENTORY_MOVEMENT, 1.0, Layer.RULE, True, Language.YUE, "rule:x", "x")

    def settle(book, decision):
        now = datetime.now(UTC)
        understood, approved = Understood(now, READING), Approved(now, "policy:x", MOVE, action_hash(MOVE))
        key = act_key(decision.then(understood).then(approved))
        book.apply(MOVE, key)
        done = book.append(decision, (understood, approved, Acted(now, key, Say("done"))))
        book.answer(done, "done")

    async def work(store, worker):
        for n in range(100_000):
            msgid = f"w{worker}-{n}"
            now, sender = datetime.now(UTC), f"sender-{worker}"
            message = Message(msgid, sender, None, MessageKind.TEXT, "x", now, "r", raw="x" * 500)
            accepted = await store.write(lambda book: book.accept(message))
            print("accepted", msgid, accepted.decision_id, flush=True)
            decision = await store.read(lambda facts: facts.decision(accepted.decision_id))
            if decision.stage == "received":
                await store.write(lambda book: settle(book, decision))
            print("done", msgid, accepted.decision_id, flush=True)

    async def main():
        store = open_store(sys.argv[1])
        await asyncio.gather(*(work(store, worker) for worker in range(8)))

    asyncio.run(main())
""")


def work_until_killed(url: str, lines: int) -> list[list[str]]:
    """What the child acknowledged before it was killed, once it had said so many lines."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, url], stdout=subprocess.PIPE, text=True, bufsize=1
    ) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        os.kill(child.pid, signal.SIGKILL)
        said += child.stdout.readlines()
    assert child.returncode == -signal.SIGKILL
    return [line.split() for line in said if line.endswith("\n")]


@pytest.mark.parametrize("round_", range(5))
def test_what_was_acknowledged_survives_and_nothing_is_done_twice(url: str, sql, round_: int):
    store = open_store(url)
    store.seed(shipped("config") / "demo_plant.toml")
    before = stock(store)
    store.close()
    chance = random.Random(round_)  # noqa: S311 - where to kill, not a secret
    acknowledged = work_until_killed(url, chance.randint(1, 80)) + work_until_killed(
        url, chance.randint(1, 120)
    )
    store = open_store(url)
    for what, msgid, ticket in acknowledged:
        kept = asyncio.run(store.by_msgid(msgid))
        assert kept is not None
        assert kept.decision.id == ticket
        assert what == "accepted" or kept.decision.stage is Stage.DONE
    if url.startswith("sqlite"):
        assert sql("PRAGMA integrity_check") == [("ok",)]
    assert store.audit_verify().ok
    done = sql("SELECT count(*) FROM decisions WHERE stage = 'done'")[0][0]
    for table in ("movements", "applied", "outbox"):
        assert sql(f"SELECT count(*) FROM {table}") == [(done,)]  # noqa: S608
    assert stock(store) == before + done
    assert sql("SELECT count(DISTINCT msgid) FROM inbox") == sql("SELECT count(*) FROM inbox")
    assert len(asyncio.run(store.unfinished())) == sql("SELECT count(*) FROM inbox")[0][0] - done
    store.close()


def stock(store) -> float:
    lines = asyncio.run(store.read(lambda facts: facts.stock(MOVE.item)))
    return next(line.quantity for line in lines if line.facility == MOVE.facility)
