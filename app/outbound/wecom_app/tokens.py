"""The app's access token: kept on the disk, fetched by one asker at a time, never asked for in vain."""

import asyncio
import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from app.outbound.wecom_app.codes import Do, advice
from app.outbound.wecom_app.qyapi import Qyapi
from app.outbound.wecom_app.secret import read_secret
from app.ports import Clock
from app.records.errors import LinkDown, TurnedDown
from app.settings import WecomApp

MARGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Token:
    """A token, when it ends, and a hash of whose it is."""

    text: str = field(repr=False)
    ends: AwareDatetime
    owner: str


_TOKEN = TypeAdapter(Token)


class Tokens:
    """One app's token; of one event loop. `file` is where it is kept, with mode 0600."""

    def __init__(self, settings: WecomApp, api: Qyapi, file: Path, clock: Clock) -> None:
        self._settings, self._api, self._file, self._clock = settings, api, file, clock
        self._one = asyncio.Lock()
        self._token: Token | None = None
        self._stopped: tuple[str, int] | None = None

    async def get(self, stale: str = "") -> str:
        """A token that is good for five minutes more, and is not `stale`.

        Raises LinkDown when WeCom does not answer, TurnedDown when it refuses, and the same again
        without asking once the secret was called wrong, until its file holds another; SettingsWrong
        when that cannot be read.
        """
        async with self._one:
            secret = await asyncio.to_thread(read_secret, "wecom.app.secret_file", self._settings.secret_file)
            owner = self._owner(secret)
            self._refuse_again(owner)
            token = self._token or await asyncio.to_thread(_load, self._file)
            if token is None or not self._is_good(token, owner, stale):
                token = await self._fetch(secret, owner)
            self._token = token
            return token.text

    def stop(self, errcode: int) -> None:
        """Ask nothing more with the secret of the last token."""
        if self._token is not None:
            self._stopped = (self._token.owner, errcode)

    def _is_good(self, token: Token, owner: str, stale: str) -> bool:
        return token.owner == owner and token.text != stale and self._clock() < token.ends - MARGIN

    def _refuse_again(self, owner: str) -> None:
        if self._stopped is not None and self._stopped[0] == owner:
            errcode = self._stopped[1]
            raise TurnedDown(f"{errcode}: {advice(errcode).sentence}; nothing more is asked", errcode)

    async def _fetch(self, secret: str, owner: str) -> Token:
        params = {"corpid": self._settings.corp_id, "corpsecret": secret}
        answer = await self._api.get("/cgi-bin/gettoken", params)
        if answer.errcode and advice(answer.errcode).do is Do.STOP:
            self._stopped = (owner, answer.errcode)
        text = answer.or_raise().access_token
        if not text:
            raise LinkDown("WeCom gave no token")
        token = Token(text, self._clock() + timedelta(seconds=answer.expires_in), owner)
        with suppress(OSError):  # a full disk costs one more question after a restart
            await asyncio.to_thread(_keep, self._file, token)
        return token

    def _owner(self, secret: str) -> str:
        whose = "\0".join((self._settings.url, self._settings.corp_id, secret))
        return hashlib.sha256(whose.encode()).hexdigest()


def _load(file: Path) -> Token | None:
    """The kept token, or None when there is none that can be read."""
    try:
        return _TOKEN.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


def _keep(file: Path, token: Token) -> None:
    """Put the token in place of the one before, whole or not at all, readable by its owner alone."""
    new = file.with_name(f"{file.name}.new")
    with suppress(FileNotFoundError):
        new.unlink()
    text = json.dumps({**asdict(token), "ends": token.ends.isoformat()})
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
