"""What the gateway accepts: each command judged by the protocol's rules, then kept as seen."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.doubles.wecom.callbacks import Callback
from app.doubles.wecom.rates import Rates
from app.doubles.wecom.seen import BubbleSeen, PushSeen, Seen, Shown
from app.records.answer import utc_now

OK = 0
BAD_PARAMETER = 40058
TOO_MANY = 45009
EMPTY = 93017
WRONG_REQ_ID = 846605
NEVER_SPOKE = 846607
EXPIRED = 846608

CONTENT_MAX_BYTES = 20_480
_EVENT_WINDOW_S = 5.0
_REPLY_WINDOW_S = 24 * 3600.0
_REPLIES = frozenset({"stream", "markdown", "template_card", "file", "image", "voice", "video"})
_PUSHES = _REPLIES - {"stream"}

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

    def __post_init__(self) -> None:
        self.rates = Rates(self.now)

    def meet(self, callback: Callback) -> None:
        """A person has spoken: the bot may push to this conversation from now on."""
        if callback.kind == "message":
            (self.groups if callback.chat else self.singles).add(callback.conversation)

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
        return self._answer_event(callback, body)

    def _respond(self, callback: Callback, body: Body) -> int:
        msgtype = body.get("msgtype")
        if msgtype not in _REPLIES:
            return BAD_PARAMETER
        if self._over(callback.conversation):
            return TOO_MANY
        if msgtype == "stream":
            return self._stream(callback.msgid, _part(body, "stream"))
        content = _text(_part(body, str(msgtype)).get("content"))
        shown = Shown(utc_now(), content, finish=True, feedback=_feedback(_part(body, str(msgtype))))
        self.seen.bubbles.setdefault(callback.msgid, []).append(BubbleSeen("", [shown], finished=True))
        return OK

    def _stream(self, msgid: str, stream: Body) -> int:
        name, content, finish = stream.get("id"), stream.get("content"), stream.get("finish", False)
        if not (isinstance(name, str) and name and isinstance(content, str) and isinstance(finish, bool)):
            return BAD_PARAMETER
        if len(content.encode("utf-8", "replace")) > CONTENT_MAX_BYTES:
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
        to, kind, msgtype = body.get("chatid"), body.get("chat_type", 0), body.get("msgtype")
        if not isinstance(to, str) or kind not in {0, 1, 2} or msgtype not in _PUSHES:
            return BAD_PARAMETER
        if kind == 0:
            self.seen.breaches.append("a push without chat_type")
        known = self.groups | self.singles if kind == 0 else (self.singles, self.groups)[kind == 2]
        if to not in known:
            return NEVER_SPOKE
        part = _part(body, str(msgtype))
        content = words_of(part) if msgtype == "template_card" else _text(part.get("content"))
        if msgtype == "markdown" and not content.strip():
            return EMPTY
        if len(content.encode("utf-8", "replace")) > CONTENT_MAX_BYTES:
            return BAD_PARAMETER
        if self._over(to):
            return TOO_MANY
        chat_type = kind if isinstance(kind, int) else 0
        card = part if msgtype == "template_card" else {}
        push = PushSeen(utc_now(), to, chat_type, str(msgtype), content, _feedback(part), card)
        self.seen.pushes.setdefault(to, []).append(push)
        return OK

    def _answer_event(self, callback: Callback, body: Body) -> int:
        if self._over(callback.conversation):
            return TOO_MANY
        if callback.kind == "enter_chat":
            if body.get("msgtype") not in {"text", "template_card"}:
                return BAD_PARAMETER
            if callback.msgid in self.seen.welcomes:
                return WRONG_REQ_ID
            self.seen.welcomes[callback.msgid] = _text(_part(body, "text").get("content"))
            return OK
        card = _part(body, "template_card")
        event = _part(callback.body, "event")
        detail = _part(event, callback.kind) or event
        clicked = detail.get("task_id", detail.get("taskid"))
        if body.get("response_type") != "update_template_card" or card.get("task_id") != clicked:
            return BAD_PARAMETER
        self.seen.updates[callback.msgid] = dict(body)
        return OK

    def _over(self, conversation: str) -> bool:
        """Whether this frame is one too many; one that is not counts."""
        if "rate_limit" in self.faults and self.rates.full(conversation):
            return True
        self.rates.spend(conversation)
        return False


def _part(body: Body, key: str) -> Body:
    part = body.get(key)
    return part if isinstance(part, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _feedback(part: Body) -> str:
    return _text(_part(part, "feedback").get("id"))


def words_of(card: Body) -> str:
    """What a card shows, line by line."""
    lines = [_text(_part(card, "main_title").get(name)) for name in ("title", "desc")]
    lines.append(_text(card.get("sub_title_text")))
    rows = _list(card, "horizontal_content_list")
    lines += [f"{_text(each.get('keyname'))} {_text(each.get('value'))}" for each in rows]
    lines += [f"[{_text(each.get('text'))}]" for each in _list(card, "button_list")]
    return "\n".join(line for line in lines if line)


def _list(card: Body, key: str) -> list[Body]:
    found = card.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
