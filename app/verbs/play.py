"""Plays a script as WeCom frames through the gateway double, and collects what came of each line."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from app.doubles.wecom.gateway import GatewayDouble
from app.verbs.script import Script, ScriptLine
from app.verbs.service import Line, Service

_CARD_S = 5.0
_ENDED = {"held", "done", "refused", "failed", "undone"}


@dataclass(frozen=True, slots=True)
class Played:
    """One script line and the transcript line of its message; `row` is None without an end."""

    line: ScriptLine
    msgid: str
    row: dict[str, Any] | None = None

    @property
    def ended(self) -> bool:
        """Whether the sender got an end."""
        return self.row is not None


@dataclass(slots=True)
class Player:
    """Says every line at its time; a click waits until the lines before it have ended.

    `run` heads the msgids that the script leaves out, so that a second run on the same data is new.
    """

    gateway: GatewayDouble
    service: Service
    tick: Callable[[int, int], None] = lambda _done, _of: None
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    _numbers: Iterator[int] = field(default_factory=count, init=False)
    _last_answer: str = field(default="", init=False)

    async def play(self, script: Script, *, end_timeout_s: float = 60.0) -> list[Played]:
        """Each line with what came of it, in the script's order."""
        loop = asyncio.get_running_loop()
        start, said = loop.time(), list[Played]()
        for line in script.lines:
            await asyncio.sleep(max(0.0, start + line.at_s - loop.time()))
            if line.click or line.feedback:
                await self._ends(said, end_timeout_s)
            said.append(
                Played(line, await self._say(line, line.msgid or f"{self.run}-{next(self._numbers):05d}"))
            )
            self.tick(len(said), len(script.lines))
        return await self._ends(said, end_timeout_s)

    async def _say(self, line: ScriptLine, msgid: str) -> str:
        if line.text is not None:
            return await self.gateway.say(line.sender, line.text, chat=line.chat, msgid=msgid)
        if line.event is not None:
            return await self.gateway.event(line.sender, line.event, msgid=msgid)
        if line.feedback is not None:
            vote = {"id": self._last_answer, "type": line.feedback}
            return await self.gateway.event(line.sender, "feedback_event", msgid=msgid, fields=vote)
        assert line.click is not None  # noqa: S101 - the script's own validator promises it
        ticket = line.click.decision if line.click.decision != "latest" else await self._latest_held()
        task_id, key = await self._pressed(line.sender, ticket, line.click.key)
        return await self.gateway.click(line.sender, task_id, key, chat=line.chat, msgid=msgid)

    async def _pressed(self, sender: str, ticket: str, key: str) -> tuple[str, str]:
        """The click on the sender's card about a ticket; a click on nothing where there is no card."""
        with suppress(TimeoutError):
            await self.gateway.wait_for(lambda seen: seen.card(sender, ticket) is not None, _CARD_S)
        return self.gateway.seen.press(sender, ticket, key)

    async def _latest_held(self) -> str:
        line = await Line.open(self.service.socket)
        try:
            held = (await line.ask("decisions"))["result"]["held"]
        finally:
            await line.close()
        waiting = [card["decision"] for card in held if card["reason"] == "approval"]
        return max(waiting, default="D-00000")

    async def _ends(self, said: list[Played], timeout_s: float) -> list[Played]:
        """The lines with their transcripts; those without an end after `timeout_s` keep None."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        line = await Line.open(self.service.socket)
        try:
            ends = [await self._end(line, played, deadline) for played in said]
        finally:
            await line.close()
        self._last_answer = next((p.row["decision_id"] for p in reversed(ends) if p.row), "")
        return ends

    async def _end(self, line: Line, played: Played, deadline: float) -> Played:
        while True:
            reply = await line.ask("transcript", msgid=played.msgid)
            row = reply.get("result") if reply.get("ok") else None
            answered = row is not None and (row["reply_ms"] is not None or played.line.feedback)
            if row is not None and row["stage"] in _ENDED and answered:
                return Played(played.line, played.msgid, row)
            if asyncio.get_running_loop().time() > deadline:
                return played
            await asyncio.sleep(0.02)
