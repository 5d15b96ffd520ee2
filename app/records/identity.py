"""Who a sender's id belongs to where it is no userid of the plant, and whose ids nobody knows yet."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.records.message import Channel

Source = Literal["it", "wecom"]
"""Who said whose id it is: IT at the server, or WeCom's own conversion."""

_ENCRYPTED = re.compile(r"w[om][0-9A-Za-z_-]{30,126}")


@dataclass(frozen=True, slots=True)
class Identity:
    """`sender`, compared exactly, stands for a userid; `decision` is the ticket that made it so.

    The userid need not be a person of the plant.
    """

    sender: str
    userid: str
    source: Source
    decision: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stranger:
    """A sender that is no person of the plant.

    `decision` is the ticket of the last message, `messages` counts those since `first_at`; `userid`
    is what WeCom says that the id stands for, "" where it never said.
    """

    sender: str
    channel: Channel
    first_at: datetime
    last_at: datetime
    messages: int
    decision: str
    userid: str = ""


def looks_encrypted(sender: str) -> bool:
    """Whether an id looks like one that WeCom encrypted, which its conversion may know (page 101521)."""
    return _ENCRYPTED.fullmatch(sender) is not None
