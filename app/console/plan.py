"""Screen 4: the plan by machines and time; and the window that shows a proposal the same way."""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from app.console import marks
from app.console.cells import fit
from app.console.dialogs import INNER, Show, Window
from app.console.gaze import Gaze
from app.console.marks import BRIGHT, DIM
from app.console.order import about_machine, about_order, every_operation
from app.console.seen import Reader
from app.console.timeline import HEAD, Timeline, View, lines
from app.records.chart import Chart

_AROUND = HEAD + 3
"""Lines that are not machines: the age, the line of time, two lines about what is chosen."""


class PlanPane(Static, can_focus=True):
    """One chart, moved about with keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "shift(-0.125)", show=False),
        Binding("right", "shift(0.125)", show=False),
        Binding("shift+left", "shift(-1)", show=False),
        Binding("shift+right", "shift(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("plus,equals_sign", "zoom(-1)", show=False),
        Binding("minus", "zoom(1)", show=False),
        Binding("home", "now", show=False),
        Binding("space", "next_order", show=False),
        Binding("enter", "follow", show=False),
        Binding("f7", "explain", show=False),
    ]

    def __init__(self, reader: Reader, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._reader = reader
        self._chart: Chart | None = None
        self._gaze = Gaze(80, 13)

    @property
    def chosen(self) -> str:
        """The order that stands out, "" for none."""
        return self._gaze.chosen

    def show(self, chart: Chart | None, reader: Reader) -> None:
        """Take in a chart and draw it for this moment; None where none is known yet."""
        self._chart = _of_site(chart, reader.seen.site) if chart else None
        self.render_for(reader)

    def render_for(self, reader: Reader) -> None:
        """Draw what depends on the moment."""
        self._reader = reader
        self._draw()

    def choose(self, order: str) -> bool:
        """Let an order stand out; False where the plan has none of this name."""
        found = self._gaze.on_order(self._chart, order) if self._chart else None
        if found is None:
            return False
        self._look(found)
        return True

    def let_go(self) -> None:
        """Let no order stand out."""
        self._look(self._gaze.free())

    # Keys.

    def action_shift(self, by: float) -> None:
        """Earlier or later by a part of the screen."""
        if self._chart:
            self._look(self._gaze.shifted(self._chart, by))

    def action_move(self, by: int) -> None:
        """Up or down by machines."""
        if self._chart:
            self._look(self._gaze.moved(self._chart, by))

    def action_zoom(self, by: int) -> None:
        """More time on the screen, or less."""
        if self._chart:
            self._look(self._gaze.zoomed(self._chart, by))

    def action_now(self) -> None:
        """To the present."""
        self._look(self._gaze.at_now())

    def action_next_order(self) -> None:
        """Choose the next order on the machine."""
        if self._chart:
            self._look(self._gaze.next_on_machine(self._chart))

    def action_follow(self) -> None:
        """To the chosen order's next operation."""
        if self._chart:
            self._look(self._gaze.next_in_chain(self._chart))

    def action_explain(self) -> None:
        """Every operation of the chosen order."""
        if self._chart is None or not self._gaze.chosen:
            return
        text = every_operation(self._chart, self._gaze.chosen, self._reader.words, INNER)
        self.app.push_screen(Show(self._reader.words, self._gaze.chosen, text))

    def _look(self, gaze: Gaze) -> None:
        self._gaze = gaze
        self._draw()

    # Drawing.

    def _draw(self) -> None:
        width, height = self.size.width or 80, self.size.height or 19
        self._gaze = replace(self._gaze, width=width, height=max(1, height - _AROUND))
        self.update(Text("\n").join(self._sheet(width, height)))

    def _sheet(self, width: int, height: int) -> list[Text]:
        chart, words = self._chart, self._reader.words
        top = self._top(width)
        if chart is None or not chart.rows:
            return [top]
        if not chart.name:
            return [top, Text(), Text(" " + fit(words("plan.none"), width - 1), style=DIM)]
        gaze, here = self._gaze, self._gaze.here(chart)
        view = View(gaze.left(chart), gaze.step(chart), gaze.chosen, here.machine if here else "")
        timeline = Timeline(chart, view, width, words)
        rows = [timeline.line(what) for what in lines(chart)[gaze.top : gaze.top + gaze.height]]
        blank = [Text()] * max(0, height - _AROUND - len(rows))
        sheet = [top, *timeline.head(), *rows, *blank, *self._foot(chart, timeline, width)]
        old = self._reader.old(chart.at)
        return [Text(line.plain, style=DIM) for line in sheet] if old else sheet

    def _top(self, width: int) -> Text:
        """The plan's age, its name and how late it is."""
        chart, words = self._chart, self._reader.words
        age = self._reader.as_of(chart.at if chart else None)
        if chart is None or not chart.name:
            return Text(" " + fit(age, width - 1), style=DIM)
        late, state = len(chart.late), words(f"plan.state.{chart.state}") if chart.state else ""
        made = words.age(chart.made_at, self._reader.now) if chart.made_at else ""
        name = words("plan.made", name=chart.name, state=state, age=made)
        span = words.span(timedelta(minutes=chart.value))
        lateness = words("plan.lateness", late=late, orders=len(chart.orders), span=span)
        text = Text.assemble((f" {name} ", BRIGHT), (lateness, marks.P3.style if late else DIM), f"  {age}")
        text.truncate(width, overflow="ellipsis", pad=True)
        return text

    def _foot(self, chart: Chart, timeline: Timeline, width: int) -> list[Text]:
        """About the chosen order; else about the machine, and what the signs mean."""
        words, here = self._reader.words, self._gaze.here(chart)
        if self._gaze.chosen:
            return about_order(chart, self._gaze.chosen, words, width)
        about = about_machine(chart, here, words, width) if here else Text()
        return [about, timeline.legend(width)]


class PlanWindow(Window[None]):
    """A plan that waits, drawn over the whole screen; Esc closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f6", "close", show=False)]

    def __init__(self, reader: Reader, chart: Chart) -> None:
        super().__init__(reader.words)
        self._reader = reader
        self._chart = chart

    def compose(self) -> ComposeResult:
        """The pane and how to close it."""
        with Vertical(classes="whole"):
            yield PlanPane(self._reader, id="proposal")
            yield Static(Text(f" {self.words('plan.window')}", style=DIM), classes="keys")

    def on_mount(self) -> None:
        """Arrows move at once."""
        self.query_one(PlanPane).focus()

    def on_resize(self) -> None:
        """Draw once the size is known, and again when it changes."""
        self.call_after_refresh(lambda: self.query_one(PlanPane).show(self._chart, self._reader))


def _of_site(chart: Chart, site: str) -> Chart:
    """The machines of one site; "" is all of them."""
    if not site:
        return chart
    return replace(chart, rows=tuple(row for row in chart.rows if row.facility.split(" ")[0] == site))
