"""The bodies of what we say, and the two answers that are not streams."""

import unicodedata
from collections.abc import Mapping, Sequence

from app.outbound.cards import ended, waiting
from app.outbound.wecom import frames
from app.outbound.wecom.link import Link
from app.outbound.wecom.session import Ack
from app.records.answer import clip
from app.records.card import Card
from app.records.media import Uploaded

Body = Mapping[str, object]

_WAIT = "⏳ 收到,處理中 · Received, working on it\n結果會另外傳來 · The result follows as a message"
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


def push_card(to: str, card: Body, *, group: bool) -> Body:
    """A card that answers nothing."""
    return {
        "chatid": to,
        "chat_type": 2 if group else 1,
        "msgtype": "template_card",
        "template_card": card,
    }


def push_file(to: str, uploaded: Uploaded, *, group: bool) -> Body:
    """A file that WeCom holds for us, as a message that answers nothing."""
    kind = uploaded.kind.value
    part = {"media_id": uploaded.media_id}
    return {"chatid": to, "chat_type": 2 if group else 1, "msgtype": kind, kind: part}


def update(task_id: str, card: Card | None, text: str, *, userids: Sequence[str], feedback: str = "") -> Body:
    """What takes a clicked card's place for these people; none means everyone who has it."""
    body = ended(task_id, visible(text), card)
    return _in_place({**body, "feedback": {"id": feedback}} if feedback else body, userids)


def update_waiting(task_id: str, card: Card | None, userids: Sequence[str]) -> Body:
    """What a clicked card shows until its answer is there."""
    return _in_place(waiting(card) if card else ended(task_id, _WAIT, None), userids)


def _in_place(card: Body, userids: Sequence[str]) -> Body:
    return {"response_type": "update_template_card", "userids": list(userids), "template_card": card}
