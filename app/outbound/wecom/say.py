"""The bodies of what we say, and the two answers that are not streams."""

import unicodedata
from collections.abc import Mapping, Sequence

from app.outbound.wecom import frames
from app.outbound.wecom.link import Link
from app.outbound.wecom.session import Ack
from app.records.answer import clip

Body = Mapping[str, object]

_CARD_LINK = "https://work.weixin.qq.com"  # a card of this kind must lead somewhere (101032, 2026-03)
_SHOWN = frozenset("LNPS")  # first letters of the Unicode categories that leave ink


def visible(text: str) -> str:
    """The text within WeCom's limit, never blank: a blank end leaves the bubble loading for ever."""
    clipped = clip(text)
    return clipped if any(unicodedata.category(c)[0] in _SHOWN for c in clipped) else "…"


def stream(stream_id: str, text: str, *, finish: bool, feedback: str = "") -> Body:
    """One frame of a bubble: the whole text so far; `feedback` belongs into the first frame only."""
    inner: dict[str, object] = {"id": stream_id, "finish": finish, "content": visible(text)}
    if feedback:
        inner["feedback"] = {"id": feedback}
    return {"msgtype": "stream", "stream": inner}


def push(to: str, text: str, *, group: bool, feedback: str = "") -> Body:
    """A message that answers nothing; `chat_type` is always set, the gateway would guess."""
    markdown: dict[str, object] = {"content": visible(text)}
    if feedback:
        markdown["feedback"] = {"id": feedback}
    return {"chatid": to, "chat_type": 2 if group else 1, "msgtype": "markdown", "markdown": markdown}


async def welcome(link: Link, req_id: str, text: str, *, decision: str = "") -> Ack:
    """Greet a person who opened the chat, within five seconds; raises as Link.command does."""
    body = {"msgtype": "text", "text": {"content": visible(text)}}
    return await link.command(frames.WELCOME, req_id, body, decision=decision)


async def update_card(link: Link, req_id: str, task_id: str, userids: Sequence[str], title: str) -> Ack:
    """Replace a clicked card by its title, within five seconds of the click.

    No `userids` means everyone who has the card. Raises as Link.command does.
    """
    card = {
        "card_type": "text_notice",
        "task_id": task_id,
        "main_title": {"title": visible(title)},
        "card_action": {"type": 1, "url": _CARD_LINK},
    }
    body = {"response_type": "update_template_card", "userids": list(userids), "template_card": card}
    return await link.command(frames.UPDATE, req_id, body)
