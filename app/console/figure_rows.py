"""The five numbers of a plan, a line for each, and a column for each plan that is compared."""

from collections.abc import Callable

from rich.text import Text

from app.console.cells import fit
from app.console.marks import BRIGHT, DIM
from app.console.words import Words
from app.records.offer import Contender, Figures

LABEL = 16
"""Cells of the column that names the numbers."""

ROWS: tuple[tuple[str, Callable[[Figures, Words], str]], ...] = (
    ("late_orders", lambda f, _: str(f.late_orders)),
    ("minutes_late", lambda f, _: str(f.minutes_late)),
    ("moved", lambda f, words: words("opt.of", n=f.moved, total=f.compared)),
    ("changeovers", lambda f, words: words("opt.changes", n=f.changeovers, min=f.changeover_minutes)),
    ("overtime", lambda f, words: words("opt.min", n=f.overtime_minutes)),
)
"""The numbers by the key of their label, and how each is said."""


def line_of(label: str, cells: list[str], chosen: int, width: int) -> Text:
    """A labelled line of cells of a width, the chosen one bright."""
    line = Text(fit(label, LABEL), style=DIM)
    for n, cell in enumerate(cells):
        line.append(cell[0] + fit(cell[1:], width - 1), style=BRIGHT if n == chosen else "not dim")
    return line


def side_by_side(contenders: tuple[Contender, ...], words: Words, inner: int) -> Text:
    """The plans that were compared on the same numbers, the chosen one marked; empty for no comparison."""
    if not contenders:
        return Text()
    width = (inner - LABEL) // len(contenders)
    chosen = next((n for n, each in enumerate(contenders) if each.verdict == "chosen"), -1)
    heads = [f"{'▸' if n == chosen else ' '}{words(f'rival.{c.rival}')}" for n, c in enumerate(contenders)]
    lines = [Text(words("rival.title"), style=BRIGHT), line_of("", heads, chosen, width)]
    for key, cell in ROWS:
        cells = [f" {cell(c.figures, words) if c.figures else '–'}" for c in contenders]
        lines.append(line_of(words(f"opt.{key}"), cells, chosen, width))
    verdicts = [f" {words(f'rival.{c.verdict}')}" for c in contenders]
    lines.append(line_of(words("rival.verdict"), verdicts, chosen, width))
    lines += [
        Text(f"{words(f'rival.{c.rival}')}: {words('rival.breaks', rules=', '.join(c.broken))}", style=DIM)
        for c in contenders
        if c.broken
    ]
    return Text("\n").join(lines)
