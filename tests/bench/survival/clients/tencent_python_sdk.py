"""Echo bot on wecom-aibot-python-sdk, Tencent's own: tries to reconnect without end."""

import asyncio
import json
import sys

import aibot.ws
from aibot import WSClient, WSClientOptions

# The double speaks ws://; the SDK hands over a TLS context whatever the address is, and would not connect.
aibot.ws._SSL_CONTEXT = None


class Silent:
    """A logger that says nothing."""

    def debug(self, *_): ...

    info = warn = error = debug


async def main(bot):
    client = WSClient(
        WSClientOptions(
            bot_id=bot["id"],
            secret=bot["secret"],
            ws_url=bot["url"],
            heartbeat_interval=int(bot["heartbeat_s"] * 1000),
            max_reconnect_attempts=-1,
            logger=Silent(),
        )
    )

    async def heard(frame):
        print(json.dumps({"msgid": frame["body"]["msgid"]}), flush=True)
        await client.reply_stream(frame, "s-" + frame["body"]["msgid"], "heard", finish=True)

    client.on("error", lambda _fault: None)
    client.on("message", heard)
    await client.connect()
    await asyncio.Event().wait()


asyncio.run(main(json.loads(sys.argv[-1])))
