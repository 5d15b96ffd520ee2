"""Results as lines of JSON: written as they come, skipped when they are there, done side by side."""

import json
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from tests.bench.scheduling.instances import Case
from tests.bench.scheduling.rivals import WORKERS
from tests.bench.scheduling.running import Entry, explain, run

Line = dict[str, Any]


def read(file: Path | None) -> list[Line]:
    """The lines of a results file; a last line that was cut off is left out."""
    if file is None or not file.exists():
        return []
    lines = []
    for text in file.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except json.JSONDecodeError:
            continue
    return lines


def shared(entries: list[Entry], shard: tuple[int, int]) -> list[Entry]:
    """The part `shard[0]` of `shard[1]`, from 1; all engines on a case stay in one part."""
    part, parts = shard
    names = list(dict.fromkeys(entry.case.name for entry in entries))
    mine = set(names[part - 1 :: parts])
    return [entry for entry in entries if entry.case.name in mine]


def alternating(
    cases: Iterable[Case],
    engines: tuple[str, ...],
    seconds: Iterable[float],
    workers: dict[str, int] = WORKERS,
) -> list[Entry]:
    """All runs, the engines one after the other on each case, each case beginning with another engine."""
    limits = tuple(seconds)
    entries = []
    for n, case in enumerate(cases):
        turn = n % len(engines)
        order = engines[turn:] + engines[:turn]
        entries += [Entry(e, case, limit_s, workers[e]) for limit_s in limits for e in order]
    return entries


def collect(entries: list[Entry], file: Path | None = None, jobs: int = 1) -> list[Line]:
    """The results of all entries, `jobs` at a time; those in the file are not run again."""
    wanted = {entry.key for entry in entries}
    lines = [line for line in read(file) if line["key"] in wanted]
    there = {line["key"] for line in lines}
    todo = [entry for entry in entries if entry.key not in there]
    progress = _Progress(todo, jobs)
    with ThreadPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(run, entry) for entry in todo]):
            lines.append(future.result())
            _append(file, lines[-1])
            progress.tell(lines[-1])
    return lines


def _append(file: Path | None, line: Line) -> None:
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")


class _Progress:
    """A line per run on standard error, with the time that the rest will take at most."""

    def __init__(self, todo: list[Entry], jobs: int) -> None:
        self._began, self._count, self._done = time.monotonic(), len(todo), 0
        self._limits_s, self._spent_s = sum(e.limit_s for e in todo), 0.0
        self._jobs = jobs

    def tell(self, line: Line) -> None:
        self._done += 1
        self._spent_s += line["limit_s"]
        pace = (time.monotonic() - self._began) / self._spent_s
        left_min = pace * (self._limits_s - self._spent_s) / 60
        said = f"[{self._done}/{self._count}, {left_min:.0f} min left] {explain(line)}"
        print(said, file=sys.stderr, flush=True)
