"""What an intent answers when it has judged a request; all are values, a *no* as well."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.records.action import Action
from app.records.answer import Notice, Say
from app.records.inquiry import Inquiry
from app.records.message import Message
from app.records.plant import Person, Role
from app.records.reading import Intent, Reading

PLANT_ZONE = ZoneInfo("Asia/Hong_Kong")
"""Plant time where the settings say nothing else."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to judge: who asks, what was understood, when; `zone` is plant time."""

    person: Person
    message: Message
    reading: Reading
    now: datetime
    zone: ZoneInfo = PLANT_ZONE


@dataclass(frozen=True, slots=True)
class Do:
    """Routine: go on at once. `because` names the policy that allows it."""

    action: Action
    because: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A person must say yes: one of `roles` at `facility` (None: any), before `until`."""

    action: Action
    why: Say
    proposal: Say
    roles: tuple[Role, ...]
    facility: str | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """What a schedule request wants, as far as the local side can express it.

    `expedite` orders get the weight of a rush order. `by` is when the first of them should be
    ready, None when not said.
    """

    words: str
    facility: str | None = None
    expedite: tuple[str, ...] = ()
    by: datetime | None = None


@dataclass(frozen=True, slots=True)
class NeedPlan:
    """A plan must be made before a person can be asked."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class AskPlan:
    """Only an answer is wanted, but it takes solving to find; nothing is planned by it."""

    inquiry: Inquiry


@dataclass(frozen=True, slots=True)
class Refuse:
    """No, and why; `code` is stable: unknown_sender, no_right, incomplete, unknown_thing, ..."""

    code: str
    say: Say


@dataclass(frozen=True, slots=True)
class Offer:
    """The appliance is unsure: the sender chooses among these meanings."""

    intents: tuple[Intent, ...]


Verdict = Do | Hold | NeedPlan | AskPlan | Refuse | Offer


@dataclass(frozen=True, slots=True)
class Act:
    """What is said when an action runs: to the sender, and to others."""

    say: Say
    notices: tuple[Notice, ...] = ()
