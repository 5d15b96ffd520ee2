"""What a message has attached, and the text of its frame without what would fetch and open that."""

import json
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.records.media import Attachment, MediaKind

_ITEMS_MAX = 20
_SECRETS = ("url", "aeskey")
_GONE = "…"
_KINDS = (MediaKind.IMAGE, MediaKind.FILE, MediaKind.VIDEO)


class _Place(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    url: str = Field(min_length=1, max_length=4096, repr=False)
    aeskey: str = Field(min_length=1, max_length=64, repr=False)


def attachments(frame: Mapping[str, object]) -> tuple[Attachment, ...]:
    """What the sender attached, in its order, at most 20; never what is quoted, and never raises.

    What has no address or no key is left out.
    """
    body = frame.get("body")
    if not isinstance(body, dict):
        return ()
    mixed = body.get("mixed") if body.get("msgtype") == "mixed" else None
    items = mixed.get("msg_item") if isinstance(mixed, dict) else [body]
    found = map(_attachment, items[:_ITEMS_MAX]) if isinstance(items, list) else ()
    return tuple(each for each in found if each is not None)


def _attachment(item: object) -> Attachment | None:
    if not isinstance(item, dict):
        return None
    kind = next((kind for kind in _KINDS if kind == item.get("msgtype")), None)
    if kind is None:
        return None
    try:
        place = _Place.model_validate(item.get(kind.value))
    except ValidationError:
        return None
    return Attachment(kind, place.url, place.aeskey)


def without_keys(frame: Mapping[str, object], raw: str) -> str:
    """The frame's text `raw` with every address and key in it replaced; as it is when there is none.

    Wherever they stand, in a quote as well: who has both can fetch and open the attachment.
    """
    if not _holds_secret(frame):
        return raw
    try:
        bare = json.loads(json.dumps(frame), object_hook=_bare)
        return json.dumps(bare, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return "{}"


def _holds_secret(frame: Mapping[str, object]) -> bool:
    left: list[object] = [frame]
    while left:
        match left.pop():
            case dict() as found:
                if any(map(_is_secret, found)):
                    return True
                left += found.values()
            case list() as found:
                left += found
    return False


def _bare(found: dict[str, object]) -> dict[str, object]:
    return {key: _GONE if _is_secret(key) else value for key, value in found.items()}


def _is_secret(key: str) -> bool:
    return key.lower().replace("_", "").endswith(_SECRETS)
