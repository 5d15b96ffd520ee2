"""`make bench`: runs every measurement, prints a table, writes bench.json.

One measurement alone: `python -m tests.bench replies`.
"""

import asyncio
import importlib
import inspect
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

PARTS = ("start", "replies", "decisions", "lane", "understanding", "planning")


def main(parts: list[str]) -> None:
    """Measure and print; rows are what the contract calls bench.json."""
    rows = []
    for part in parts or PARTS:
        print(f"measuring {part} …", file=sys.stderr)
        measured = importlib.import_module(f"tests.bench.{part}").measure()
        rows += asyncio.run(measured) if inspect.isawaitable(measured) else measured
    table = Table()
    for name in ("name", "value", "unit", "against", "ratio", "note"):
        table.add_column(name, justify="right" if name in {"value", "ratio"} else "left")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in ("name", "value", "unit", "against", "ratio", "note")))
    Console(width=150 if not sys.stdout.isatty() else None).print(table)
    Path("bench.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)


if __name__ == "__main__":
    main(sys.argv[1:])
