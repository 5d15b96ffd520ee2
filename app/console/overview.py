"""Screen 1: the sites side by side; Enter shows one of them alone."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from app.console import board
from app.console.marks import DIM
from app.console.seen import Reader

WIDE = 110
"""From this many cells on there is a side panel."""

SIDE = 40


class OverviewPane(VerticalScroll, can_focus=True):
    """The plant at a glance."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "choose(-1)", show=False),
        Binding("right", "choose(1)", show=False),
        Binding("enter", "enter", show=False),
    ]

    class Entered(Message):
        """A site is to be shown alone."""

        def __init__(self, site: str) -> None:
            super().__init__()
            self.site = site

    class Moved(Message):
        """Another site is chosen."""

    def __init__(self) -> None:
        super().__init__(id="overview")
        self._chosen = 0
        self._codes: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """One sheet."""
        yield Static(id="board")

    def action_choose(self, by: int) -> None:
        """Go to the next site on that side."""
        self._chosen = max(0, min(len(self._codes) - 1, self._chosen + by))
        self.post_message(self.Moved())

    def action_enter(self) -> None:
        """Show the chosen site alone."""
        if self._codes:
            self.post_message(self.Entered(self._codes[self._chosen]))

    def render_for(self, reader: Reader) -> None:
        """Draw for this moment."""
        overview = reader.seen.overview
        self._codes = tuple(site.code for site in overview.sites) if overview else ()
        width, height = (self.size.width or 80) - 1, self.size.height or 19
        sheet = Text("\n").join([self._as_of(reader, width), self._sheet(reader, width, height)])
        if reader.old(overview.at if overview else None):
            sheet = Text(sheet.plain, style=DIM)
        self.query_one("#board", Static).update(sheet)

    def _as_of(self, reader: Reader, width: int) -> Text:
        overview = reader.seen.overview
        text = reader.as_of(overview.at if overview else None)
        return Text(f" {text}"[:width], style=DIM)

    def _sheet(self, reader: Reader, width: int, height: int) -> Text:
        overview = reader.seen.overview
        if overview is None or not overview.sites:
            return Text(f"\n {reader.words('over.empty')}") if overview else Text()
        main_width = width - SIDE - 3 if width >= WIDE - 1 else width
        main = self._main(reader, main_width, height)
        main = main + Text("\n") + board.traffic(overview.per_minute, main_width, reader)
        if main_width == width:
            return main
        columns = [list(main.split("\n")), board.side(SIDE, height - 2, reader)]
        return board.beside(columns, [main_width, SIDE], " │ ")

    def _main(self, reader: Reader, width: int, height: int) -> Text:
        overview = reader.seen.overview
        sites = overview.sites if overview else ()
        alone = next((site for site in sites if site.code == reader.seen.site), None)
        if alone is not None:
            return board.one_site(alone, width, reader)
        return board.all_sites(sites, self._chosen, width, height, reader)
