"""What people may ask for, one file each: `judge` decides and changes nothing, `act` says what is done."""

from typing import Protocol

from app.intents import (
    approval,
    coordination,
    inventory_check,
    inventory_movement,
    machine_status,
    order_status,
    other,
    production_schedule,
    progress_report,
    quality_issue,
)
from app.ports import Facts
from app.records.action import Action
from app.records.reading import Intent
from app.records.verdict import Act, Ask, Refuse, Verdict
from app.settings import Limits


class IntentRoom(Protocol):
    """One intent's file."""

    @property
    def INTENT(self) -> Intent: ...  # noqa: N802 - the module's constant

    def judge(self, ask: Ask, facts: Facts, limits: Limits, /) -> Verdict:
        """What should happen; pure, may be repeated."""

    def act(self, ask: Ask, action: Action, facts: Facts, /) -> Act | Refuse:
        """What to say once `action` is applied to `facts`, or a refusal when they no longer allow it.

        `ask` is the first sender's. A place `{made}` in the sentence or a notice is filled by the
        desk with what the action made.
        """


INTENTS: tuple[IntentRoom, ...] = (
    production_schedule,
    order_status,
    inventory_check,
    inventory_movement,
    quality_issue,
    machine_status,
    progress_report,
    coordination,
    approval,
    other,
)


def room_for(intent: Intent) -> IntentRoom:
    """The room of an intent; every intent has one."""
    return next(room for room in INTENTS if room.INTENT is intent)
