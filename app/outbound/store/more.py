"""What only some messages have, in one column of the inbox: canonical JSON, "" for none of it."""

import json
from typing import Any

from app.outbound.store.codec import canonical
from app.outbound.store.line import clean
from app.records.media import Attachment, MediaKind
from app.records.message import Channel, Message


def encode_more(message: Message) -> str:
    """The column; an attachment keeps its kind alone, a fingerprint has a table of its own."""
    found = {
        "channel": "" if message.channel is Channel.BOT else message.channel.value,
        "chosen": [[clean(name), [clean(id_) for id_ in ids]] for name, ids in message.chosen],
        "response_code": clean(message.response_code),
        "attached": [each.kind.value for each in message.attached],
        "excess": message.excess,
    }
    kept = {name: value for name, value in found.items() if value}
    return canonical(kept) if kept else ""


def decode_more(kept: str) -> dict[str, Any]:
    """The fields of `Message` that the column holds."""
    if not kept:
        return {}
    found = json.loads(kept)
    if "channel" in found:
        found["channel"] = Channel(found["channel"])
    if "chosen" in found:
        found["chosen"] = tuple((name, tuple(ids)) for name, ids in found["chosen"])
    if "attached" in found:
        found["attached"] = tuple(Attachment(MediaKind(kind), "", "") for kind in found["attached"])
    return dict(found)
