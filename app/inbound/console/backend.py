"""What the console's door needs from the house: read views, writes, and who holds a PIN."""

from dataclasses import dataclass
from typing import Protocol

from app.records.board import CardDetail, Cards, Messages, Overview, Status, Transcript, WindowStanding
from app.records.chart import Chart
from app.records.correction import Lesson
from app.records.kpi import KpiBoard
from app.records.message import Language
from app.records.satisfaction import SatisfactionBoard
from app.records.socket import Reply


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A person who may unlock writing; `pin` is the stored form that `verify_pin` takes."""

    userid: str
    name: str
    pin: str


class Backend(Protocol):
    """Sentences come in `language`, the person's own for writes. Reads change nothing.

    Writes check the person's right themselves and may be repeated: the second answers that it is
    settled already.
    """

    async def status(self) -> Status: ...
    async def overview(self, language: Language) -> Overview: ...
    async def decisions(self, language: Language) -> Cards:
        """Held ones, approvals before questions, the first to lapse first; recent ones newest first."""

    async def decision(self, decision_id: str, language: Language) -> CardDetail | None: ...
    async def messages(self, limit: int, language: Language) -> Messages:
        """At most `limit` messages, newest first."""

    async def chart(self, plan_id: str, language: Language) -> Chart | None:
        """The published plan drawn where `plan_id` is ""; None for a plan that does not exist."""

    async def figures(self, language: Language) -> KpiBoard:
        """Key figures of today and the seven days before, the plant as a whole first."""

    async def satisfaction(self) -> SatisfactionBoard:
        """The votes on the answers of today and the 13 days before."""

    async def transcript(self, msgid: str) -> Transcript | None: ...
    def window(self) -> WindowStanding:
        """Whether checks of the callbacks' address are answered now."""

    async def open_window(self, seconds: float, person_userid: str) -> Reply:
        """Answer them for so long, 0 for no more; "" is the service's own account, which always may."""

    async def key_holder(self, userid: str) -> KeyHolder | None:
        """None when there is no such person, or they have no PIN."""

    async def approve(self, decision_id: str, person_userid: str, digest: str) -> Reply: ...
    async def refuse(self, decision_id: str, person_userid: str, reason: str) -> Reply: ...
    async def undo(self, decision_id: str, person_userid: str) -> Reply: ...
    async def teach(self, lesson: Lesson, person_userid: str) -> Reply: ...
    async def publish_plan(self, plan_id: str, person_userid: str) -> Reply: ...
    async def revert_plan(self, plan_id: str, person_userid: str) -> Reply: ...
