"""WeCom's error codes of its web API, and what each asks for (page 90313, read 2026-11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

OK = 0
BUSY = -1
STALE_TOKEN = frozenset({40014, 42001})


class Do(StrEnum):
    """What a refusal asks for."""

    STOP = "stop"  # ask nothing more until an operator has changed something
    RENEW = "renew"  # fetch a token and try once more; done already when it is seen outside
    DROP = "drop"  # this message reaches nobody
    FIX = "fix"  # a mistake of ours
    WAIT = "wait"  # not within this minute
    ALLOW = "allow"  # the admin console must allow something
    RETRY = "retry"  # with a growing pause, three times at most; done already when it is seen outside


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about a code, and a sentence for the operator."""

    do: Do
    sentence: str


_TABLE: tuple[tuple[tuple[int, ...], Do, str], ...] = (
    ((40001,), Do.STOP, "the secret is wrong"),
    ((40013, 40056), Do.STOP, "the CorpID or AgentId is wrong"),
    ((40014, 42001), Do.RENEW, "the access token has ended"),
    ((40003, 81013, 60111), Do.DROP, "no such person"),
    ((40008, 40058, 44004, 45002, 41001), Do.FIX, "the request is not as WeCom wants it"),
    ((45009, 45033), Do.WAIT, "too many requests"),
    ((48002, 301002), Do.ALLOW, "the app may not do this"),
    ((60011,), Do.ALLOW, "the person is outside the app's visible range"),
    ((60020,), Do.ALLOW, "this server's public address is not on the app's trusted list"),
    ((93000,), Do.STOP, "the webhook's key is wrong"),
    ((BUSY,), Do.RETRY, "WeCom is busy"),
)

CODES: Mapping[int, Advice] = {code: Advice(do, sentence) for codes, do, sentence in _TABLE for code in codes}
"""Every code that is known to be met."""

_UNKNOWN = Advice(Do.DROP, "WeCom refused")


def advice(errcode: int) -> Advice:
    """What to do about a code other than 0; one that is not in the table is dropped."""
    return CODES.get(errcode, _UNKNOWN)
