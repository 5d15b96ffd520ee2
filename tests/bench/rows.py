"""The rows of bench.json, and the table of them."""

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

FIELDS = ("name", "value", "unit", "against", "ratio", "note")


def row(
    name: str, value: float, unit: str, against: str = "", ratio: float | None = None, note: str = ""
) -> dict[str, object]:
    """The contract's fields; `ratio` None where nothing was measured beside it."""
    return {"name": name, "value": value, "unit": unit, "against": against, "ratio": ratio, "note": note}


def percentile(values: list[float], share: float) -> float:
    """Nearest-rank percentile, share in 0..1; values need not be sorted."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered) + 0.5) - 1))]


def table(rows: Iterable[dict[str, object]]) -> None:
    """Print the rows."""
    shown = Table()
    for name in FIELDS:
        shown.add_column(name, justify="right" if name in {"value", "ratio"} else "left")
    for each in rows:
        shown.add_row(*(_cell(each[name]) for name in FIELDS))
    Console(width=150 if not sys.stdout.isatty() else None).print(shown)


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)
