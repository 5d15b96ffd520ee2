"""A client that does nothing but answer at once: arguments are the gateway's address, bot id and secret."""

import asyncio
import json
import sys

from websockets.asyncio.client import connect


async def main(url: str, bot: str, secret: str) -> None:
    async with connect(url, ping_interval=None, compression=None) as wire:
        await _say(wire, "aibot_subscribe", "s-1", {"bot_id": bot, "secret": secret})
        async for raw in wire:
            frame = json.loads(raw)
            if frame.get("cmd"):
                await _say(wire, *_answer(frame))


def _answer(frame: dict) -> tuple[str, str, dict]:
    req_id, body = frame["headers"]["req_id"], frame["body"]
    if frame["cmd"] == "aibot_msg_callback":
        stream = {"id": body["msgid"], "finish": True, "content": "…"}
        return "aibot_respond_msg", req_id, {"msgtype": "stream", "stream": stream}
    task = body["event"]["template_card_event"]["task_id"]
    card = {"card_type": "text_notice", "task_id": task, "main_title": {"title": "…"}}
    return (
        "aibot_respond_update_msg",
        req_id,
        {"response_type": "update_template_card", "template_card": card},
    )


async def _say(wire, cmd: str, req_id: str, body: dict) -> None:
    await wire.send(json.dumps({"cmd": cmd, "headers": {"req_id": req_id}, "body": body}))


asyncio.run(main(*sys.argv[1:]))
