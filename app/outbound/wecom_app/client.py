"""What the self-built app says: words and cards to people, and a clicked card brought up to date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.outbound.wecom_app.calls import Calls
from app.outbound.wecom_app.qyapi import ApiAnswer
from app.outbound.wecom_app.words import fitted
from app.ports import Clock
from app.records.errors import ChargehandError, OutcomeUnknown, OwnFault, TurnedDown

TEXT_MAX_BYTES = 2048
PEOPLE_MAX = 1000
SAME_WITHIN_S = 600
"""The same words to the same people within so long are sent once by WeCom, so they may be repeated."""
CODE_LASTS = timedelta(hours=72)

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message that WeCom took.

    `missed` are the people who do not get it, as they were given; `cut` is whether the words were
    too long. `response_code` updates the card later, "" for other messages.
    """

    msgid: str
    missed: tuple[str, ...] = ()
    cut: bool = False
    response_code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click's code, which updates its card once, and when it was given."""

    code: str = field(repr=False)
    at: datetime


class AppClient:
    """Sends as the app `agent_id`; several at once. Every method raises as `Calls`.

    A message whose outcome is unknown may be repeated within SAME_WITHIN_S.
    """

    def __init__(self, calls: Calls, agent_id: int, clock: Clock) -> None:
        self._calls, self._agent, self._clock = calls, agent_id, clock
        self._spent: dict[str, datetime] = {}

    async def send_text(self, people: Sequence[str], text: str) -> Sent:
        """Plain words; what is over TEXT_MAX_BYTES is cut, with a mark."""
        return await self._send_words(people, "text", text)

    async def send_markdown(self, people: Sequence[str], text: str) -> Sent:
        """Words in WeCom's old markdown, without tables; cut like plain words."""
        return await self._send_words(people, "markdown", text)

    async def send_card(self, people: Sequence[str], card: Body) -> Sent:
        """A card, as page 90236 has it; its task_id must never have been used before."""
        return await self._send(people, "template_card", card)

    async def update_card(self, clicked: Clicked, people: Sequence[str], change: Body) -> None:
        """Change a clicked card for these people: its `button` or the whole `template_card`.

        Raises TurnedDown without asking when the code was spent or is older than CODE_LASTS.
        """
        self._spend(clicked)
        body = {"userids": list(people), "agentid": self._agent, "response_code": clicked.code, **change}
        try:
            await self._calls.post("/cgi-bin/message/update_template_card", body)
        except ChargehandError as no:
            if not isinstance(no, OutcomeUnknown):
                self._spent.pop(clicked.code, None)
            raise

    async def _send_words(self, people: Sequence[str], kind: str, text: str) -> Sent:
        content, cut = fitted(text, TEXT_MAX_BYTES)
        return await self._send(people, kind, {"content": content}, cut=cut)

    async def _send(self, people: Sequence[str], kind: str, part: Body, *, cut: bool = False) -> Sent:
        body: Body = {
            "touser": _addressed(people),
            "agentid": self._agent,
            "msgtype": kind,
            kind: part,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": SAME_WITHIN_S,
        }
        answer = await self._calls.post("/cgi-bin/message/send", body)
        return Sent(answer.msgid, _missed(people, answer), cut, answer.response_code)

    def _spend(self, clicked: Clicked) -> None:
        oldest = self._clock() - CODE_LASTS
        self._spent = {code: at for code, at in self._spent.items() if at > oldest}
        if clicked.at <= oldest or clicked.code in self._spent:
            raise TurnedDown("the card's code was used before or has ended")
        self._spent[clicked.code] = clicked.at


def _addressed(people: Sequence[str]) -> str:
    """The people in WeCom's one field; a name that would be read as several, or as all, is refused."""
    if not 1 <= len(people) <= PEOPLE_MAX or any("|" in each or each in {"", "@all"} for each in people):
        raise OwnFault("a message goes to 1 to 1000 people, each by one id")
    return "|".join(people)


def _missed(people: Sequence[str], answer: ApiAnswer) -> tuple[str, ...]:
    """Who does not get it; WeCom names them in lower case."""
    named = f"{answer.invaliduser or ''}|{answer.unlicenseduser or ''}".lower().split("|")
    return tuple(each for each in people if each.lower() in named)
