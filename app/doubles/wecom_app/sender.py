"""WeCom as it calls an app: it posts, and tries three times."""

import asyncio
from typing import Self
from urllib.parse import quote

import httpx

from app.doubles.wecom_app.sealer import Post

TRIES = 3
_WITHIN_S = 5.0


class CallbackSender:
    """Calls the app at `url`; enter it first."""

    def __init__(self, url: str, *, within_s: float = _WITHIN_S) -> None:
        self._url = url
        self._client = httpx.AsyncClient(trust_env=False, timeout=within_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def deliver(self, post: Post) -> list[int]:
        """Post until it is answered with 200, three times at most; each try's status, 0 for none."""
        statuses: list[int] = []
        while len(statuses) < TRIES and 200 not in statuses:
            statuses.append(await self.post(post))
        return statuses

    async def post(self, post: Post) -> int:
        """One try; its status, 0 when there was no answer in time."""
        try:
            return (await self._client.post(f"{self._url}?{post.query}", content=post.body)).status_code
        except httpx.HTTPError:
            return 0

    async def scatter(self, posts: list[Post]) -> list[int]:
        """All at once, the last first."""
        return list(await asyncio.gather(*(self.post(each) for each in reversed(posts))))

    async def verify(self, post: Post) -> tuple[int, str]:
        """Ask for the echo of a cipher text, as the admin console does; status, 0 for none, and body."""
        address = f"{self._url}?{post.query}&echostr={quote(post.encrypted, safe='')}"
        try:
            reply = await self._client.get(address)
        except httpx.HTTPError:
            return 0, ""
        return reply.status_code, reply.text
