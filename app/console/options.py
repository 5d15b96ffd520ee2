"""The window that approves one of several plans: their five numbers side by side, one chosen by key."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from app.console.dialogs import INNER, Window
from app.console.figure_rows import LABEL, ROWS, line_of, side_by_side
from app.console.marks import BRIGHT, DIM
from app.console.record import action_lines
from app.console.words import Words
from app.records.action import digest_of
from app.records.board import CardDetail, Choice


class Choose(Window[str | None]):
    """Shows what each option means and exactly what the chosen one runs; gives its hash, or None.

    It opens on the option that a plain yes would take.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "approve", show=False, priority=True),
        Binding("up", "read(-1)", show=False),
        Binding("down", "read(1)", show=False),
        *(Binding(f"{n},alt+{n}", f"choose({n})", show=False) for n in (1, 2, 3)),
    ]

    def __init__(self, words: Words, detail: CardDetail) -> None:
        super().__init__(words)
        self._detail = detail
        self._chosen = next((c for c in detail.choices if c.action == detail.action), detail.choices[0])

    def compose(self) -> ComposeResult:
        """The numbers, the chosen action with its hash, and the proposal in words."""
        words = self.words
        with VerticalScroll(classes="window", can_focus=False):
            yield Static(id="title")
            yield Static(id="table")
            if self._detail.contenders:
                yield Static(side_by_side(self._detail.contenders, words, INNER), id="rivals")
            yield Static(Text(f"\n{words('ask.approve_exact')}", style=DIM))
            yield Static(id="exact")
            yield Static(id="hash")
            yield Static(Text(words("ask.reversible")))
            yield Static(id="keys", classes="keys")
            yield Static(Text(f"\n{self._detail.card.proposal}"))

    def on_mount(self) -> None:
        """Draw the first choice."""
        self._draw()

    def _draw(self) -> None:
        words, choices = self.words, self._detail.choices
        number = choices.index(self._chosen) + 1
        numbers = " ".join(str(n) for n in range(1, len(choices) + 1))
        shown = {
            "#title": Text(words("ask.choose", ticket=self._detail.card.decision, n=number), style=BRIGHT),
            "#table": table(choices, self._chosen, words),
            "#exact": action_lines(self._chosen.action, INNER),
            "#hash": Text(words("ask.hash", hash=digest_of(self._chosen.action)[:16]), style=DIM),
            "#keys": Text(words("ask.choose_keys", numbers=numbers, n=number), style=DIM),
        }
        for selector, text in shown.items():
            self.query_one(selector, Static).update(text)

    def action_choose(self, number: int) -> None:
        """Another option; a number that there is not changes nothing."""
        if number <= len(self._detail.choices):
            self._chosen = self._detail.choices[number - 1]
            self._draw()

    def action_read(self, by: int) -> None:
        """Scroll to what does not fit."""
        self.query_one(".window").scroll_relative(y=by, animate=False)

    def action_approve(self) -> None:
        """Approve exactly the option that is shown."""
        self.dismiss(digest_of(self._chosen.action))


def table(choices: tuple[Choice, ...], chosen: Choice, words: Words) -> Text:
    """A line for each number, a column for each option; the chosen one is bright and marked."""
    width = (INNER - LABEL) // len(choices)
    heads = [
        f"{'▸' if choice is chosen else ' '}{n} {', '.join(words(f'opt.{c}') for c in choice.courses)}"
        for n, choice in enumerate(choices, 1)
    ]
    lines = [line_of("", heads, choices.index(chosen), width)]
    for key, cell in ROWS:
        cells = [f" {cell(choice.figures, words)}" for choice in choices]
        lines.append(line_of(words(f"opt.{key}"), cells, choices.index(chosen), width))
    return Text("\n").join(lines)
