"""The windows that ask or show: unlock, approve, refuse, undo, teach, leave, a record, help."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, TypeVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from app.console.cells import fit, plain
from app.console.challenge import challenge
from app.console.field import Field
from app.console.marks import BRIGHT, DIM, P2
from app.console.record import action_lines
from app.console.words import Words
from app.records.action import digest_of
from app.records.board import Card, CardDetail
from app.records.correction import Lesson
from app.records.reading import Intent

R = TypeVar("R")

INNER = 66
"""Cells inside a window on a screen of 80."""


class Window(ModalScreen[R]):
    """A box in the middle; Esc closes it with nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", show=False)]

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.words = words

    def action_close(self) -> None:
        """Close with nothing."""
        self.dismiss(None)


class Unlock(Window[tuple[str, str] | None]):
    """Asks for userid and PIN; gives both, or None."""

    def __init__(self, words: Words, userid: str, complaint: str = "") -> None:
        super().__init__(words)
        self._userid = userid
        self._complaint = complaint

    def compose(self) -> ComposeResult:
        """Two fields."""
        with Vertical(classes="window"):
            yield Static(Text(self.words("ask.unlock"), style=BRIGHT))
            yield Static(Text(self._complaint, style=P2.style), id="complaint")
            yield Field(self._userid, placeholder=self.words("ask.userid"), id="userid")
            yield Field(placeholder=self.words("ask.pin"), password=True, id="pin")
            yield Static(Text(self.words("ask.unlock_keys"), style=DIM))

    def on_mount(self) -> None:
        """Start where something is missing."""
        self.query_one("#pin" if self._userid else "#userid").focus()

    @on(Input.Submitted, "#userid")
    def next_field(self) -> None:
        """Go to the PIN."""
        self.query_one("#pin").focus()

    @on(Input.Submitted, "#pin")
    def go(self) -> None:
        """Give what was typed, once both are there."""
        userid, pin = self.query_one("#userid", Input).value.strip(), self.query_one("#pin", Input).value
        if userid and pin:
            self.dismiss((userid, pin))


class Approve(Window[str | None]):
    """Shows exactly the action; gives the hash of what was shown, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "approve", show=False, priority=True),
        Binding("f6", "draw", show=False),
        Binding("up", "read(-1)", show=False),
        Binding("down", "read(1)", show=False),
    ]

    def __init__(
        self,
        words: Words,
        detail: CardDetail,
        action: dict[str, Any],
        draw: Callable[[str], Awaitable[None]],
    ) -> None:
        super().__init__(words)
        self._detail = detail
        self._action = action
        self._draw = draw
        self._digest = digest_of(action)
        self._challenge = None if detail.reversible else challenge(action, detail.card.decision)

    def compose(self) -> ComposeResult:
        """The sentence, the fields with their hash, and the second step where there is one."""
        words, card = self.words, self._detail.card
        with VerticalScroll(classes="window", can_focus=False):
            yield Static(Text(words("ask.approve", ticket=card.decision), style=BRIGHT))
            yield Static(Text(f"{card.proposal}\n"))
            yield Static(Text(words("ask.approve_exact"), style=DIM))
            yield Static(action_lines(self._action, INNER), id="exact")
            yield Static(Text(words("ask.hash", hash=self._digest[:16]), style=DIM), id="hash")
            if self._challenge is None:
                yield Static(Text(f"\n{words('ask.reversible')}"))
            else:
                yield Static(Text(f"\n{words('ask.not_reversible')}", style=P2.style))
                yield Field(placeholder=words(f"ask.type_{self._challenge.asks}"), id="typed")
            yield Static("", id="complaint")
            yield Static(Text(words("ask.approve_keys"), style=DIM), classes="keys")

    def on_mount(self) -> None:
        """Start in the field where there is one."""
        if self._challenge is not None:
            self.query_one("#typed").focus()

    @work(group="draw", exclusive=True)
    async def action_draw(self) -> None:
        """Draw the plan that waits, above this window."""
        if self._action.get("kind") == "publish_plan":
            await self._draw(str(self._action["plan"]))

    def action_read(self, by: int) -> None:
        """Scroll to what does not fit."""
        self.query_one(".window").scroll_relative(y=by, animate=False)

    @on(Input.Submitted)
    def action_approve(self) -> None:
        """Approve, once what must be typed was typed."""
        if self._challenge and not self._challenge.met(self.query_one("#typed", Input).value):
            complaint = Text(self.words("ask.not_that"), style=P2.style)
            self.query_one("#complaint", Static).update(complaint)
            return
        self.dismiss(self._digest)


class Refuse(Window[str | None]):
    """Asks for a reason; gives it, or None."""

    _REASONS = ("reason.not_needed", "reason.quantity", "reason.time", "reason.talk")

    def __init__(self, words: Words, ticket: str) -> None:
        super().__init__(words)
        self._ticket = ticket

    def compose(self) -> ComposeResult:
        """Reasons to choose from, and a field for another."""
        with Vertical(classes="window"):
            yield Static(Text(self.words("ask.refuse", ticket=self._ticket), style=BRIGHT))
            yield OptionList(*(Option(self.words(key), id=key) for key in self._REASONS))
            yield Field(placeholder=self.words("ask.reason"), max_length=200)
            yield Static(Text(self.words("ask.refuse_keys"), style=DIM))

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Give the chosen reason."""
        self.dismiss(self.words(str(event.option_id)))

    @on(Input.Submitted)
    def write(self, event: Input.Submitted) -> None:
        """Give the written reason, if there is one."""
        if event.value.strip():
            self.dismiss(event.value.strip())


