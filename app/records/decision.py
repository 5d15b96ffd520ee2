"""One decision: the message, the steps taken, and the table that says what may follow.

Everything about the order of steps lives in this file and nothing else does.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeVar

from app.records.action import Action, AskCloud, PlanWith, action_hash
from app.records.answer import Say
from app.records.errors import WrongStage
from app.records.message import Message
from app.records.offer import Contender, Offered
from app.records.plant import Role
from app.records.reading import Intent, Layer, Reading

S = TypeVar("S")


class Stage(StrEnum):
    """Where a decision stands."""

    RECEIVED = "received"
    UNDERSTOOD = "understood"
    PLANNING = "planning"
    HELD = "held"
    READY = "ready"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Understood:
    """What the message means; cost is 0 unless the cloud was asked."""

    at: datetime
    reading: Reading
    cost_cny: float = 0.0
    kind: Literal["understood"] = "understood"


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """A plan was asked for; `words` is the wish.

    `confirmed` are wishes that stand in place of what the words were read as, because their sender
    confirmed them. `allowed` is what a supervisor let leave for it.
    """

    at: datetime
    words: str
    confirmed: PlanWith | None = None
    allowed: AskCloud | None = None
    kind: Literal["plan_asked"] = "plan_asked"


@dataclass(frozen=True, slots=True)
class Consulted:
    """Whether the cloud was asked about a plan, why or why not, and what came of it.

    `because` is the rule that decided: "unread", "many_orders", "two_sites" or "allowed" for yes,
    a `records.cloud.Why` or "plain", "hours", "words", "no_right" for no. `outcome` is "not_asked",
    "answered", "cached", "preview" or why there was no answer. `prompt` is the hash of what left.
    """

    at: datetime
    because: str
    outcome: str
    call: str = ""
    provider: str = ""
    model: str = ""
    prompt: str = ""
    faults: tuple[str, ...] = ()
    cost_cny: float = 0.0
    took_ms: float = 0.0
    kind: Literal["consulted"] = "consulted"


@dataclass(frozen=True, slots=True)
class Held:
    """A person is asked.

    `reason` is "approval" (one of `roles` at `facility`, None: any facility, may say yes), "confirm"
    (the sender says whether `action` is what was meant) or "unclear" (the sender chooses among
    `choices`). `action` is what would run; None when unclear.
    `offered` are several to choose from, in the order of their numbers from 1, `action` among
    them; empty when there is only `action`.
    """

    at: datetime
    until: datetime
    reason: Literal["approval", "confirm", "unclear"]
    why: Say
    proposal: Say
    action: Action | None = None
    roles: tuple[Role, ...] = ()
    facility: str | None = None
    choices: tuple[Intent, ...] = ()
    offered: tuple[Offered, ...] = ()
    kind: Literal["held"] = "held"

    def that_may_run(self, digest: str) -> Action | None:
        """What is held under a hash: the action, or one of those offered; None for any other hash."""
        held = (self.action, *(each.action for each in self.offered))
        return next((a for a in held if a is not None and action_hash(a) == digest), None)


@dataclass(frozen=True, slots=True)
class PlanMade:
    """A checked plan waits for a person; `by` names the link of the chain that made it.

    `contenders` are the plans it was compared with, itself among them; empty without a comparison.
    """

    at: datetime
    plan: str
    by: str
    solve_ms: float
    hold: Held
    contenders: tuple[Contender, ...] = ()
    kind: Literal["plan_made"] = "plan_made"


@dataclass(frozen=True, slots=True)
class Approved:
    """Yes. `by` is "policy:<rule>" or "person:<userid>"; `digest` is the action's hash."""

    at: datetime
    by: str
    action: Action
    digest: str
    kind: Literal["approved"] = "approved"


@dataclass(frozen=True, slots=True)
class Refused:
    """No, and why: `code` is stable, `say` is what the sender reads."""

    at: datetime
    by: str
    code: str
    say: Say
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Acted:
    """Done once: `key` is the idempotency key, `say` what the sender reads."""

    at: datetime
    key: str
    say: Say
    kind: Literal["acted"] = "acted"


