"""Plans offered side by side, of which a person chooses one."""

from dataclasses import dataclass
from typing import Literal

from app.records.action import Action, action_hash

Course = Literal["steady", "balanced", "on_time"]
"""What a plan puts first: few moves; the house's own weights; lateness, with overtime where there is any."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan means, in five numbers and what they are parts of.

    `late_orders` end after they are due, together by `minutes_late`. `moved` of `compared`
    operations of the plan in force in the next 48 h change machine, or start by over 30 minutes.
    `changeovers` take `changeover_minutes` of setup in all. `overtime_minutes` are worked in
    machine time that costs extra.
    """

    late_orders: int
    minutes_late: int
    moved: int
    compared: int
    changeovers: int
    changeover_minutes: int
    overtime_minutes: int


@dataclass(frozen=True, slots=True)
class Offered:
    """One plan of those offered; `courses` are all whose best it is, at least one."""

    courses: tuple[Course, ...]
    action: Action
    figures: Figures

    @property
    def digest(self) -> str:
        """The hash that an approval of this one carries."""
        return action_hash(self.action)


Rival = Literal["cloud", "cloud_repaired", "solver", "present"]
"""Who made a plan that is compared; the second is the cloud's, mended by the solver."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A plan in the comparison, on the same numbers as the others.

    `verdict` is "chosen", "legal" or "broken"; `broken` names the rules that it breaks, once each.
    `figures` None where it cannot be reckoned.
    """

    rival: Rival
    verdict: Literal["chosen", "legal", "broken"]
    figures: Figures | None = None
    broken: tuple[str, ...] = ()
