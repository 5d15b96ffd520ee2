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
