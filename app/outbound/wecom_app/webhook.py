"""A group's webhook: alarms go out, nothing comes back; its key is the whole secret."""

import asyncio

from aiolimiter import AsyncLimiter

from app.outbound.wecom_app.qyapi import Qyapi
from app.outbound.wecom_app.secret import read_secret
from app.outbound.wecom_app.words import fitted
from app.settings import WecomWebhook

TEXT_MAX_BYTES = 4096

# A bucket lets its fill through at once and its rate beside it: 5 + 15 is the 20 of any one minute.
_AT_ONCE = 5
_REFILL_S = 20.0


class GroupWebhook:
    """Sends to one group, 20 messages a minute at most; who sends more waits. Of one event loop."""

    def __init__(self, settings: WecomWebhook, api: Qyapi) -> None:
        self._settings, self._api = settings, api
        self._rate = AsyncLimiter(_AT_ONCE, _REFILL_S)

    async def send(self, text: str) -> bool:
        """Say it in markdown_v2; True when it was too long and was cut to TEXT_MAX_BYTES, with a mark.

        Raises LinkDown when nothing was written, OutcomeUnknown when it may have been said (again
        would be twice), TurnedDown with WeCom's code, SettingsWrong when the key cannot be read.
        """
        key = await asyncio.to_thread(read_secret, "wecom.webhook.key_file", self._settings.key_file)
        content, cut = fitted(text, TEXT_MAX_BYTES)
        body = {"msgtype": "markdown_v2", "markdown_v2": {"content": content}}
        await self._rate.acquire()
        answer = await self._api.post("/cgi-bin/webhook/send", {"key": key}, body)
        answer.or_raise()
        return cut
