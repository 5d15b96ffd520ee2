"""The order of a live list: what is new waits, so that nothing moves under the cursor."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Steady:
    """Which keys are on the screen, in order, and how many wait to be shown.

    `gone` are shown still, though they are no longer in the list.
    """

    shown: tuple[str, ...] = ()
    waiting: int = 0
    gone: frozenset[str] = frozenset()

    def then(self, keys: tuple[str, ...], *, held: bool) -> "Steady":
        """The list after new data; while `held` and not empty the shown order stays as it is."""
        if not held or not self.shown:
            return Steady(keys)
        new = set(keys) - set(self.shown)
        return Steady(self.shown, len(new), frozenset(self.shown) - frozenset(keys))
