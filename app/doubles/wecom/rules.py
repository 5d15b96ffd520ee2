"""What the gateway accepts: each command judged by the protocol's rules, then kept as seen.

For an unknown media_id the documents name no code on this channel; 40007 is what the web API calls one
(page 90313, read 2026-11).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.doubles.wecom.callbacks import Callback
from app.doubles.wecom.cards import Card, part, size_bytes, text, words
from app.doubles.wecom.deck import BAD_PARAMETER, WRONG_REQ_ID, Deck
from app.doubles.wecom.rates import Rates
from app.doubles.wecom.seen import BubbleSeen, PushSeen, Seen, Shown
from app.doubles.wecom.uploads import Answer, Uploads
from app.records.answer import utc_now

OK = 0
BAD_MEDIA = 40007
TOO_MANY = 45009
BAD_CHAT = 93006
EMPTY = 93017
NEVER_SPOKE = 846607
EXPIRED = 846608

CONTENT_MAX_BYTES = 20_480
_EVENT_WINDOW_S = 5.0
_REPLY_WINDOW_S = 24 * 3600.0
_MEDIA = frozenset({"file", "image", "voice", "video"})
_PUSHES = _MEDIA | {"markdown", "template_card"}
_REPLIES = _PUSHES | {"stream"}
_UPLOADS = "uploads"  # the bot's own conversation, as the rates count it

Body = Mapping[str, object]


@dataclass(slots=True)
class Rules:
    """The gateway's memory and its judgement. `window_s` is how long a bubble may stay unfinished."""

    seen: Seen
    faults: set[str]
    window_s: float = 600.0
    singles: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    now: Callable[[], float] = time.monotonic
    _begun: dict[tuple[str, str], float] = field(default_factory=dict)
    rates: Rates = field(init=False)
    _uploads: Uploads = field(init=False)
    _deck: Deck = field(init=False)

    def __post_init__(self) -> None:
        self.rates, self.seen.arrivals = Rates(self._clock), Rates(self._clock)
        self._uploads, self._deck = Uploads(self._clock), Deck(self.seen)
        self.seen.media = self._uploads.files

    def meet(self, callback: Callback) -> None:
        """A person has spoken: the bot may push to this conversation from now on."""
        self.seen.said_in[callback.msgid] = callback.conversation
        if callback.kind == "message":
            (self.groups if callback.chat else self.singles).add(callback.conversation)

    def arrive(self, live: Mapping[str, Callback], cmd: str, req_id: str, body: Body) -> None:
        """Count a frame for its conversation, whatever becomes of it."""
        if cmd == "aibot_send_msg":
            self.seen.arrivals.spend(text(body.get("chatid")))
        elif req_id in live:
            self.seen.arrivals.spend(live[req_id].conversation)

    def judge(self, live: Mapping[str, Callback], cmd: str, req_id: str, body: Body) -> int:
        """The errcode; what is accepted has been kept."""
        if cmd == "aibot_send_msg":
            return self._send(body)
        callback = live.get(req_id)
        if callback is None or callback.answer != cmd:
            return WRONG_REQ_ID
        window_s = _REPLY_WINDOW_S if callback.kind == "message" else _EVENT_WINDOW_S
        if self.now() - callback.delivered > window_s:
            return WRONG_REQ_ID
        if cmd == "aibot_respond_msg":
            return self._respond(callback, body)
        return self._answer_event(callback, cmd, body)

    def upload(self, cmd: str, body: Body) -> Answer:
        """The errcode and the answer's body; an upload counts when it begins."""
        begins = cmd == "aibot_upload_media_init"
        if begins and self._over(_UPLOADS):
            return TOO_MANY, {}
        return self._uploads.judge(cmd, body)

    def _respond(self, callback: Callback, body: Body) -> int:
        msgtype = body.get("msgtype")
        if msgtype not in _REPLIES:
            return BAD_PARAMETER
        content = part(body, str(msgtype))
        errcode = self._content("aibot_respond_msg", str(msgtype), content)
        if errcode:
            return errcode
        if self._over(callback.conversation):
            return TOO_MANY
        if msgtype == "stream":
            return self._stream(callback.msgid, content)
        beside = _beside(str(msgtype), content)
        shown = Shown(utc_now(), _words(content), True, _feedback(content), *beside)  # noqa: FBT003 - ended
        self.seen.bubbles.setdefault(callback.msgid, []).append(BubbleSeen("", [shown], finished=True))
        if msgtype == "template_card":
            self._deck.deal(callback.conversation, "aibot_respond_msg", content)
        return OK

    def _content(self, cmd: str, msgtype: str, content: Body) -> int:
        """The errcode for what a message holds, before it is known whether it may go."""
        if msgtype == "template_card":
            return self._deck.refused(cmd, content)
        if msgtype in _MEDIA:
            return OK if self._uploads.takes(content.get("media_id"), msgtype) else BAD_MEDIA
        return BAD_PARAMETER if size_bytes(content.get("content")) > CONTENT_MAX_BYTES else OK

    def _stream(self, msgid: str, stream: Body) -> int:
        name, content, finish = stream.get("id"), stream.get("content"), stream.get("finish", False)
        if not (isinstance(name, str) and name and isinstance(content, str) and isinstance(finish, bool)):
            return BAD_PARAMETER
        bubble = self.seen.bubble(msgid, name)
        if bubble is not None and self._too_late(bubble, msgid, content):
            return EXPIRED
        if bubble is None:
            bubble = BubbleSeen(name)
            self.seen.bubbles.setdefault(msgid, []).append(bubble)
            self._begun[msgid, name] = self.now()
        if finish and not content.strip():
            self.seen.breaches.append(f"{msgid}: a blank end, the bubble stays loading")
            return OK
        bubble.frames.append(Shown(utc_now(), content, finish, _feedback(stream)))
        bubble.finished = bubble.finished or finish
        return OK

    def _too_late(self, bubble: BubbleSeen, msgid: str, content: str) -> bool:
        """An ended bubble takes the same words again and no others; what WeCom does is not documented."""
        if bubble.finished:
            return content != bubble.content
        old = self.now() - self._begun[msgid, bubble.stream] > self.window_s
        return old or "expired_stream" in self.faults

    def _send(self, body: Body) -> int:
        to, kind, msgtype = body.get("chatid"), body.get("chat_type", 0), str(body.get("msgtype"))
        if not isinstance(to, str) or not isinstance(kind, int) or kind not in {0, 1, 2}:
            return BAD_PARAMETER
        if msgtype not in _PUSHES:
            return BAD_PARAMETER
        content = part(body, msgtype)
        errcode = self._reach(to, kind) or self._content("aibot_send_msg", msgtype, content)
        if errcode:
            return errcode
        if msgtype == "markdown" and not text(content.get("content")).strip():
            return EMPTY
        if self._over(to):
            return TOO_MANY
        beside = _beside(msgtype, content)
        push = PushSeen(utc_now(), to, kind, msgtype, _words(content), _feedback(content), *beside)
        self.seen.pushes.setdefault(to, []).append(push)
        if msgtype == "template_card":
            self._deck.deal(to, "aibot_send_msg", content)
        return OK

    def _reach(self, to: str, kind: int) -> int:
        """The errcode for where a push goes; ids are told apart by case."""
        if kind == 0:
            self.seen.breaches.append("a push without chat_type")
        known = self.groups | self.singles if kind == 0 else (self.singles, self.groups)[kind == 2]
        if to in known:
            return OK
        return BAD_CHAT if to.lower() in {each.lower() for each in known} else NEVER_SPOKE

    def _answer_event(self, callback: Callback, cmd: str, body: Body) -> int:
        if self._over(callback.conversation):
            return TOO_MANY
        if callback.kind != "enter_chat":
            return self._deck.update(cmd, callback, body)
        msgtype = str(body.get("msgtype"))
        if msgtype not in {"text", "template_card"}:
            return BAD_PARAMETER
        if callback.msgid in self.seen.welcomes:
            return WRONG_REQ_ID
        content = part(body, msgtype)
        errcode = self._content(cmd, msgtype, content)
        if errcode:
            return errcode
        self.seen.welcomes[callback.msgid] = _words(content)
        if msgtype == "template_card":
            self._deck.deal(callback.conversation, cmd, content)
        return OK

    def _clock(self) -> float:
        """The clock of this moment; it may be changed while the double runs."""
        return self.now()

    def _over(self, conversation: str) -> bool:
        """Whether this frame is one too many; one that is not counts."""
        if "rate_limit" in self.faults and self.rates.full(conversation):
            return True
        self.rates.spend(conversation)
        return False


def _words(content: Body) -> str:
    """What people read of a message."""
    return words(content) if "card_type" in content else text(content.get("content"))


def _beside(msgtype: str, content: Body) -> tuple[Card | None, str]:
    """The card and the media_id of a message that is not words."""
    return content if msgtype == "template_card" else None, text(content.get("media_id"))


def _feedback(content: Body) -> str:
    return text(part(content, "feedback").get("id"))
