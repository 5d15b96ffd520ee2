"""The four colours, each with a letter and a shape; everything else is grey."""

from dataclasses import dataclass

from app.records.board import Card, MessageRow
from app.records.decision import Stage
from app.records.plant import MachineState


@dataclass(frozen=True, slots=True)
class Mark:
    """A priority as it is drawn: `style` for a screen with colours, `text` for every screen."""

    text: str
    style: str


P1 = Mark("◆1", "bold #ff5f5f")
P2 = Mark("▲2", "bold #ff9f40")
P3 = Mark("■3", "#e5d84a")
NOTE = Mark("· ", "#5fd7d7")
NONE = Mark("  ", "")

DIM = "#808080"
BRIGHT = "bold #e4e4e4"

_MACHINES = {
    MachineState.DOWN: P2,
    MachineState.SLOW: P3,
    MachineState.MAINTENANCE: NOTE,
    MachineState.RUNNING: NONE,
}

SOON_S = 15 * 60
"""A decision that lapses within this long is marked."""


def of_machine(state: MachineState) -> Mark:
    """How a machine's state is marked."""
    return _MACHINES[state]


def of_card(card: Card, left_s: float) -> Mark:
    """How a decision is marked; `left_s` is the time until it lapses."""
    if card.stage is Stage.FAILED:
        return P3
    if card.stage is not Stage.HELD or card.reason in {"unclear", "confirm"}:
        return NONE
    return P2 if left_s < SOON_S else NOTE


def of_message(row: MessageRow) -> Mark:
    """How a message is marked: one whose answer cannot be delivered, that failed, or was found wrong."""
    if row.delivered is False:
        return P2
    return P3 if row.stage is Stage.FAILED or row.down else NONE
