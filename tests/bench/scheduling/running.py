"""Runs one engine on one case in a process of its own: timed, weighed, stopped, checked."""

import json
import os
import queue
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.planning import form_json
from app.planning.check import check, objective
from app.records.scheduling import Problem, Slot
from tests.bench.scheduling import rivals
from tests.bench.scheduling.instances import Case
from tests.bench.scheduling.memory import tree_mb

LATE_S = 1.0
"""A call has to be over so much after its limit."""

KILL_S = 5.0
"""So much after its limit it is killed."""

START_S = 180.0
EVERY_S = 0.05

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One run that is to be done: who, on what, for how long."""

    engine: str
    case: Case
    limit_s: float
    workers: int
    seed: int = 0

    @property
    def key(self) -> str:
        """Names the run in the results."""
        return f"{self.engine}/{self.case.name}/{self.limit_s:g}s/{self.workers}w/{self.seed}"


def run(entry: Entry) -> Line:
    """The run's result, as one line of the results file.

    `value` is recomputed from the plan, and None where there is none or it breaks a rule
    (`violations`); `claimed` is what the engine said. `late` tells that the call was not over
    LATE_S after its limit, `killed` KILL_S after. `trace` are [seconds, value] of improvements.
    """
    problem = entry.case.problem()
    heard, peak_mb, killed = _listen(entry, problem)
    done = next((line["done"] for line in heard if "done" in line), None)
    slots = [Slot(*each) for each in done["slots"]] if done else []
    violations = [f"{v.constraint}: {v.detail}" for v in check(problem, slots)] if slots else []
    legal = bool(slots) and not violations
    return {
        "key": entry.key,
        "engine": entry.engine,
        "limit_s": entry.limit_s,
        "workers": entry.workers,
        "seed": entry.seed,
        **{
            k: v
            for k, v in asdict(entry.case).items()
            if k in {"name", "family", "objective", "best", "proven"}
        },
        "value": objective(problem, slots) if legal else None,
        "claimed": done["value"] if done else None,
        "bound": done["bound"] if done else None,
        "violations": violations[:3],
        "solve_s": done["solve_s"] if done else None,
        "late": done is None or done["solve_s"] > entry.limit_s + LATE_S,
        "killed": killed,
        "peak_mb": round(peak_mb, 1),
        "trace": [[line["t"], line["value"]] for line in heard if "t" in line],
    }


def _listen(entry: Entry, problem: Problem) -> tuple[list[Line], float, bool]:
    """All lines of the child, its peak of memory, and whether it had to be killed."""
    child = subprocess.Popen(
        rivals.command(entry.engine),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        cwd=Path(__file__).parents[3],
    )
    lines: queue.Queue[str | None] = queue.Queue()
    pump = threading.Thread(target=_pump, args=(child, lines), daemon=True)
    pump.start()
    try:
        _ask(child, entry, problem)
        return _gather(child, lines, entry.limit_s)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        pump.join()


def _ask(child: subprocess.Popen[str], entry: Entry, problem: Problem) -> None:
    case = entry.case
    job: Line = {"engine": entry.engine, "case": asdict(case), "limit_s": entry.limit_s}
    job |= {"workers": entry.workers, "seed": entry.seed, "target": case.best if case.proven else None}
    if entry.engine == rivals.PYJOBSHOP:
        job["problem"] = form_json.dump(problem)
    assert child.stdin is not None
    with suppress(BrokenPipeError):
        child.stdin.write(json.dumps(job) + "\n")
        child.stdin.close()


def _pump(child: subprocess.Popen[str], lines: "queue.Queue[str | None]") -> None:
    assert child.stdout is not None
    with child.stdout as told:
        for line in told:
            lines.put(line)
    lines.put(None)


def _gather(
    child: subprocess.Popen[str], lines: "queue.Queue[str | None]", limit_s: float
) -> tuple[list[Line], float, bool]:
    heard: list[Line] = []
    peak_mb, until = 0.0, time.monotonic() + START_S
    while time.monotonic() < until:
        peak_mb = max(peak_mb, tree_mb(child.pid))
        try:
            text = lines.get(timeout=EVERY_S)
        except queue.Empty:
            continue
        if text is None:
            return heard, peak_mb, False
        heard.append(json.loads(text))
        if "begun" in heard[-1]:
            until = time.monotonic() + limit_s + KILL_S
        if "done" in heard[-1]:
            return heard, peak_mb, False
    return heard, peak_mb, True


def explain(line: Line) -> str:
    """One line for the terminal."""
    found = "none" if line["value"] is None else f"{line['value']:g}"
    known = "" if line["best"] is None else f" of {line['best']:g}"
    marks = "".join(
        mark for mark, is_so in ((" LATE", line["late"]), (" ILLEGAL", line["violations"])) if is_so
    )
    return f"{line['engine']} {line['name']}: {found}{known}{marks}"
