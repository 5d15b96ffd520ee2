"""What the web API accepts: each call judged by its documented rules, then kept as seen."""

import json
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from app.doubles.wecom.cards import breach, part, text
from app.doubles.wecom_app.forms import Upload, read_upload

CORP_ID = "ww0123456789abcdef"
SECRET = "secret-of-the-demo-app"  # noqa: S105 - the double's own, good for nothing else
AGENT_ID = 1000002
WEBHOOK_KEY = "00000000-0000-4000-8000-demo-webhook"

TEXT_MAX_BYTES = 2048
WEBHOOK_MAX_BYTES = 4096
_MEMBER_RATE = 30  # messages a minute to one person; what is over is dropped without a word
_WEBHOOK_RATE = 20
_CODE_LASTS_S = 72 * 3600
_SPENT = float("-inf")
_MEDIA = frozenset({"file", "image", "voice", "video"})

UPLOADS = frozenset({"/cgi-bin/media/upload", "/cgi-bin/webhook/upload_media"})
"""The paths whose bodies are forms, not JSON."""

Body = Mapping[str, object]
Reply = dict[str, object]


@dataclass(frozen=True, slots=True)
class MessageSeen:
    """A message that people see; `people` are those who got it, nobody when all were over the rate."""

    people: tuple[str, ...]
    msgtype: str
    part: Body
    response_code: str = ""

    @property
    def content(self) -> object:
        """Its words, None for a card."""
        return self.part.get("content")


@dataclass(slots=True)
class Seen:
    """Everything that was asked for."""

    tokens: int = 0
    calls: list[str] = field(default_factory=list)  # paths, in order
    messages: list[MessageSeen] = field(default_factory=list)
    repeated: int = 0  # messages that the duplicate check kept from people
    silent: int = 0  # messages to one person over the rate
    updates: list[Body] = field(default_factory=list)
    alarms: list[object] = field(default_factory=list)  # words sent by the webhook
    media: dict[str, Upload] = field(default_factory=dict)  # by media_id
    breaches: list[str] = field(default_factory=list)
    """What a correct client does not do, each with a sentence."""


