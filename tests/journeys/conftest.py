"""A running service on the demo plant, with the gateway's double in front of it."""

import asyncio
import json
import re
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from app.outbound.store import SqlStore, open_store
from app.ports import Facts
from app.settings import load
from app.verbs.demo import Stage, staged
from app.verbs.service import Line

WAIT_S = 20.0


@dataclass
class Floor:
    """What people do at the plant, and what they see."""

    stage: Stage
    store: SqlStore
    line: Line
    asking: asyncio.Lock

    @property
    def gateway(self):
        return self.stage.gateway

    async def ask(self, sender: str, text: str, **how: Any) -> dict[str, Any]:
        """Say it, see the bubble finished, and return the transcript of the same answer."""
        msgid = await self.gateway.say(sender, text, **how)
        shown = await self.gateway.wait_for_answer(msgid, timeout=WAIT_S)
        row = await self.row(msgid)
        assert shown == row["reply"], "the console tells what the phone shows"
        assert row["decision_id"] in shown
        return row

    async def row(self, msgid: str, *, answered: bool = True) -> dict[str, Any]:
        """The transcript line, once the message has its end."""
        async with asyncio.timeout(WAIT_S):
            while True:
                async with self.asking:
                    reply = await self.line.ask("transcript", msgid=msgid)
                row = reply.get("result") if reply["ok"] else None
                if row and row["stage"] not in {"received", "planning"} and (row["reply_ms"] or not answered):
                    return row
                await asyncio.sleep(0.02)

    async def told(self, to: str, *words: str) -> str:
        """The first push to a conversation that holds all the words."""

        def found(seen) -> list[str]:
            pushes = (push.content for push in seen.pushes.get(to, []))
            return [content for content in pushes if all(word in content for word in words)]

        await self.gateway.wait_for(found, timeout=WAIT_S)
        return found(self.gateway.seen)[0]

    async def press(self, userid: str, ticket: str, key: str, **how: Any) -> str:
        """Press the button whose key begins so on the person's card about a ticket; the click's msgid."""
        await self.gateway.wait_for(lambda seen: seen.card(userid, ticket) is not None, timeout=WAIT_S)
        task_id, pressed = self.gateway.seen.press(userid, ticket, key)
        return await self.gateway.click(userid, task_id, pressed, **how)

    async def look(self, at: Callable[[Facts], Any]) -> Any:
        """Look into the store beside the service."""
        return await self.store.read(at)

    async def stage_of(self, ticket: str) -> str:
        return (await self.look(lambda facts: facts.decision(ticket))).stage

    async def stock(self, item: str, facility: str) -> tuple[float, float]:
        """Quantity and what of it is on hold."""
        lines = await self.look(lambda facts: facts.stock(item))
        return next(((x.quantity, x.on_hold) for x in lines if x.facility == facility), (0.0, 0.0))

    async def dropped(self, reason: str) -> float:
        """How many frames were dropped for a reason, as monitoring reads it."""
        page = await asyncio.to_thread(self._metrics)
        found = re.search(rf'frames_dropped_total{{reason="{reason}"}} ([0-9.e+]+)', page)
        return float(found[1]) if found else 0.0

    async def drops(self, reason: str, before: float) -> None:
        """Wait until one more frame was dropped for this reason."""
        async with asyncio.timeout(WAIT_S):
            while await self.dropped(reason) <= before:  # noqa: ASYNC110 - the far side cannot set an event
                await asyncio.sleep(0.02)

    def log(self) -> str:
        return (self.stage.config.parent / "service.log").read_text(encoding="utf-8")

    def _metrics(self) -> str:
        lines = [json.loads(line) for line in self.log().splitlines()]
        port = next(line["metrics_port"] for line in lines if line["event"] == "started")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
            return page.read().decode()


@pytest.fixture(scope="module")
def unwatched():
    """No plan is proposed unasked, however long a test takes; `test_options` is about those."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARGEHAND_PLANNING__REPLAN", "false")
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def floor(tmp_path_factory, unwatched):
    async with staged(tmp_path_factory.mktemp("plant"), model=False) as stage:
        store = await asyncio.to_thread(open_store, load(stage.config)[0].store_url)
        line = await Line.open(stage.service.socket)
        try:
            yield Floor(stage, store, line, asyncio.Lock())
        finally:
            await line.close()
            await asyncio.to_thread(store.close)
        assert stage.gateway.seen.breaches == []
