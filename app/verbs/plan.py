"""`plan solve`, `plan check` and `plan explain`: files in, a plan file or a verdict out, progress shown."""

import json
import sys
from pathlib import Path
from typing import get_args

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.outbound.shipped import read_catalogue
from app.planning.formats import Format
from app.planning.verbs import Outcome, check_file, solve_file
from app.planning.why.filed import explain_file
from app.records.answer import utc_now
from app.records.errors import FileWrong
from app.records.message import Language
from app.records.scheduling import Objective, Schedule

FORMATS: tuple[str, ...] = get_args(Format)
OBJECTIVES: tuple[str, ...] = get_args(Objective)


def solve(
    problem: Path,
    output: Path | None,
    *,
    form: Format | None,
    objective: Objective | None,
    time_limit: float,
    workers: int,
) -> int:
    """Solve a problem file; the plan goes to `output` or to standard output."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    on_terminal = sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not on_terminal) as bar:
        task = bar.add_task("Solving", total=None)

        def better(schedule: Schedule) -> None:
            bar.update(task, description=f"Solving: {schedule.objective} by {schedule.by}")

        outcome = solve_file(
            _read(problem),
            form=form,
            objective=objective,
            limit_s=time_limit,
            workers=workers,
            on_improve=better,
        )
    return _tell(outcome, output)


def check(problem: Path, plan_file: Path, *, form: Format | None, as_json: bool) -> int:
    """Check a plan file against its problem."""
    outcome = check_file(_read(problem), _read(plan_file), form=form)
    if as_json and outcome.document is not None:
        click.echo(json.dumps(outcome.document))
        return outcome.code
    click.echo(outcome.sentence, err=bool(outcome.code))
    rows = outcome.document["violations"] if outcome.document else []
    for violation in rows if isinstance(rows, list) else []:
        click.echo(f"  {violation['constraint']}: {violation['detail']}", err=True)
    return outcome.code


def explain(
    problem: Path,
    plan_file: Path,
    *,
    form: Format | None,
    job: int | None,
    limit: float,
    workers: int,
    language: str,
    as_json: bool,
) -> int:
    """Say why orders are late in a plan, and what single change would free each."""
    from app.planning.solve import solve as engine  # noqa: PLC0415 - only who solves pays for the library

    catalogue, tongue = read_catalogue("UTC"), Language(language)
    outcome = explain_file(
        _read(problem),
        _read(plan_file),
        lambda say: catalogue.render(say, tongue, utc_now()),
        lambda posed, limit_s: engine(posed, limit_s, workers),
        form=form,
        job=job,
        limit_s=limit,
    )
    if as_json and outcome.document is not None:
        click.echo(json.dumps(outcome.document, ensure_ascii=False))
    else:
        click.echo(outcome.sentence, err=bool(outcome.code))
    return outcome.code


def _tell(outcome: Outcome, output: Path | None) -> int:
    text = json.dumps(outcome.document) if outcome.document is not None else ""
    if output is not None and text:
        output.write_text(text + "\n", encoding="utf-8")
    elif text:
        click.echo(text)
    click.echo(outcome.sentence, err=True)
    return outcome.code


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise FileWrong(f"{file}: {fault}") from fault