@dataclass(slots=True)
class Rules:
    """The API's memory and its judgement; `people` are the app's visible range.

    `unlicensed` are those of them who have no licence for the interface, and get nothing.
    """

    seen: Seen = field(default_factory=Seen)
    people: set[str] = field(default_factory=lambda: {"zhangsan", "LiSi"})
    unlicensed: set[str] = field(default_factory=set)
    open_ids: dict[str, str] = field(default_factory=dict)
    now: Callable[[], float] = time.monotonic
    token_lasts_s: int = 7200
    _tokens: dict[str, float] = field(default_factory=dict)
    _codes: dict[str, float] = field(default_factory=dict)  # since when a response code is good
    _cards: set[object] = field(default_factory=set)
    _lately: dict[str, float] = field(default_factory=dict)
    _rates: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def judge(self, path: str, query: Mapping[str, str], body: Body) -> Reply:
        """The answer; what it accepts has been kept."""
        if path == "/cgi-bin/gettoken":
            return self._gettoken(query)
        if path == "/cgi-bin/webhook/send":
            return self._webhook(query, body)
        return self._barred(query) or self._called(path, body)

    def upload(self, path: str, query: Mapping[str, str], form: bytes) -> Reply:
        """The answer to a file in a form; it is kept under its media_id."""
        by_webhook = path == "/cgi-bin/webhook/upload_media"
        barred = self._strange(query) if by_webhook else self._barred(query)
        if barred:
            return barred
        file = read_upload(query.get("type", ""), form)
        if file is None or (by_webhook and file.kind not in {"file", "voice"}):
            return no(40058)
        media_id = f"media-{len(self.seen.media) + 1}"
        self.seen.media[media_id] = file
        return yes(type=file.kind, media_id=media_id, created_at=str(int(time.time())))

    def _barred(self, query: Mapping[str, str]) -> Reply | None:
        """The refusal of a token, None when it is good."""
        if not query.get("access_token"):
            return no(41001)
        ends = self._tokens.get(query["access_token"])
        if ends is None or ends <= self.now():
            return no(40014 if ends is None else 42001)
        return None

    def _strange(self, query: Mapping[str, str]) -> Reply | None:
        """The refusal of a webhook's key, None when it is good."""
        return None if query.get("key") == WEBHOOK_KEY else no(93000)

    def _called(self, path: str, body: Body) -> Reply:
        match path:
            case "/cgi-bin/message/send":
                return self._send(body)
            case "/cgi-bin/message/update_template_card":
                return self._update(body)
            case "/cgi-bin/batch/openuserid_to_userid":
                return self._plain(body)
            case "/cgi-bin/getcallbackip":
                return yes(ip_list=["101.226.103.*", "101.226.62.*"])
            case "/cgi-bin/get_api_domain_ip":
                return yes(ip_list=["182.254.11.176", "182.254.78.66"])
            case _:
                return no(40058)

    def void_tokens(self) -> None:
        """Call every token given so far invalid."""
        self._tokens.clear()

    def give_code(self) -> str:
        """A response code, as a click brings one."""
        code = f"code-{len(self._codes)}"
        self._codes[code] = self.now()
        return code

    def _gettoken(self, query: Mapping[str, str]) -> Reply:
        if query.get("corpid") != CORP_ID:
            return no(40013)
        if query.get("corpsecret") != SECRET:
            return no(40001)
        self.seen.tokens += 1
        token = f"token-{self.seen.tokens}-{'x' * 100}"
        self._tokens[token] = self.now() + self.token_lasts_s
        return yes(access_token=token, expires_in=self.token_lasts_s)

    def _send(self, body: Body) -> Reply:
        kind, given = str(body.get("msgtype")), part(body, str(body.get("msgtype")))
        wrong = self._wrong(kind, given) if body.get("agentid") == AGENT_ID else 40056
        if wrong:
            return no(wrong)
        asked = text(body.get("touser")).split("|")
        known = {each.lower(): each for each in self.people}
        found = [known[each.lower()] for each in asked if each.lower() in known]
        reached = [each for each in found if each not in self.unlicensed]
        if not found:
            return no(81013)
        code = self.give_code() if kind == "template_card" else ""
        self._show(body, reached, MessageSeen((), kind, given, code))
        named = {
            "invaliduser": "|".join(each.lower() for each in asked if each.lower() not in known),
            "unlicenseduser": "|".join(each.lower() for each in found if each in self.unlicensed),
        }
        more = {"response_code": code} if code else {}
        return yes(**named, msgid=f"sent-{len(self.seen.messages)}", **more)

    def _show(self, body: Body, reached: list[str], message: MessageSeen) -> None:
        """Put it before those people who are not over their rate, unless it is a repetition."""
        if self._is_repeated(body):
            self.seen.repeated += 1
            return
        self._watch(message.msgtype, message.part)
        shown = tuple(each for each in reached if not self._over(each, _MEMBER_RATE))
        self.seen.silent += len(reached) - len(shown)
        self.seen.messages.append(replace(message, people=shown))

    def _wrong(self, kind: str, given: Body) -> int:
        """The errcode for what a message holds; a card that breaks a rule is noted."""
        if kind not in {"text", "markdown", "template_card"} | _MEDIA or not given:
            return 40008
        if kind in _MEDIA:
            file = self.seen.media.get(text(given.get("media_id")))
            return 0 if file is not None and file.kind == kind else 40007
        if kind != "template_card":
            return 0 if text(given.get("content")).strip() else 44004
        rule = breach(given)
        if rule:
            self.seen.breaches.append(f"message/send: {rule}")
        return 40058 if rule else 0

    def _watch(self, kind: str, given: Body) -> None:
        if len(text(given.get("content")).encode()) > TEXT_MAX_BYTES:
            self.seen.breaches.append(f"{kind} over {TEXT_MAX_BYTES} bytes is cut")
        if kind == "template_card" and given.get("task_id") in self._cards:
            self.seen.breaches.append("a task_id that was used before")
        if kind == "template_card":
            self._cards.add(given.get("task_id"))

    def _is_repeated(self, body: Body) -> bool:
        if body.get("enable_duplicate_check") != 1:
            return False
        key, window_s = json.dumps(body, sort_keys=True), body.get("duplicate_check_interval", 1800)
        last = self._lately.get(key)
        self._lately[key] = self.now()
        return last is not None and isinstance(window_s, int) and self.now() - last < window_s

    def _update(self, body: Body) -> Reply:
        code = text(body.get("response_code"))
        if self.now() - self._codes.get(code, _SPENT) > _CODE_LASTS_S:
            return no(40058)
        self._codes[code] = _SPENT
        self.seen.updates.append(body)
        return yes()

    def _plain(self, body: Body) -> Reply:
        asked = body.get("open_userid_list")
        ids = asked if isinstance(asked, list) else []
        if not 1 <= len(ids) <= 1000:
            return no(40058)
        known = [
            {"open_userid": each, "userid": self.open_ids[each]} for each in ids if each in self.open_ids
        ]
        return yes(userid_list=known, invalid_open_userid_list=[x for x in ids if x not in self.open_ids])

    def _webhook(self, query: Mapping[str, str], body: Body) -> Reply:
        barred = self._strange(query)
        if barred:
            return barred
        kind = text(body.get("msgtype"))
        content = part(body, kind).get("content")
        if kind not in {"text", "markdown", "markdown_v2"} or not isinstance(content, str):
            return no(40008)
        if not content.strip():
            return no(44004)
        if len(content.encode()) > (TEXT_MAX_BYTES if kind == "text" else WEBHOOK_MAX_BYTES):
            return no(45002)
        if self._over("webhook", _WEBHOOK_RATE):
            return no(45009)
        self.seen.alarms.append(content)
        return yes()

    def _over(self, whom: str, rate: int) -> bool:
        """Whether a minute's messages are used up; counts one more when not."""
        spent, now = self._rates[whom], self.now()
        while spent and spent[0] <= now - 60:
            spent.popleft()
        if len(spent) >= rate:
            return True
        spent.append(now)
        return False


def yes(**more: object) -> Reply:
    """An answer that accepts."""
    return {"errcode": 0, "errmsg": "ok", **more}


def no(errcode: int) -> Reply:
    """An answer that refuses; as the real one does, it says more than anybody should repeat."""
    return {"errcode": errcode, "errmsg": f"hint: [1795305600_9], from ip: 203.0.113.7, code {errcode}"}