@dataclass(frozen=True, slots=True)
class Undone:
    """Taken back, by whom."""

    at: datetime
    by: str
    say: Say
    kind: Literal["undone"] = "undone"


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be done; `code` is stable, `say` is what the sender reads."""

    at: datetime
    code: str
    say: Say
    kind: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True)
class Corrected:
    """A person, "person:<userid>", says what the words had meant; it changes nothing that was done.

    `source` is where they said so: "console", "chat" (no, I meant …), "choice" (the number of an
    offered meaning) or "vote" (asked after a thumb down). The latest one counts.
    """

    at: datetime
    by: str
    intent: Intent
    source: Literal["console", "chat", "choice", "vote"]
    kind: Literal["corrected"] = "corrected"


Step = (
    Understood
    | PlanAsked
    | Consulted
    | PlanMade
    | Held
    | Approved
    | Refused
    | Acted
    | Undone
    | Failed
    | Corrected
)

LIFE_CYCLE: dict[Stage, dict[type, Stage]] = {
    Stage.RECEIVED: {Understood: Stage.UNDERSTOOD, Failed: Stage.FAILED},
    Stage.UNDERSTOOD: {
        Approved: Stage.READY,
        PlanAsked: Stage.PLANNING,
        Held: Stage.HELD,
        Refused: Stage.REFUSED,
        Failed: Stage.FAILED,
    },
    Stage.PLANNING: {
        Consulted: Stage.PLANNING,
        PlanMade: Stage.HELD,
        Held: Stage.HELD,
        Failed: Stage.FAILED,
    },
    Stage.HELD: {Approved: Stage.READY, Refused: Stage.REFUSED, Corrected: Stage.HELD},
    Stage.READY: {Acted: Stage.DONE, Failed: Stage.FAILED},
    Stage.DONE: {Undone: Stage.UNDONE, Corrected: Stage.DONE},
    Stage.REFUSED: {Corrected: Stage.REFUSED},
    Stage.FAILED: {Corrected: Stage.FAILED},
    Stage.UNDONE: {Corrected: Stage.UNDONE},
}

OPEN_STAGES = frozenset({Stage.RECEIVED, Stage.UNDERSTOOD, Stage.PLANNING, Stage.READY})
"""Stages that a restart takes up again; HELD waits for a person, the rest have ended."""

AWAIT_SOLVER = frozenset({Stage.UNDERSTOOD, Stage.PLANNING})
"""Where a decision stands while the solver works for it: on an answer alone, or on a plan."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A message and what became of it. `id` is the ticket people see, such as D-00042.

    `part` counts the wishes of one message from 0, each a decision of its own. Part 0 is the
    message's own: its final answer finishes the bubble; what is said about the others is pushed.
    """

    id: str
    message: Message
    stage: Stage = Stage.RECEIVED
    steps: tuple[Step, ...] = ()
    part: int = 0

    def then(self, step: Step) -> "Decision":
        """The next decision; raises WrongStage when the table forbids the step."""
        follower = LIFE_CYCLE[self.stage].get(type(step))
        if follower is None:
            raise WrongStage(f"{self.id} is {self.stage}: {step.kind} cannot follow")
        if isinstance(step, Approved):
            self._must_fit(step)
        return replace(self, stage=follower, steps=(*self.steps, step))

    def _must_fit(self, approved: Approved) -> None:
        """An approval is of its own action, and of nothing but what is held."""
        if approved.digest != action_hash(approved.action):
            raise WrongStage(f"{self.id}: the approval does not fit its action")
        if self.hold is not None and self.hold.that_may_run(approved.digest) is None:
            raise WrongStage(f"{self.id}: what is approved is not what is held")

    def last(self, kind: type[S]) -> S | None:
        """The latest step of a kind, or None."""
        return next((s for s in reversed(self.steps) if isinstance(s, kind)), None)

    @property
    def reading(self) -> Reading | None:
        """What was understood last, or None before that."""
        step = self.last(Understood)
        return step.reading if step else None

    @property
    def hold(self) -> Held | None:
        """Why it waits and for whom; None unless it is held now."""
        if self.stage is not Stage.HELD:
            return None
        latest = next(s for s in reversed(self.steps) if isinstance(s, PlanMade | Held))
        return latest.hold if isinstance(latest, PlanMade) else latest


def act_key(decision: Decision) -> str:
    """The idempotency key of the one outside write; raises WrongStage unless ready.

    An intent that forgets to ask has nothing to write with. The same decision always gives the
    same key.
    """
    approved = decision.last(Approved)
    if decision.stage is not Stage.READY or approved is None:
        raise WrongStage(f"{decision.id} is {decision.stage}, not ready: nothing may be done")
    return f"{decision.id}:{approved.digest[:16]}"


def cost_of(decision: Decision) -> float:
    """What a decision's steps have cost, in yuan."""
    return sum(step.cost_cny for step in decision.steps if isinstance(step, Understood | Consulted))


def layer_of(decision: Decision) -> Layer | None:
    """Who understood it last: the cloud where its answer was taken; None before anybody did."""
    consulted = decision.last(Consulted)
    if consulted is not None and consulted.outcome in {"answered", "cached"}:
        return Layer.CLOUD
    return decision.reading.layer if decision.reading else None
