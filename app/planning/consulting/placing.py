"""Where a model outside would put operations: each of the closed set once, on a machine that can do it."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from app.planning.consulting.answers import AnswerForm, Sent
from app.planning.consulting.asked import Envelope, Placed
from app.planning.consulting.names import alias_or_mark, reals


def faults_of(answer: AnswerForm, sent: Sent) -> Iterator[str]:
    """What is wrong with the places, if any are given; whether the plan is legal is not asked here."""
    counted = Counter((order, lot, position) for order, lot, position, _, _ in answer.places)
    for row, count in counted.items():
        if row not in sent.machines:
            yield f"places: {_named(row)} is not in jobs"
        elif count > 1:
            yield f"places: {_named(row)} stands {count} times"
    for row in sent.machines:
        if row not in counted:
            yield f"places: {_named(row)} is missing"
    for order, lot, position, machine, start in answer.places:
        able = sent.machines.get((order, lot, position))
        if able is not None and machine not in able:
            said = f"{_named((order, lot, position))} cannot be on {alias_or_mark(machine)}"
            yield f"places: {said}, only on {', '.join(able)}"
        if not 0 <= start <= sent.horizon:
            yield f"places: {_named((order, lot, position))} starts outside 0 to {sent.horizon}"
    if {row[:3]: row[3:] for row in answer.places} == sent.present:
        yield "echo: places are the present plan; without a better one places must be []"


def _named(row: tuple[str, int, int]) -> str:
    order, lot, position = row
    return f"{alias_or_mark(order)} lot {lot} position {position}"


def placed(answer: AnswerForm, envelope: Envelope) -> tuple[Placed, ...]:
    """The places in the plant's names; they must be without faults."""
    real = reals(envelope)
    return tuple(
        Placed(
            real["order", order],
            position,
            lot,
            real["machine", machine],
            envelope.origin + timedelta(minutes=start),
        )
        for order, lot, position, machine, start in answer.places
    )
