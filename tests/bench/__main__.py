"""`make bench`: runs every measurement, prints a table, writes bench.json.

One measurement alone: `python -m tests.bench replies`.
"""

import asyncio
import importlib
import inspect
import json
import sys
from pathlib import Path

from tests.bench.rows import table

PARTS = (
    "start",
    "replies",
    "channel",
    "decisions",
    "lane",
    "understanding",
    "scheduling",
    "cloud",
    "referee",
)


def main(parts: list[str]) -> None:
    """Measure and print; rows are what the contract calls bench.json."""
    rows = []
    for part in parts or PARTS:
        print(f"measuring {part} …", file=sys.stderr)
        measured = importlib.import_module(f"tests.bench.{part}").measure()
        rows += asyncio.run(measured) if inspect.isawaitable(measured) else measured
    table(rows)
    Path("bench.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
