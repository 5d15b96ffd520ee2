"""One request to WeCom's web API; the only file here that knows the HTTP client."""

import logging
import re
import ssl
from collections.abc import Callable, Mapping
from typing import Self

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.outbound.wecom_app.codes import OK, advice
from app.records.errors import LinkDown, OutcomeUnknown, SettingsWrong, TurnedDown
from app.settings import WecomApi

ANSWER_MAX_BYTES = 1024 * 1024

_NOT_WRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_FROM_IP = re.compile(r"from ip: ?([0-9A-Fa-f.:]{2,45})")


Note = Callable[[str, bytes], None]


class PlainId(BaseModel):
    """An encrypted id and the one it stands for."""

    open_userid: str
    userid: str


class ApiAnswer(BaseModel):
    """What the API answered; only an explicit `errcode` 0 is a yes. Each call sets some of the rest."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    errcode: int
    errmsg: str = Field("", repr=False)
    access_token: str = Field("", repr=False)
    expires_in: int = 0
    msgid: str = ""
    response_code: str = Field("", repr=False)
    invaliduser: str | None = None
    unlicenseduser: str | None = None
    userid_list: tuple[PlainId, ...] = ()
    ip_list: tuple[str, ...] = ()

    def or_raise(self) -> Self:
        """Itself when it is a yes; raises TurnedDown with the code and our own words for it."""
        if self.errcode == OK:
            return self
        address = _FROM_IP.search(self.errmsg)
        seen = f", which is {address[1]}" if address and self.errcode == 60020 else ""
        raise TurnedDown(f"{self.errcode}: {advice(self.errcode).sentence}{seen}", self.errcode)


class Qyapi:
    """A pool of connections; `aclose` when done. Of one event loop.

    `note` hears of each request before it is written: its path and body.

    Raises SettingsWrong when the certificate authority cannot be read.
    """

    def __init__(self, settings: WecomApi, note: Note = lambda _path, _body: None) -> None:
        self._note = note
        # The client's own log shows whole addresses, and this API wants its secrets in them.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._client = httpx.AsyncClient(
            base_url=settings.url,
            verify=_trusted(settings),
            proxy=settings.proxy,
            trust_env=False,
            timeout=httpx.Timeout(settings.answer_s, connect=settings.connect_s),
        )

    async def get(self, path: str, params: Mapping[str, str]) -> ApiAnswer:
        """Look something up; raises LinkDown when there is no answer."""
        try:
            return await self._ask(self._client.build_request("GET", path, params=params))
        except OutcomeUnknown as fault:
            raise LinkDown(str(fault)) from None

    async def post(self, path: str, params: Mapping[str, str], body: Mapping[str, object]) -> ApiAnswer:
        """Have something done.

        Raises LinkDown when nothing was written, OutcomeUnknown when it may have been done.
        """
        return await self._ask(self._client.build_request("POST", path, params=params, json=body))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _ask(self, request: httpx.Request) -> ApiAnswer:
        try:
            return await self._answer(request)
        except _NOT_WRITTEN as fault:
            raise LinkDown(f"WeCom's API cannot be reached: {_why(fault)}") from None
        except httpx.HTTPError as fault:
            raise OutcomeUnknown(f"WeCom's API did not answer: {type(fault).__name__}") from None

    async def _answer(self, request: httpx.Request) -> ApiAnswer:
        self._note(request.url.path, request.content)
        reply = await self._client.send(request, stream=True)
        try:
            if reply.status_code != httpx.codes.OK:
                raise OutcomeUnknown(f"WeCom's API answered with status {reply.status_code}")
            return _read(await _whole(reply))
        finally:
            await reply.aclose()


async def _whole(reply: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in reply.aiter_bytes():
        body += piece
        if len(body) > ANSWER_MAX_BYTES:
            raise OutcomeUnknown("WeCom's API answered with more than is read")
    return bytes(body)


def _why(fault: BaseException) -> str:
    """The kind of fault; of a certificate that is not trusted what is wrong with it."""
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return type(fault).__name__


def _read(body: bytes) -> ApiAnswer:
    try:
        return ApiAnswer.model_validate_json(body)
    except ValidationError:
        raise OutcomeUnknown("WeCom's API answered with something else than its JSON") from None


def _trusted(settings: WecomApi) -> ssl.SSLContext | bool:
    if settings.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(settings.ca_file))
    except OSError as fault:
        raise SettingsWrong(f"ca_file: {settings.ca_file}: {fault.strerror or fault}") from None
