"""Answers that may serve again: under which key they are kept, and one call for equal questions at once."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from app.outbound.cloud.attempt import Raw, Target, Turn
from app.outbound.cloud.parts import Schema
from app.records.cloud import Prompt, Provider, Why


def digest(*parts: object) -> str:
    """SHA-256, hex, of plain data in one canonical writing."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def cache_key(
    target: Target, turns: Sequence[Turn], prompt: Prompt, answers: str, schema: Schema | None = None
) -> str:
    """The key of what the model `answers` says when `target` is asked so.

    Everything that shapes the answer is in it, with the version of wording and the facts; the key of
    the account is not, so that its change ends nothing.
    """
    asked = {name: value for name, value in asdict(target).items() if name != "key"}
    said = [asdict(turn) for turn in turns]
    return digest(asked, said, schema, prompt.version, prompt.facts, answers)


class Served:
    """Which model and build answered last under each name that was asked."""

    def __init__(self) -> None:
        self._last: dict[tuple[Provider, str], tuple[str, str]] = {}

    def model(self, target: Target) -> str:
        """The model that would answer; what is asked for as long as nobody said otherwise."""
        return self._last.get((target.provider, target.model), (target.model, ""))[0]

    def drifted(self, target: Target, raw: Raw) -> bool:
        """Note who answered; whether that is another than before."""
        name = (target.provider, target.model)
        model, build = self._last.get(name, (target.model, ""))
        self._last[name] = (raw.model, raw.fingerprint)
        return raw.model != model or build not in {"", raw.fingerprint}


@dataclass(frozen=True, slots=True)
class Landed:
    """What a call came to, for those who asked the same meanwhile: the answer's text, or why none."""

    text: str | None
    why: Why = "content"


class Flights:
    """Single flight: of equal questions at once, one is asked and the others wait for it."""

    def __init__(self) -> None:
        self._open: dict[str, asyncio.Future[Landed | None]] = {}

    async def join(self, key: str) -> Landed | None:
        """What the call under way came to; None when there is none: then the caller leads and must `land`."""
        while (flight := self._open.get(key)) is not None:
            if (landed := await asyncio.shield(flight)) is not None:
                return landed
        self._open[key] = asyncio.get_running_loop().create_future()
        return None

    def land(self, key: str, landed: Landed | None) -> None:
        """The leader's call is over; with None, the next in line leads."""
        self._open.pop(key).set_result(landed)
