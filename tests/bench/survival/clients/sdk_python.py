"""Echo bot on wecom-aibot-sdk-python: tries to reconnect without end."""

import asyncio
import json
import sys

from wecom_aibot_sdk import WSClient
from wecom_aibot_sdk.types.config import WSClientOptions


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
        print(json.dumps({"msgid": frame.body["msgid"]}), flush=True)
        await client.reply_stream(frame, "s-" + frame.body["msgid"], "heard", finish=True)

    client.on("message", heard)
    await client.connect_async()
    await asyncio.Event().wait()


asyncio.run(main(json.loads(sys.argv[-1])))
