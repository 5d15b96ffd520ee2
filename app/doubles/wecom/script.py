"""What people do, line by line, played through the gateway double."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from app.doubles.wecom.gateway import GatewayDouble

_TICKET = re.compile(r"D-\d{5,}")


class Pressed(Protocol):
    """A button on a card; `decision` is a ticket, or "latest" for the last one told to the sender."""

    @property
    def decision(self) -> str: ...
    @property
    def key(self) -> str: ...


class Line(Protocol):
    """One line of a script: one of text, click, event and feedback; `at_s` is from the start."""

    @property
    def at_s(self) -> float: ...
    @property
    def sender(self) -> str: ...
    @property
    def chat(self) -> str | None: ...
    @property
    def text(self) -> str | None: ...
    @property
    def click(self) -> Pressed | None: ...
    @property
    def event(self) -> str | None: ...
    @property
    def feedback(self) -> int | None: ...
    @property
    def msgid(self) -> str | None: ...


async def play(
    double: GatewayDouble,
    lines: Iterable[Line],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> tuple[str, ...]:
    """Do what the lines say, at their times; returns one msgid a line."""
    msgids, passed_s = list[str](), 0.0
    for line in lines:
        if line.at_s > passed_s:
            await sleep(line.at_s - passed_s)
            passed_s = line.at_s
        msgids.append(await perform(double, line))
    return tuple(msgids)


async def perform(double: GatewayDouble, line: Line) -> str:
    """Do what one line says, now; returns its msgid."""
    if line.text is not None:
        return await double.say(line.sender, line.text, chat=line.chat, msgid=line.msgid)
    if line.click is not None:
        ticket = line.click.decision
        about = latest_ticket(double, line) if ticket == "latest" else ticket
        task_id, key = double.seen.press(line.sender, about, line.click.key)
        return await double.click(line.sender, task_id, key, chat=line.chat, msgid=line.msgid)
    if line.feedback is not None:
        voted_on = latest_ticket(double, line)
        return await double.vote(line.sender, voted_on, line.feedback, chat=line.chat, msgid=line.msgid)
    return await double.event(line.sender, line.event or "enter_chat", msgid=line.msgid)


def latest_ticket(double: GatewayDouble, line: Line) -> str:
    """The last ticket told in the line's conversation, "" when there was none."""
    told = double.told(line.chat or line.sender)
    tickets = [ticket for text in told for ticket in _TICKET.findall(text)]
    return tickets[-1] if tickets else ""