class Undo(Window[bool | None]):
    """Shows what would be taken back; gives True, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f8", "undo", show=False)]

    def __init__(self, words: Words, detail: CardDetail) -> None:
        super().__init__(words)
        self._detail = detail

    def compose(self) -> ComposeResult:
        """The outcome and the action's fields."""
        card = self._detail.card
        with VerticalScroll(classes="window", can_focus=False):
            yield Static(Text(self.words("ask.undo", ticket=card.decision), style=BRIGHT))
            yield Static(Text(f"{card.proposal}\n"))
            yield Static(Text(self.words("ask.undo_exact"), style=DIM))
            yield Static(action_lines(self._detail.action or {"-": ""}, INNER))
            yield Static(Text(f"\n{self.words('ask.undo_keys')}", style=DIM))

    def action_undo(self) -> None:
        """Yes."""
        self.dismiss(True)  # noqa: FBT003 - the window's own answer


class Teach(Window[Lesson | None]):
    """Asks what the words had meant, and what a word in them is called; gives the lesson, or None."""

    def __init__(self, words: Words, card: Card) -> None:
        super().__init__(words)
        self._card = card

    def compose(self) -> ComposeResult:
        """The words, the ten meanings with the present one first, and two fields for a name."""
        words, card = self.words, self._card
        known = words(f"meant.{card.intent}") if card.intent else words("card.unclear")
        options = [Option(words("ask.as_read", what=known), id="")]
        options += [Option(words(f"meant.{intent}"), id=intent.value) for intent in Intent]
        with Vertical(classes="window"):
            yield Static(Text(words("ask.teach", ticket=card.decision), style=BRIGHT))
            yield Static(Text(fit(plain(card.words), INNER).rstrip(), style=DIM))
            yield OptionList(*options, id="meanings")
            yield Field(placeholder=words("ask.word"), id="word", max_length=40)
            yield Field(placeholder=words("ask.code"), id="code", max_length=40)
            yield Static(Text(words("ask.teach_keys"), style=DIM))

    @on(OptionList.OptionSelected)
    @on(Input.Submitted, "#code")
    def keep(self) -> None:
        """Give what stands in the window."""
        meanings = self.query_one("#meanings", OptionList)
        chosen = meanings.get_option_at_index(meanings.highlighted or 0).id
        word, code = (self.query_one(name, Input).value.strip() for name in ("#word", "#code"))
        self.dismiss(Lesson(self._card.decision, Intent(chosen) if chosen else None, word, code))

    @on(Input.Submitted, "#word")
    def next_field(self) -> None:
        """Go to the code."""
        self.query_one("#code").focus()


class Leave(Window[bool | None]):
    """Asks whether to leave; gives True, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "leave", show=False)]

    def compose(self) -> ComposeResult:
        """One question."""
        with Vertical(classes="window"):
            yield Static(Text(self.words("ask.leave"), style=BRIGHT))
            yield Static(Text(self.words("ask.leave_text")))
            yield Static(Text(f"\n{self.words('ask.leave_keys')}", style=DIM))

    def action_leave(self) -> None:
        """Yes."""
        self.dismiss(True)  # noqa: FBT003 - the window's own answer


class Show(Window[None]):
    """Shows a text that may be longer than the screen; arrows scroll it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,f7,0", "close", show=False)]

    def __init__(self, words: Words, title: str, text: Text) -> None:
        super().__init__(words)
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """The text between its title and how to close it."""
        with Vertical(classes="window tall"):
            yield Static(Text(self._title, style=BRIGHT))
            with VerticalScroll(id="shown"):
                yield Static(self._text)
            yield Static(Text(self.words("help.close"), style=DIM))

    def on_mount(self) -> None:
        """Arrows scroll at once."""
        self.query_one("#shown").focus()
