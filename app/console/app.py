"""The console itself: one screen of six, fed by the socket, acting only through it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import ClassVar

from rich.text import Text
from textual import events, on, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Input, Static

from app.console import dialogs
from app.console.cells import plain
from app.console.client import Connected, Denied, Heard, Lost, NoService
from app.console.decisions import DecisionsPane
from app.console.field import Field
from app.console.figures import FiguresPane
from app.console.header import Header
from app.console.keys import foot, help_page
from app.console.line import Line
from app.console.messages import MessagesPane
from app.console.overview import OverviewPane
from app.console.pen import Desktop, Pen
from app.console.plan import PlanPane
from app.console.reading import read_views
from app.console.record import card_title, whole
from app.console.rows import Rows
from app.console.satisfaction import SatisfactionPane
from app.console.seen import Reader, Seen
from app.console.words import Words
from app.records.board import Card
from app.records.socket import MissedLine

Pane = OverviewPane | DecisionsPane | PlanPane | MessagesPane | FiguresPane | SatisfactionPane
SCREENS: dict[str, tuple[type[Pane], str, str]] = {
    "1": (OverviewPane, "overview", "#overview"),
    "3": (DecisionsPane, "decisions", "#cards"),
    "4": (PlanPane, "plan", "#plan"),
    "5": (MessagesPane, "messages", "#said"),
    "8": (FiguresPane, "figures", "#figures"),
    "9": (SatisfactionPane, "satisfaction", "#objections"),
}
"""By digit: the pane, its id, and what has the focus there."""

REREAD = timedelta(seconds=5)
"""Everything on the screen is read again at least this often."""

BREATH_S = 0.25
"""Seconds between two readings, however much happens."""

NOTICE = timedelta(seconds=20)
"""How long a sentence above the keys stays."""


class ConsoleApp(App[int], inherit_bindings=False):
    """A supervisor's console. Killing it changes nothing."""

    CSS_PATH = "console.tcss"
    TITLE = "Chargehand"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(f"{digit},alt+{digit}", f"go('{digit}')", show=False) for digit in SCREENS),
        Binding("0,alt+0", "help", show=False),
        Binding("f2", "approve", show=False),
        Binding("f3", "refuse", show=False),
        Binding("f4", "teach", show=False),
        Binding("f6", "draw_plan", show=False),
        Binding("f7", "why", show=False),
        Binding("f8", "undo", show=False),
        Binding("f9", "lock_or_unlock", show=False),
        Binding("slash", "find", show=False),
        Binding("escape", "back", show=False),
        Binding("ctrl+c", "leave", show=False, priority=True),
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
    ]

    def __init__(self, line: Line, words: Words, clock: Callable[[], datetime], note: str = "") -> None:
        super().__init__()
        self._line = line
        self._words = words
        self._clock = clock
        self._seen = Seen()
        self._screen_digit = "1"
        self._notice = (note, clock())
        self._read_at: datetime | None = None
        self._arrived = False
        self._wake = asyncio.Event()
        self._pen = Pen(
            line, words, self._seen, clock, Desktop(self.push_screen_wait, self.say, self._read_again)
        )

    # Drawing.

    @property
    def reader(self) -> Reader:
        """How to say things at this moment."""
        return Reader(self._words, self._clock(), self._seen)

    def compose(self) -> ComposeResult:
        """Header, one of six panes, a line for what was said, the keys."""
        yield Header(id="header")
        with ContentSwitcher(initial="overview"):
            yield OverviewPane()
            yield DecisionsPane(self.reader)
            yield PlanPane(self.reader, id="plan")
            yield MessagesPane(self.reader)
            yield FiguresPane(self.reader)
            yield SatisfactionPane(self.reader)
        yield Field(placeholder=self._words("msg.find"), id="find")
        yield Static(id="notice")
        yield Static(id="foot")

    def on_mount(self) -> None:
        """Begin to listen, to read and to age."""
        self._sheet.query_one("#overview").focus()
        self.set_interval(1.0, self._draw)
        self.run_worker(self._line.run(self._hear), group="line")
        self.run_worker(self._keep_fresh(), group="fresh")

    def on_resize(self, event: events.Resize) -> None:
        """A wide screen has side panels."""
        self.set_class(event.size.width >= 110, "wide")
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        """Draw everything that depends on the moment."""
        if not self._stands:
            return
        reader, sheet = self.reader, self._sheet
        sheet.query_one(Header).render_for(reader, self._screen_digit)
        self._pane.render_for(reader)
        text, said_at = self._notice
        fresh = reader.now - said_at < NOTICE
        sheet.query_one("#notice", Static).update(Text(f" {text}" if fresh else ""))
        keys = foot(
            self._screen_digit, self._words, writing=bool(self._seen.holder), alone=bool(self._seen.site)
        )
        sheet.query_one("#foot", Static).update(keys)

    @property
    def _stands(self) -> bool:
        """Whether all that is drawn on is there; while the console opens and closes it is not."""
        return self.is_running and all(
            self._sheet.query(f"#{part}") for part in (*(s[1] for s in SCREENS.values()), "foot")
        )

    @property
    def _sheet(self) -> Screen[object]:
        """The console's own screen, also while a window stands above it."""
        return self.screen_stack[0]

    @property
    def _pane(self) -> Pane:
        return self._sheet.query_one(SCREENS[self._screen_digit][0])

    @property
    def _decisions(self) -> DecisionsPane:
        return self._sheet.query_one(DecisionsPane)

    @property
    def _plan(self) -> PlanPane:
        return self._sheet.query_one("#plan", PlanPane)

    @property
    def _messages(self) -> MessagesPane:
        return self._sheet.query_one(MessagesPane)

    def say(self, text: str) -> None:
        """Show a sentence above the keys for a while."""
        self._notice = (text, self._clock())
        self._draw()

    # Listening and reading.

    def _hear(self, heard: Heard) -> None:
        match heard:
            case Connected():
                self._seen.lost_at = None
                self._read_at = None
            case Lost(why=why):
                self._seen.lost_at = self._seen.lost_at or self._clock()
                self._seen.lost_why = why
                self._draw()
            case MissedLine(count=count):
                self.say(self._words("say.missed", n=count))
                self._read_at = None
            case _:
                self._read_at = None
        self._wake.set()

    async def _keep_fresh(self) -> None:
        """Read the standing every second, and the rest when something happened or it grows old."""
        while True:
            self._wake.clear()
            if self._seen.lost_at is None:
                with suppress(NoService, Denied):
                    await self._read()
                await asyncio.sleep(BREATH_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), 1.0)

    async def _read(self) -> None:
        held_before = self._seen.holder
        self._seen.standing, self._seen.standing_at = await self._line.standing(), self._clock()
        if held_before and not self._seen.holder:
            self.say(self._words("say.idle_locked"))
        if self._read_at is None or self._clock() - self._read_at > REREAD:
            self._read_at = self._clock()
            afresh, self._arrived = self._arrived, False
            await read_views(self._line, self._seen, self._screen_digit, wide=self.has_class("wide"))
            self._show(afresh=afresh)
        self._draw()

    def _show(self, *, afresh: bool = False) -> None:
        if not self._stands:
            return
        reader = self.reader
        self._decisions.show(reader, afresh=afresh)
        self._plan.show(reader.seen.chart, reader)
        self._messages.show(reader, afresh=afresh)
        self._sheet.query_one(SatisfactionPane).show(reader, afresh=afresh)

    # Going about.

    def action_go(self, digit: str) -> None:
        """Another screen; the same digit again shows what is new."""
        if len(self.screen_stack) > 1:
            return
        self._screen_digit = digit
        self._sheet.query_one(ContentSwitcher).current = SCREENS[digit][1]
        self._show(afresh=True)
        self._focus_pane()
        self._arrived = True
        self._read_again()
        self._draw()

    def _focus_pane(self) -> None:
        self._sheet.query_one(SCREENS[self._screen_digit][2]).focus()

    def action_help(self) -> None:
        """What works here."""
        if len(self.screen_stack) > 1:
            return
        page = help_page(self._screen_digit, self._words, dialogs.INNER)
        self.push_screen(dialogs.Show(self._words, self._words("help.title"), page))

    async def action_back(self) -> None:
        """Esc: out of the search, the standing still, the one site, the screen; at last, leave."""
        find = self._sheet.query_one("#find", Input)
        searching = find.has_focus or (self._screen_digit == "5" and self._messages.wanted)
        if searching:
            self._end_find("")
        elif self._screen_digit == "5" and self._messages.rows.held:
            self._messages.rows.let_go()
        elif self._screen_digit == "4" and self._plan.chosen:
            self._plan.let_go()
        elif self._screen_digit != "1":
            self.action_go("1")
        elif self._seen.site:
            self._choose_site("")
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Ask, then leave."""
        if not isinstance(self.screen, dialogs.Leave):
            self.push_screen(dialogs.Leave(self._words), lambda yes: self.exit(0) if yes else None)

    @on(OverviewPane.Entered)
    def _enter_site(self, event: OverviewPane.Entered) -> None:
        self._choose_site(event.site)

    def _choose_site(self, site: str) -> None:
        self._seen.site = site
        self._show(afresh=True)
        self._draw()

    @on(OverviewPane.Moved)
    @on(Rows.Changed)
    def _redraw(self) -> None:
        self._draw()

    def action_find(self) -> None:
        """Open the search line."""
        if self._screen_digit in "45" and len(self.screen_stack) == 1:
            find = self._sheet.query_one("#find", Input)
            find.placeholder = self._words("msg.find" if self._screen_digit == "5" else "plan.find")
            find.display = True
            find.focus()

    @on(Input.Submitted, "#find")
    def _found(self, event: Input.Submitted) -> None:
        self._end_find(event.value)

    def _end_find(self, text: str) -> None:
        find = self._sheet.query_one("#find", Input)
        find.display, find.value = False, text
        if self._screen_digit == "4":
            if text.strip() and not self._plan.choose(text):
                self.say(self._words("say.no_order", text=plain(text)))
        else:
            self._messages.find(text)
            self._messages.show(self.reader, afresh=True)
        self._focus_pane()

    # Looking closer.

    @on(Rows.Opened)
    def _open(self, _event: Rows.Opened) -> None:
        self.action_why()

    @work(group="why", exclusive=True)
    async def action_why(self) -> None:
        """The whole record of the chosen line, step by step."""
        ticket = self._ticket()
        if not ticket:
            return
        detail = await self._pen.fetch(ticket)
        if detail is not None:
            title = card_title(detail.card, self.reader)
            self.push_screen(dialogs.Show(self._words, title, whole(detail, self.reader, dialogs.INNER)))

    def _ticket(self) -> str:
        pane = self._pane
        if not isinstance(pane, DecisionsPane | MessagesPane | SatisfactionPane):
            return ""
        if not pane.ticket:
            self.say(self._words("say.none_chosen"))
        return pane.ticket

    # Writing.

    @work(group="write")
    async def action_lock_or_unlock(self) -> None:
        """F9."""
        await self._pen.lock_or_unlock()

    @work(group="write")
    async def action_approve(self) -> None:
        """F2."""
        card = self._card()
        if card is not None:
            await self._pen.approve(card)

    @work(group="write")
    async def action_refuse(self) -> None:
        """F3."""
        card = self._card()
        if card is not None:
            await self._pen.refuse(card)

    @work(group="write")
    async def action_teach(self) -> None:
        """F4."""
        ticket = self._ticket() if len(self.screen_stack) == 1 else ""
        if ticket:
            await self._pen.teach(ticket)

    @work(group="write")
    async def action_draw_plan(self) -> None:
        """F6."""
        card = self._card()
        if card is not None:
            await self._pen.draw(card)

    @work(group="write")
    async def action_undo(self) -> None:
        """F8."""
        card = self._card()
        if card is not None:
            await self._pen.undo(card)

    def _card(self) -> Card | None:
        if self._screen_digit != "3" or len(self.screen_stack) > 1:
            return None
        card = self._decisions.chosen
        if card is None:
            self.say(self._words("say.none_chosen"))
        return card

    def _read_again(self) -> None:
        self._read_at = None
        self._wake.set()

    async def on_event(self, event: events.Event) -> None:
        """Every key shows that somebody is there."""
        if isinstance(event, events.Key) and self._seen.holder:
            self.run_worker(self._pen.touch(), group="touch")
        await super().on_event(event)
