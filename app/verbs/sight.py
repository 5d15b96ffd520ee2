"""A chart shown to whoever asked: as text on the terminal, or as an SVG or PNG file."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from app.console.timeline import Timeline, View, fitting, lines
from app.console.words import Words
from app.outbound.raster import png_of
from app.outbound.shipped import read_catalogue
from app.planning.gantt.svg import WIDTH_PX, first_shown, svg_of
from app.planning.gantt.wording import Speak, Wording
from app.records.answer import Say, utc_now
from app.records.axis import tick_of
from app.records.chart import Chart
from app.records.errors import FileWrong, OwnFault
from app.records.message import Language

_NO_TERMINAL = 120
_PNG_ZOOM = 2.0


@dataclass(frozen=True, slots=True)
class Sight:
    """What part of a plan is shown, how wide (None: what fits), and where it goes.

    `since` and `until` are times as written, "" for the plan's own. `width` is in cells for text, in
    pixels for pictures. With neither `svg` nor `png`, text goes to standard output.
    """

    since: str = ""
    until: str = ""
    width: int | None = None
    svg: Path | None = None
    png: Path | None = None


def show(chart: Chart, sight: Sight, language: Language) -> int:
    """Draw it; raises OwnFault for a range that shows nothing, FileWrong for a file that is not writable."""
    low = _tick(chart, sight.since) if sight.since else first_shown(chart)
    high = _tick(chart, sight.until) if sight.until else max(chart.end, low + 1)
    if low >= high:
        raise OwnFault(f"there is nothing between {low} and {high}; the plan ends at {chart.end}")
    speak = _speaker(chart, language)
    if sight.svg is None and sight.png is None:
        _print(chart, View(low, 1), high, sight.width, Words(language), Wording(chart, speak))
        return 0
    svg = svg_of(chart, speak, low=low, high=high, width=sight.width or WIDTH_PX)
    if sight.svg is not None:
        _write(sight.svg, svg.encode)
    if sight.png is not None:
        _write(sight.png, lambda: png_of(svg, zoom=_PNG_ZOOM))
    return 0


def _tick(chart: Chart, written: str) -> int:
    """A time as a number of the plan's unit, or where the plan has dates as date and time in plant time."""
    try:
        return int(written)
    except ValueError:
        pass
    form = "such as 2026-11-23T08:00" if chart.calendar == "dates" else f"in units of {chart.tick_s} s"
    try:
        local = datetime.fromisoformat(written)
    except ValueError:
        raise OwnFault(f"'{written}' is no time of this plan; write one {form}") from None
    if chart.calendar != "dates":
        raise OwnFault(f"this plan has no dates; write a whole number {form}")
    aware = local if local.tzinfo else local.replace(tzinfo=ZoneInfo(chart.zone))
    return tick_of(chart, aware.astimezone(UTC))


def _speaker(chart: Chart, language: Language) -> Speak:
    catalogue, now = read_catalogue(chart.zone), chart.at or utc_now()

    def speak(say: Say) -> str:
        return catalogue.render(say, language, now)

    return speak


def _print(chart: Chart, view: View, high: int, width: int | None, words: Words, wording: Wording) -> None:
    """The whole range on one page, with colours where the terminal has them."""
    on_terminal = sys.stdout.isatty()
    console = Console(width=width or (None if on_terminal else _NO_TERMINAL), highlight=False)
    room = console.width
    view = View(view.start, fitting(chart, high - view.start, room))
    timeline = Timeline(chart, view, room, words)
    page = [Text(wording.title()), Text(wording.figures()), *timeline.head()]
    page += [timeline.line(what) for what in lines(chart)]
    for line in [*page, timeline.legend(room)]:
        console.print(line, no_wrap=True, overflow="crop", crop=True, soft_wrap=False)


def _write(file: Path, drawn: Callable[[], bytes]) -> None:
    try:
        file.write_bytes(drawn())
    except OSError as fault:
        raise FileWrong(f"{file}: {fault.strerror or fault}") from fault
