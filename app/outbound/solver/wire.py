"""The words between the service and the solver's process: one JSON object a line, each way."""

import json
from dataclasses import dataclass

from app.planning import form_json, form_plan
from app.planning.formats import load_object
from app.records.errors import FileWrong
from app.records.scheduling import Problem, Schedule

READY = b'{"ready": true}\n'
"""What a child says first, when its libraries are loaded."""

LINE_MAX_BYTES = 64 * 1024**2
"""Longest line either side reads."""


@dataclass(frozen=True, slots=True)
class Request:
    """One problem to solve in about `limit_s` seconds, beginning from `start` where there is one."""

    problem: Problem
    limit_s: float
    workers: int
    seed: int
    start: Schedule | None = None


def pack_request(request: Request) -> bytes:
    """The request as a line."""
    document = {
        "problem": form_json.dump(request.problem),
        "limit_s": request.limit_s,
        "workers": request.workers,
        "seed": request.seed,
        "start": form_plan.dump(request.start) if request.start else None,
    }
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def read_request(line: bytes) -> Request:
    """The request in a line; raises FileWrong."""
    document = load_object(line.decode())
    limit_s, workers, seed = (document.get(key) for key in ("limit_s", "workers", "seed"))
    if not isinstance(limit_s, int | float) or not isinstance(workers, int) or not isinstance(seed, int):
        raise FileWrong("a request has problem, limit_s, workers and seed")
    start = document.get("start")
    return Request(
        form_json.parse(document.get("problem")),
        float(limit_s),
        workers,
        seed,
        form_plan.parse(start) if start is not None else None,
    )


def pack_answer(schedule: Schedule) -> bytes:
    """The schedule as a line."""
    return json.dumps(form_plan.dump(schedule), separators=(",", ":")).encode() + b"\n"


def read_answer(line: bytes) -> Schedule:
    """The schedule in a line, not checked; raises FileWrong."""
    return form_plan.parse(load_object(line.decode(errors="replace")))
