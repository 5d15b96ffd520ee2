"""Where a plan is looked at, and how keys move that; times in the chart's ticks."""

from dataclasses import dataclass, replace

from app.console.timeline import chain, columns, lines, steps
from app.records.axis import is_clock
from app.records.chart import Bar, Chart, Row

_AT_FIRST_MIN = 30
_PAST = 0.1
"""How much of the screen lies before the present when it is jumped to."""


@dataclass(frozen=True, slots=True)
class Gaze:
    """A way to look at a chart on a screen of `width` cells with `height` lines for machines.

    `start` None is the present. `per_cell` None is half an hour, or what shows all where time is only
    counted. `machine` is the one under the cursor, "" the first; `chosen` an order, "" for none.
    """

    width: int
    height: int
    start: int | None = None
    per_cell: int | None = None
    top: int = 0
    machine: str = ""
    chosen: str = ""

    def step(self, chart: Chart) -> int:
        """Ticks a column."""
        if self.per_cell is not None:
            return self.per_cell
        if is_clock(chart):
            return max(1, _AT_FIRST_MIN * 60 // chart.tick_s)
        wanted = chart.end / columns(chart, self.width)
        return next((step for step in steps(chart) if step >= wanted), steps(chart)[-1])

    def left(self, chart: Chart) -> int:
        """The tick at the left edge, on a whole column."""
        step = self.step(chart)
        if self.start is not None:
            return self.start // step * step
        before = int(columns(chart, self.width) * _PAST) * step
        return ((chart.now or 0) - (before if chart.now is not None else 0)) // step * step

    def shifted(self, chart: Chart, by: float) -> "Gaze":
        """Later by a part of the screen, earlier where it is negative; kept near the plan."""
        move = max(1, round(columns(chart, self.width) * abs(by))) * (1 if by > 0 else -1)
        return self._from(chart, self.left(chart) + move * self.step(chart), self.step(chart))

    def _from(self, chart: Chart, start: int, step: int) -> "Gaze":
        """From a tick on, but never so that more than half of the screen lies after the plan."""
        room = columns(chart, self.width) * step
        low = -int(_PAST * room)
        return replace(self, start=max(low, min(start, chart.end - room // 2)), per_cell=step)

    def zoomed(self, chart: Chart, by: int) -> "Gaze":
        """Coarser by so many steps, finer where negative; the middle stays."""
        every, now = steps(chart), self.step(chart)
        at = min(range(len(every)), key=lambda n: abs(every[n] - now))
        step = every[max(0, min(len(every) - 1, at + by))]
        half = columns(chart, self.width) // 2
        middle = self.left(chart) + half * now
        return self._from(chart, middle - half * step, step)

    def at_now(self) -> "Gaze":
        """The present."""
        return replace(self, start=None)

    def moved(self, chart: Chart, by: int) -> "Gaze":
        """The cursor so many machines down, up where negative."""
        names = [row.machine for row in chart.rows]
        if not names:
            return self
        at = names.index(self.machine) if self.machine in names else 0
        return self._on(chart, names[max(0, min(len(names) - 1, at + by))])

    def _on(self, chart: Chart, machine: str) -> "Gaze":
        """With the cursor on a machine, which is on the screen."""
        every = lines(chart)
        line = next((n for n, x in enumerate(every) if isinstance(x, Row) and x.machine == machine), 0)
        first = line - 1 if line and isinstance(every[line - 1], str) else line
        top = min(self.top, first)
        top = max(top, line - self.height + 1)
        return replace(self, machine=machine, top=max(0, top))

    def here(self, chart: Chart) -> Row | None:
        """The machine under the cursor."""
        found = next((row for row in chart.rows if row.machine == self.machine), None)
        return found or next(iter(chart.rows), None)

    def next_on_machine(self, chart: Chart) -> "Gaze":
        """The next order on the machine: the first that is on the screen, then those after it."""
        row = self.here(chart)
        bars = sorted(row.bars, key=lambda bar: bar.start) if row else []
        if row is None or not bars:
            return replace(self, chosen="")
        at = next((n for n, bar in enumerate(bars) if bar.order == self.chosen), None)
        if at is None:
            left = self.left(chart)
            at = next((n for n, bar in enumerate(bars) if bar.end > left), 0) - 1
        bar = bars[(at + 1) % len(bars)]
        return self._seeing(chart, row, bar)

    def next_in_chain(self, chart: Chart) -> "Gaze":
        """The chosen order's operation after the one on this machine; the first after the last."""
        found = chain(chart, self.chosen) if self.chosen else ()
        if not found:
            return self
        here = self.here(chart)
        at = next((n for n, (row, _) in enumerate(found) if here and row.machine == here.machine), -1)
        row, bar = found[(at + 1) % len(found)]
        return self._seeing(chart, row, bar)

    def on_order(self, chart: Chart, order: str) -> "Gaze | None":
        """With an order chosen and its first operation in sight; None where nothing is called so."""
        wanted = order.strip().casefold()
        names = sorted({bar.order for row in chart.rows for bar in row.bars})
        exact = [name for name in names if name.casefold() == wanted]
        found = exact or [name for name in names if wanted and wanted in name.casefold()]
        if not found:
            return None
        row, bar = chain(chart, found[0])[0]
        return self._seeing(chart, row, bar)

    def _seeing(self, chart: Chart, row: Row, bar: Bar) -> "Gaze":
        gaze = replace(self._on(chart, row.machine), chosen=bar.order)
        step, room = self.step(chart), columns(chart, self.width)
        left = self.left(chart)
        if left <= bar.start and bar.end <= left + room * step:
            return gaze
        return replace(gaze, start=bar.start - room // 4 * step)

    def free(self) -> "Gaze":
        """With no order chosen."""
        return replace(self, chosen="")
