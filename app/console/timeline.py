"""A plan drawn in text: a line a machine, a column a while; colours with letters, so that both tell alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from app.console.cells import fit, plain
from app.console.marks import BRIGHT, DIM, P2
from app.console.strip import Strip
from app.console.words import Words
from app.records.axis import days, is_clock, marks, moment
from app.records.chart import Bar, Chart, Row, colour, letter

LOAD = 5
"""Cells at the end of a row for the machine's load."""

HEAD = 3
"""Lines above the machines: days, hours, a rule with the present and the frozen zone on it."""

_MARK = 7
_NAME_MIN = 7
_STEPS_MIN = (5, 10, 15, 30, 60, 120, 240, 480, 1440)
_CLOSED, _DOWN, _ZONE = "#4a4a4a", "#a0a0a0", "#1c2a3c"
_LATE = "bold #ffffff on #b00020"
_FILL = {"planned": "─", "frozen": "═", "running": "▶", "done": "·"}


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at: from tick `start`, `per_cell` ticks a column.

    `chosen` is an order whose operations stand out, "" for none; `here` a machine whose name does.
    """

    start: int
    per_cell: int
    chosen: str = ""
    here: str = ""


def names_width(chart: Chart, width: int) -> int:
    """Cells for machine names at a width of the screen: as many as they need, an eighth at most."""
    longest = max((cell_len(row.machine) for row in chart.rows), default=0)
    return max(_NAME_MIN, min(longest, width // 8))


def columns(chart: Chart, width: int) -> int:
    """Columns of time at a width of the screen."""
    return max(1, width - names_width(chart, width) - LOAD - 1)


def steps(chart: Chart) -> tuple[int, ...]:
    """What a column may stand for, in ticks, the finest first."""
    if not is_clock(chart):
        return tuple(factor * 10**power for power in range(7) for factor in (1, 2, 5))
    return tuple(sorted({max(1, minutes * 60 // chart.tick_s) for minutes in _STEPS_MIN}))


def fitting(chart: Chart, span: int, width: int) -> int:
    """The finest step with which `span` ticks fit on the screen."""
    return next((step for step in steps(chart) if step * columns(chart, width) >= span), steps(chart)[-1])


def lines(chart: Chart) -> tuple[Row | str, ...]:
    """The machines, and above each facility's first its name."""
    found: list[Row | str] = []
    facility = ""
    for row in chart.rows:
        if row.facility != facility:
            found.append(row.facility)
        facility = row.facility
        found.append(row)
    return tuple(found)


def chain(chart: Chart, order: str) -> tuple[tuple[Row, Bar], ...]:
    """An order's operations in their order, each with its machine."""
    found = [(row, bar) for row in chart.rows for bar in row.bars if bar.order == order]
    return tuple(sorted(found, key=lambda pair: (pair[1].position, pair[1].start)))


