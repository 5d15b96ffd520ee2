"""How long a machine takes to be set up for another family."""

from collections.abc import Callable, Iterable

from app.records.floor import Changeover

Minutes = Callable[[str, str, str], int]
"""Minutes from one family to another on a machine type; 0 where none is needed."""


def minutes_by(changeovers: Iterable[Changeover], ordinary_min: int) -> Minutes:
    """As given; a pair that is not takes the plant's ordinary time, and none within a family."""
    given = {(each.machine_type, each.before, each.after): each.minutes for each in changeovers}

    def minutes(machine_type: str, before: str, after: str) -> int:
        return given.get((machine_type, before, after), 0 if before == after else ordinary_min)

    return minutes
