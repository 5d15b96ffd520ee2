"""The line of time of a phone's picture: which pixel a tick is."""

from dataclasses import dataclass

from app.planning.picture.sheet import WIDTH_PX

LEFT = 156
RIGHT = WIDTH_PX - 20


@dataclass(frozen=True, slots=True)
class Strip:
    """The part of a chart that is drawn, low..high."""

    low: int
    high: int

    @property
    def width(self) -> int:
        """How many pixels it has."""
        return RIGHT - LEFT

    @property
    def right(self) -> int:
        """Its right end."""
        return RIGHT

    def x(self, at: float) -> float:
        """A tick's place from the left, kept inside."""
        inside = min(max(at, self.low), self.high)
        return LEFT + (inside - self.low) * self.width / (self.high - self.low)

    def shows(self, start: int, end: int) -> bool:
        """Whether any of start..end lies inside."""
        return start < self.high and end > self.low