class Timeline:
    """Draws lines of exactly `width` cells."""

    def __init__(self, chart: Chart, view: View, width: int, words: Words) -> None:
        self._chart, self._view, self._words = chart, view, words
        self._names, self._columns = names_width(chart, width), columns(chart, width)
        self._promises = {order.order: order for order in chart.orders}
        self._prefix = len(_shared_prefix(tuple(self._promises)))

    def _column(self, at: int) -> int:
        return (at - self._view.start) // self._view.per_cell

    @property
    def _high(self) -> int:
        return self._view.start + self._columns * self._view.per_cell

    def _line(self, name: tuple[str, str], middle: Text, load: str) -> Text:
        return Text.assemble(name, " ", middle, (fit(load, LOAD, right=True), DIM))

    def head(self) -> list[Text]:
        """The line of time."""
        days_line, hours, rule = (Strip(self._columns, DIM) for _ in range(3))
        self._write_days(days_line)
        rule.fill(0, self._columns, "─", DIM)
        for mark in marks(self._chart, self._view.start, self._high, self._columns // _MARK):
            at = self._column(mark.at)
            hours.write(at, at + _MARK - 1, mark.words, DIM)
            rule.mark(at, "┴", DIM)
        self._write_present(rule)
        blank = (" " * self._names, "")
        heads = [(fit(self._words("plan.machine"), self._names), DIM), blank, blank]
        loads = [self._words("plan.load"), "", ""]
        strips = [days_line, hours, rule]
        return [
            self._line(head, strip.text(), load)
            for head, strip, load in zip(heads, strips, loads, strict=True)
        ]

    def _write_days(self, strip: Strip) -> None:
        starts = [mark.at for mark in days(self._chart, self._view.start, self._high)]
        if is_clock(self._chart) and (not starts or self._column(starts[0]) > _MARK + 2):
            starts.insert(0, self._view.start)
        for n, at in enumerate(starts):
            end = self._column(starts[n + 1]) if n + 1 < len(starts) else self._columns
            room = end - 1 - self._column(at)
            strip.write(self._column(at), end, _day_within(self._chart, at, self._words, room), BRIGHT)

    def _write_present(self, rule: Strip) -> None:
        now, until = self._chart.now, self._chart.frozen_until
        if now is not None and until is not None:
            rule.fill(self._column(now), self._column(until - 1) + 1, "═", BRIGHT)
        if now is not None:
            rule.mark(self._column(now), "▼", BRIGHT)

    def line(self, what: Row | str) -> Text:
        """A machine, or a facility's name."""
        if isinstance(what, str):
            width = self._names + 1 + self._columns + LOAD
            return Text(fit(what, width), style=BRIGHT)
        strip = Strip(self._columns)
        self._ground(strip, what)
        reached = self._column(min((bar.start for bar in what.bars), default=0))
        for bar, after in _with_next(what):
            others = [other for other in what.bars if other.lane and _together(bar, other)]
            shown = next((other for other in others if other.order == self._view.chosen), bar)
            reached = self._bar(strip, shown, after, reached, len(others))
        self._dues(strip, what)
        style = f"reverse {BRIGHT}" if what.machine == self._view.here else ""
        load = "–" if what.load is None else f"{what.load:.0%}"
        return self._line((fit(what.machine, self._names), style), strip.text(), load)

    def _ground(self, strip: Strip, row: Row) -> None:
        chart = self._chart
        if chart.now is not None and chart.frozen_until is not None:
            strip.tint(self._column(chart.now), self._column(chart.frozen_until - 1) + 1, f"on {_ZONE}")
        for windows, char, style in ((row.closed, "░", _CLOSED), (row.down, "▒", _DOWN)):
            for low, high in windows:
                for at in range(max(0, self._column(low)), min(self._columns, self._column(high) + 1)):
                    middle = self._view.start + at * self._view.per_cell + self._view.per_cell // 2
                    if low <= middle < high:
                        strip.mark(at, char, style)
        if chart.now is not None:
            strip.mark(self._column(chart.now), "│", BRIGHT)

    def _bar(self, strip: Strip, bar: Bar, after: int | None, reached: int, together: int) -> int:
        """Draw an operation, not over the next one's start; the column that is reached with it.

        "+" stands where several begin in one column.
        """
        low, high = self._column(bar.start), self._column(bar.end - 1) + 1
        high = max(low + 1, high if after is None else min(high, self._column(after)))
        if bar.setup:
            strip.fill(max(reached, self._column(bar.start - bar.setup)), low, "~", DIM)
        crowded = low < reached
        if crowded:
            strip.fill(low, low + 1, "+", self._style(bar))
        if high > 0 and low < self._columns:
            self._label(strip, bar, low + crowded, high, together)
        return max(reached, high)

    def _label(self, strip: Strip, bar: Bar, low: int, high: int, together: int) -> None:
        """A letter, "!" where late, the order where all of it fits, and a line to the end."""
        begun, low, style = low < 0, max(0, low), self._style(bar)
        strip.fill(low, high, _FILL[bar.kind], style)
        signs = f"{'<' if begun else ''}{letter(bar.family)}{'!' if bar.late else ''}"
        order = bar.order[self._prefix :] + (f"+{together}" if together else "")
        fits = cell_len(plain(signs + order)) <= high - low
        strip.write(low, high, signs + order if fits else signs, style)
        if bar.late and low < high:
            strip.write(min(low + len(signs) - 1, high - 1), high, "!", _LATE)

    def _style(self, bar: Bar) -> str:
        chosen = self._view.chosen
        if chosen and bar.order != chosen:
            return "#909090 on #2c2c2c"
        style = "#808080 on #2c2c2c" if bar.kind == "done" else f"#101010 on {colour(bar.family)}"
        return f"bold underline {style}" if chosen else style

    def _dues(self, strip: Strip, row: Row) -> None:
        for bar in row.bars:
            order = self._promises.get(bar.order)
            if bar.last and order is not None and order.due is not None:
                strip.mark(self._column(order.due), "▽", P2.style if order.late else BRIGHT)

    def legend(self, width: int) -> Text:
        """What the signs mean, in one line of `width` cells."""
        words, chart = self._words, self._chart
        used = sorted({bar.family for row in chart.rows for bar in row.bars if bar.family is not None})
        line = Text(" ")
        for family in used:
            name = chart.families[family] if family < len(chart.families) else str(family)
            line.append(letter(family), style=f"#101010 on {colour(family)}").append(f"={name} ", style=DIM)
        line.append("!", style=_LATE).append(f" {words('plan.late')} ", style=DIM)
        line.append(words("plan.signs"), style=DIM)
        line.truncate(width, overflow="ellipsis", pad=True)
        return line


def _with_next(row: Row) -> Iterator[tuple[Bar, int | None]]:
    """The bars of the first lane, each with the next one's start."""
    first = sorted((bar for bar in row.bars if bar.lane == 0), key=lambda bar: bar.start)
    yield from ((bar, first[n + 1].start if n + 1 < len(first) else None) for n, bar in enumerate(first))


def _together(bar: Bar, other: Bar) -> bool:
    return bar.start < other.end and other.start < bar.end


def _shared_prefix(names: tuple[str, ...]) -> str:
    """What all order numbers begin with, up to and with a dash; left out in bars."""
    first = names[0].rpartition("-")[0] if names else ""
    return f"{first}-" if first and all(name.startswith(f"{first}-") for name in names) else ""


def day_of(chart: Chart, at: int, words: Words) -> str:
    """The day that holds a tick, as the chart knows it; "" where time is only counted."""
    local, first = moment(chart, at), moment(chart, 0)
    if local is None or first is None:
        return ""
    if chart.calendar == "days":
        return words("plan.day", n=1 + (local.date() - first.date()).days)
    weekday = words(f"day.{local.weekday()}")
    return f"{weekday} {local:%m-%d}" if chart.calendar == "dates" else weekday


def _day_within(chart: Chart, at: int, words: Words, room: int) -> str:
    """The day in so many cells: with its weekday, else its date or the weekday alone, else nothing."""
    whole = day_of(chart, at, words)
    return next((form for form in (whole, whole.rpartition(" ")[2]) if cell_len(form) <= room), "")


def time_of(chart: Chart, at: int, words: Words) -> str:
    """A tick with its day, or as a number."""
    local = moment(chart, at)
    return f"{day_of(chart, at, words)} {local:%H:%M}" if local is not None else str(at)
