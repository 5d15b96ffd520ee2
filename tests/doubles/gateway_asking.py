"""A client of the gateway double that is written by hand, and the bodies that it sends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from app.doubles.wecom import GatewayDouble

NOTICE: dict[str, Any] = {
    "card_type": "text_notice",
    "task_id": "D-00001",
    "main_title": {"title": "已记录"},
    "card_action": {"type": 1, "url": "https://example.invalid/"},
}
BUTTONS: dict[str, Any] = {
    "card_type": "button_interaction",
    "task_id": "D-00001",
    "main_title": {"title": "3号线换模", "desc": "10:42"},
    "button_list": [{"text": "批准", "key": "approve"}, {"text": "驳回", "key": "reject"}],
}
_OPTIONS = [{"id": "mold", "text": "换模"}, {"id": "material", "text": "缺料"}]
_SUBMIT = {"text": "提交", "key": "submit"}
VOTE: dict[str, Any] = {
    "card_type": "vote_interaction",
    "task_id": "D-00001",
    "main_title": {"title": "原因"},
    "checkbox": {"question_key": "cause", "option_list": _OPTIONS},
    "submit_button": _SUBMIT,
}
SELECTS: dict[str, Any] = {
    "card_type": "multiple_interaction",
    "task_id": "D-00001",
    "main_title": {"title": "选择"},
    "select_list": [{"question_key": "option", "option_list": _OPTIONS}],
    "submit_button": _SUBMIT,
}


@dataclass
class Client:
    wire: ClientConnection
    number: int = 0

    async def tell(self, cmd: str, body: dict[str, Any] | None = None, req_id: str = "") -> None:
        self.number += 1
        frame = {"cmd": cmd, "headers": {"req_id": req_id or f"c{self.number}"}}
        await self.wire.send(json.dumps(frame | ({"body": body} if body is not None else {})))

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            frame: dict[str, Any] = json.loads(await self.wire.recv())
        return frame

    async def ask(self, cmd: str, body: dict[str, Any] | None = None, req_id: str = "") -> int:
        await self.tell(cmd, body, req_id)
        code: int = (await self.hear())["errcode"]
        return code


@asynccontextmanager
async def client(gateway: GatewayDouble, *, subscribed: bool = True) -> AsyncIterator[Client]:
    async with connect(gateway.url, proxy=None, max_size=None) as wire:
        one = Client(wire)
        if subscribed:
            assert await one.ask("aibot_subscribe", {"bot_id": gateway.bot_id, "secret": gateway.secret}) == 0
        yield one


def stream(content: str, *, finish: bool = True, name: str = "s") -> dict[str, Any]:
    return {"msgtype": "stream", "stream": {"id": name, "finish": finish, "content": content}}


def push(to: str, content: str = "x", kind: int = 1) -> dict[str, Any]:
    return {"chatid": to, "chat_type": kind, "msgtype": "markdown", "markdown": {"content": content}}


def push_card(to: str, card: dict[str, Any], kind: int = 1) -> dict[str, Any]:
    return {"chatid": to, "chat_type": kind, "msgtype": "template_card", "template_card": card}


def update(card: dict[str, Any], *userids: str) -> dict[str, Any]:
    return {"response_type": "update_template_card", "userids": list(userids), "template_card": card}
