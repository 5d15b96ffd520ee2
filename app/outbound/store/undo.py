"""How the actions that have a reverse are taken back, as far as the plant has not gone on since."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from app.outbound.store import attachments, senders, taught
from app.outbound.store.actions import (
    FLAG,
    MOVEMENTS,
    SET_MACHINE,
    Before,
    Hands,
    expect_again,
    line_of,
    names_changed,
    set_plan,
    set_stock,
)
from app.records.action import Action, AttachMedia, MapSender, MoveStock, PublishPlan, SetMachine, TeachName

_BOOKED = (
    sa.select(MOVEMENTS.c.facility, MOVEMENTS.c.change)
    .where(MOVEMENTS.c.key == sa.bindparam("key"))
    .order_by(MOVEMENTS.c.n)
)


def take_back(hands: Hands, action: Action, before: Before) -> bool:
    """Take it back; False when it has no reverse, or has none any more."""
    reverse = _UNDO.get(type(action))
    return reverse(hands, action, before) if reverse else False


def _unmove_stock(hands: Hands, action: MoveStock, before: Before) -> bool:
    """Book the opposite changes and hold again what came free; False where goods that came have gone on."""
    changes: defaultdict[str, float] = defaultdict(float)
    for facility, change in hands.facts.line.all(_BOOKED, {"key": hands.key}):
        changes[facility] -= change
    figures = []
    for facility, change in changes.items():
        line = line_of(hands, action.item, facility)
        freed = before.get("freed", 0.0) if facility == action.facility else 0.0
        if line is None or line.quantity + change < line.on_hold + freed - 1e-9:
            return False
        figures.append((facility, line.quantity + change, line.on_hold + freed))
    undoing = replace(hands, key=f"{hands.key}:undo")
    for facility, quantity, on_hold in figures:
        set_stock(undoing, action, facility, quantity, on_hold)
    expect_again(hands, before.get("come", []))
    return bool(figures)


def _unset_machine(hands: Hands, action: SetMachine, before: Before) -> bool:
    """The state before; False when somebody has reported another one since."""
    now = hands.facts.machine(action.machine)
    if now is None or now.state is not action.state or now.until != action.until:
        return False
    values = {name: before[name] for name in ("state", "since", "until", "note")}
    hands.facts.line.do(SET_MACHINE, {"which": action.machine, **values})
    _flag(hands, before, flagged=False)
    return True


def _unpublish_plan(hands: Hands, action: PublishPlan, before: Before) -> bool:
    """The plan before; False when another was published since."""
    now = hands.facts.plan()
    if now is None or now.id != action.plan:
        return False
    set_plan(hands, action.plan, "superseded", "reverted")
    if before["plan"] is not None:
        set_plan(hands, before["plan"], "published", "restored")
    _flag(hands, before, flagged=True)
    return True


def _unteach_name(hands: Hands, _action: TeachName, _before: Before) -> bool:
    """The word means nothing again; plans and bookings that used it stay."""
    gone = taught.drop(hands.facts.line, hands.key)
    names_changed(hands)
    return gone


def _unmap_sender(hands: Hands, _action: MapSender, _before: Before) -> bool:
    """The id is nobody's again; what was done in that person's name stays."""
    return senders.drop(hands.facts.line, hands.key)


def _detach_media(hands: Hands, action: AttachMedia, before: Before) -> bool:
    """It belongs to nothing again, so that it can be added elsewhere."""
    line = hands.facts.line
    return sum(attachments.place(line, each, "", was=action.target) for each in before["placed"]) > 0


def _flag(hands: Hands, before: Before, *, flagged: bool) -> None:
    for order, position in before["flagged"]:
        hands.facts.line.do(FLAG, {"which": order, "at_position": position, "flagged": flagged})


_UNDO: Mapping[type, Callable[[Hands, Any, Before], bool]] = {
    MoveStock: _unmove_stock,
    SetMachine: _unset_machine,
    PublishPlan: _unpublish_plan,
    TeachName: _unteach_name,
    MapSender: _unmap_sender,
    AttachMedia: _detach_media,
}
