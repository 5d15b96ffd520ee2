"""Scheduling files as text: which form it is, and the problem in it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from app.planning import form_fjs, form_instance, form_json, form_plant
from app.records.errors import FileWrong
from app.records.scheduling import Objective, Problem

Format = Literal["instance", "plant", "fjs", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A problem, the form it was in, and what was taken for granted while reading ("" for nothing)."""

    problem: Problem
    form: Format
    note: str = ""


def parse(text: str, form: Format | None = None, objective: Objective | None = None) -> Parsed:
    """The problem in a file's text; `form` None guesses, `objective` None takes the file's own.

    Raises FileWrong that says what is wrong and where.
    """
    if form == "fjs" or (form is None and not text.lstrip().startswith(("{", "["))):
        problem, note = form_fjs.parse(text)
        return Parsed(_aimed(problem, objective), "fjs", note)
    document = load_object(text)
    form = form or _guess(document)
    readers: dict[str, Callable[[object], Problem]] = {
        "instance": form_instance.parse,
        "plant": form_plant.parse,
        "json": form_json.parse,
    }
    return Parsed(_aimed(readers[form](document), objective), form)


def load_object(text: str) -> dict[str, object]:
    """The JSON object in a text; raises FileWrong with line and column."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as fault:
        raise FileWrong(f"not JSON: {fault.msg} (line {fault.lineno}, column {fault.colno})") from fault
    except (RecursionError, ValueError) as fault:
        raise FileWrong(f"not usable JSON: {fault}") from fault
    if not isinstance(document, dict):
        raise FileWrong("the file must hold one JSON object")
    return document


def _guess(document: dict[str, object]) -> Format:
    if "resources" in document:
        return "json"
    if "orders" in document:
        return "plant"
    if "jobs" in document and isinstance(document.get("machines"), int):
        return "instance"
    raise FileWrong(
        "cannot tell the form: 'json' has resources, 'plant' has orders, 'instance' has jobs and a number "
        "of machines; name one with --format"
    )


def _aimed(problem: Problem, objective: Objective | None) -> Problem:
    wanted = objective or problem.objective
    if wanted == "total_weighted_tardiness" and all(job.due is None for job in problem.jobs):
        raise FileWrong("the objective is total_weighted_tardiness, and no job has a due date")
    return replace(problem, objective=wanted)
