"""What an intent answers when it has judged a request; all are values, a *no* as well."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.records.action import Action
from app.records.answer import Notice, Say
from app.records.inquiry import Inquiry
from app.records.message import Message
from app.records.picture import Picture
from app.records.plant import Name, Person, Role
from app.records.reading import Intent, Reading
from app.records.wish import AnyWish, Expedite, WhatIf, plain

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
    """What a schedule request wants: its words, and the wishes that they were turned into.

    `unread` is True where the words wish something that could not be turned into wishes. `called`
    are the names of the facilities and people in the wishes, as (code, name).
    """

    words: str
    facility: str | None = None
    wishes: tuple[AnyWish, ...] = ()
    unread: bool = False
    called: tuple[tuple[str, Name | str], ...] = ()

    @property
    def expedite(self) -> tuple[str, ...]:
        """The orders that go before the others."""
        return tuple(dict.fromkeys(w.order for w in plain(self.wishes) if isinstance(w, Expedite)))

    @property
    def by(self) -> datetime | None:
        """When the first of those should be ready, None when not said."""
        times = [w.by for w in plain(self.wishes) if isinstance(w, Expedite) and w.by is not None]
        return min(times, default=None)

    @property
    def what_if(self) -> bool:
        """Whether the plan is only to be seen, never published."""
        return any(isinstance(wish, WhatIf) for wish in self.wishes)


@dataclass(frozen=True, slots=True)
class NeedPlan:
    """A plan must be made before a person can be asked."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class AskPlan:
    """Only an answer is wanted, but it takes solving to find; nothing is planned by it."""

    inquiry: Inquiry


@dataclass(frozen=True, slots=True)
class Draw:
    """Only an answer is wanted, with a picture that takes a moment to draw."""

    picture: Picture


@dataclass(frozen=True, slots=True)
class Refuse:
    """No, and why; `code` is stable: unknown_sender, no_right, incomplete, unknown_thing, ..."""

    code: str
    say: Say


@dataclass(frozen=True, slots=True)
class Offer:
    """The appliance is unsure: the sender chooses among these meanings."""

    intents: tuple[Intent, ...]


Verdict = Do | Hold | NeedPlan | AskPlan | Draw | Refuse | Offer


@dataclass(frozen=True, slots=True)
class Act:
    """What is said when an action runs: to the sender, and to others."""

    say: Say
    notices: tuple[Notice, ...] = ()
