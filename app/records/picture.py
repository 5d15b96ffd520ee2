"""Pictures that people may ask for, and one that is ready to be drawn."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PlanPicture:
    """The coming hours of a plan."""

    plan: str


@dataclass(frozen=True, slots=True)
class ShiftPicture:
    """What a shift came to at these facilities; `whole_day` is the day so far in its place.

    `handed_over` are people of a facility who get it without having asked, "" for the asker alone.
    """

    facilities: tuple[str, ...]
    whole_day: bool = False
    handed_over: str = ""


Picture = PlanPicture | ShiftPicture


@dataclass(frozen=True, slots=True)
class Sketch:
    """A picture as SVG, and what its file is called."""

    svg: str = field(repr=False)
    name: str
