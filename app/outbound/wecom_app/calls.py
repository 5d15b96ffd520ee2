"""A call with the app's token: another token when WeCom calls it invalid, patience when it is busy."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from app.outbound.wecom_app.codes import BUSY, STALE_TOKEN, Do, advice
from app.outbound.wecom_app.qyapi import ApiAnswer, Qyapi
from app.outbound.wecom_app.tokens import Tokens

Body = Mapping[str, object]

_BUSY_PAUSES_S = (1.0, 3.0)


class Calls:
    """Calls of one app; several at once, of one event loop.

    `post` and `get` raise LinkDown when nothing was written, OutcomeUnknown when it may have been
    done, TurnedDown with WeCom's code (see `codes.advice`), and SettingsWrong when the secret cannot
    be read.
    """

    def __init__(
        self, api: Qyapi, tokens: Tokens, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._api, self._tokens, self._pause = api, tokens, pause

    async def post(self, path: str, body: Body) -> ApiAnswer:
        """Have something done."""
        return await self._patiently(lambda token: self._api.post(path, {"access_token": token}, body))

    async def get(self, path: str) -> ApiAnswer:
        """Look something up."""
        return await self._patiently(lambda token: self._api.get(path, {"access_token": token}))

    async def _patiently(self, ask: Callable[[str], Awaitable[ApiAnswer]]) -> ApiAnswer:
        answer = await self._with_token(ask)
        for pause_s in _BUSY_PAUSES_S:
            if answer.errcode != BUSY:
                break
            await self._pause(pause_s)
            answer = await self._with_token(ask)
        return answer.or_raise()

    async def _with_token(self, ask: Callable[[str], Awaitable[ApiAnswer]]) -> ApiAnswer:
        token = await self._tokens.get()
        answer = await ask(token)
        if answer.errcode in STALE_TOKEN:
            answer = await ask(await self._tokens.get(stale=token))
        if answer.errcode and advice(answer.errcode).do is Do.STOP:
            self._tokens.stop(answer.errcode)
        return answer
