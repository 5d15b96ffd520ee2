"""Input that is wrong, inconsistent or huge: every call ends in time, and says what is wrong."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from app.planning.generate import plant
from tests.bench.rows import row

LIMIT_S, KILL_S = 2.0, 5.0
HUGE_ORDERS = 2280
"""About 10,000 operations."""

ROOT = Path(__file__).parents[3]
Row = dict[str, object]

PROGRAM = """
import json, sys, time
import app.planning.solve
from app.planning.verbs import solve_file
text, limit_s = open(sys.argv[1], encoding="utf-8").read(), float(sys.argv[2])
print("begun", flush=True)
began = time.perf_counter()
outcome = solve_file(text, limit_s=limit_s, workers=2)
print(json.dumps([time.perf_counter() - began, outcome.code, outcome.sentence]))
"""

_TASK = {"modes": [[0, 3]]}
_PLACES = {"resources": [{"name": "M0"}, {"name": "M1", "facility": 1}]}


def texts() -> dict[str, tuple[str, str]]:
    """By what is wrong: the file, and a word of the culprit that the answer must hold ("" for none)."""
    whole = plant(60, 1)
    jobs = [{"name": "J7", "tasks": [_TASK]}, {"name": "J8", "tasks": [_TASK]}]
    circle = [{"job": a, "task": 0, "then_job": b, "then_task": 0} for a, b in ((0, 1), (1, 0))]
    here = {"task": 0, "machine": 0, "start": 0, "end": 3}
    late = [{"name": "J7", "tasks": [_TASK], "release": 50, "due": 10}]
    torn = [{"name": "J7", "tasks": [_TASK, {"modes": [[1, 3]]}], "one_facility": True}]
    told: dict[str, tuple[dict[str, object], str]] = {
        "a cycle": ({"jobs": jobs, "before": circle}, "J7"),
        "no machine": ({"jobs": _one([])}, "jobs[0].tasks[0]"),
        "no facility": ({"jobs": torn}, "J7"),
        "due before release": ({"jobs": late, "objective": "total_weighted_tardiness"}, "J7"),
        "a negative time": ({"jobs": _one([[0, -3]])}, "jobs[0].tasks[0]"),
        "a time beyond measure": ({"jobs": _one([[0, 10**30]])}, "jobs[0].tasks[0]"),
        "an unknown machine": ({"jobs": _one([[9, 3]])}, "machine 9"),
        "an unknown order": ({"jobs": jobs, "fixed": [here | {"job": 5}]}, "fixed[0]"),
        "two fixed at once": ({"jobs": jobs, "fixed": [here | {"job": j} for j in (0, 1)]}, "J"),
    }
    frame = _PLACES | {"objective": "makespan"}
    files = {name: (json.dumps(frame | document), word) for name, (document, word) in told.items()}
    return files | {
        "a plant without its machines": (json.dumps(whole | {"machines": _first(whole)}), "no machine"),
        "no JSON": ("{" * 50_000, "JSON"),
        "10,000 operations": (json.dumps(plant(HUGE_ORDERS, 1)), ""),
    }


def _one(modes: list[list[int]]) -> list[dict[str, object]]:
    return [{"name": "J7", "tasks": [{"modes": modes}]}]


def _first(whole: dict[str, object]) -> list[object]:
    machines = whole["machines"]
    assert isinstance(machines, list)
    return machines[:5]


def rows(limit_s: float = LIMIT_S) -> list[Row]:
    """How many calls ended by their limit and one second, and how many named the culprit."""
    late, mute, longest_s = [], [], 0.0
    files = texts()
    for name, (text, word) in files.items():
        took_s, code, sentence = ask(text, limit_s)
        longest_s = max(longest_s, took_s)
        late += [name] if took_s > limit_s + 1 else []
        refused = code == 1 and bool(sentence)
        mute += [f"{name}: {sentence}"] if word and not (word in sentence and (refused or code == 0)) else []
    total = len(files)
    return [
        row(
            "plan.hostile.in_time", total - len(late), "calls", "all hostile calls",
            round(1 - len(late) / total, 3), f"limit {limit_s:g} s + 1 s, longest {longest_s:.2f} s; {late=}",
        ),
        row(
            "plan.hostile.named", total - len(mute), "calls", "all hostile calls",
            round(1 - len(mute) / total, 3), f"not named: {mute}",
        ),
    ]  # fmt: skip


def ask(text: str, limit_s: float) -> tuple[float, int, str]:
    """Seconds, exit code and sentence of `plan solve` on a text; killed KILL_S after its limit.

    The start of the process is not counted. A call that was killed or died has code -1.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "problem.json"
        file.write_text(text, encoding="utf-8")
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(file), str(limit_s)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
        ) as child:  # fmt: skip
            return _hear(child, limit_s)


def _hear(child: subprocess.Popen[str], limit_s: float) -> tuple[float, int, str]:
    assert child.stdout is not None
    child.stdout.readline()
    began = time.perf_counter()
    guard = threading.Timer(limit_s + KILL_S, child.kill)
    guard.start()
    said = child.stdout.read()
    guard.cancel()
    if not said:
        return time.perf_counter() - began, -1, "no answer"
    took_s, code, sentence = json.loads(said)
    return took_s, code, sentence
