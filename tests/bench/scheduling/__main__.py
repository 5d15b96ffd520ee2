"""The scheduling benchmarks by parts: which, how long, against whom, how many at a time."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tests.bench.rows import table
from tests.bench.scheduling import breakdown, hostile, plants, published, rivals
from tests.bench.scheduling.instances import GROUPS
from tests.bench.scheduling.instances import published as every_instance
from tests.bench.scheduling.results import alternating, collect, read, shared
from tests.bench.scheduling.running import Entry

PARTS = ("published", "plants", "breakdown", "hostile")


def main(words: list[str]) -> None:
    """Run the parts, print the rows, and write them where asked."""
    asked = _parser().parse_args(words)
    engines = (rivals.OURS, *(name for name in asked.against.split(",") if name))
    rivals.prepare(engines)
    rows = [made for part in asked.parts for made in _part(part, asked, engines)]
    table(rows)
    if asked.output:
        asked.output.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if asked.curves and asked.resume:
        from tests.bench.scheduling.curves import main as draw  # noqa: PLC0415 - matplotlib is an extra

        draw(asked.resume)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scheduling", description=__doc__)
    parser.add_argument("parts", nargs="*", default=["published"], choices=PARTS, help="default: published")
    parser.add_argument("--families", type=_families, default=(), help="families or groups; default: all")
    parser.add_argument("--seconds", type=_numbers, default=(10.0,), help="limits, as 10,60")
    parser.add_argument("--against", default="", help="rivals, as cpsat,pyjobshop")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time; above 1 they share the cores")
    parser.add_argument("--shard", type=_shard, default=(1, 1), help="a part of all instances, as 2/4")
    parser.add_argument("--resume", type=Path, help="file of results: read, gone on from, added to")
    parser.add_argument("--workers", type=int, default=rivals.WORKERS[rivals.OURS], help="of our engine")
    parser.add_argument("--orders", type=_numbers, default=plants.SIZES, help="sizes of plants, as 60,200")
    parser.add_argument("--seeds", type=int, default=20, help="plants of each size")
    parser.add_argument("--curves", action="store_true", help="draw the results file as well")
    parser.add_argument("--rows-only", action="store_true", help="run nothing, count the results file")
    parser.add_argument("--output", type=Path, help="write the rows as JSON")
    return parser


def _part(part: str, asked: argparse.Namespace, engines: tuple[str, ...]) -> list[dict[str, object]]:
    if part == "breakdown":
        return breakdown.rows(asked.seconds[0])
    if part == "hostile":
        return hostile.rows()
    if part == "published":
        workers = rivals.WORKERS | {rivals.OURS: asked.workers}
        lines = _done(alternating(every_instance(asked.families), engines, asked.seconds, workers), asked)
        return published.rows(lines, asked.seconds)
    workers = rivals.WORKERS | {rivals.OURS: asked.workers}
    lines = [
        line
        for orders in (int(size) for size in asked.orders)
        for entries in (
            plants.marks(orders, asked.seeds),
            plants.runs(orders, asked.seeds, _longest(orders, asked), workers),
        )
        for line in _done(entries, asked)
    ]
    return plants.rows(lines)


def _longest(orders: int, asked: argparse.Namespace) -> float:
    """What was asked for, no longer than the size is looked at."""
    return min(max(asked.seconds), plants.LONGEST_S.get(orders, max(asked.seconds)))


def _done(entries: list[Entry], asked: argparse.Namespace) -> list[dict[str, Any]]:
    mine = shared(entries, asked.shard)
    if asked.rows_only:
        keys = {entry.key for entry in mine}
        return [line for line in read(asked.resume) if line["key"] in keys]
    return collect(mine, asked.resume, asked.jobs)


def _families(text: str) -> tuple[str, ...]:
    known = [family for families in GROUPS.values() for family in families]
    found = tuple(each for word in text.split(",") for each in GROUPS.get(word, (word,)))
    if not set(found) <= set(known):
        raise argparse.ArgumentTypeError(f"families are {', '.join(known)}; groups {', '.join(GROUPS)}")
    return found


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(word) for word in text.split(","))


def _shard(text: str) -> tuple[int, int]:
    part, _, parts = text.partition("/")
    if not 1 <= int(part) <= int(parts or 0):
        raise argparse.ArgumentTypeError("a shard is 1/4, 2/4, 3/4 or 4/4")
    return int(part), int(parts)


if __name__ == "__main__":
    main(sys.argv[1:])
