"""`plan gantt`: a plan from files, or the one that a service has published, drawn."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from app import main
from app.console.words import language_of
from app.planning import form_plan
from app.planning.formats import Format, load_object, parse
from app.planning.gantt.of_plan import Looker, chart_of_plan
from app.planning.gantt.of_schedule import Told, chart_of_schedule
from app.ports import Facts
from app.records.answer import utc_now
from app.records.chart import Chart
from app.records.errors import FileWrong, OwnFault
from app.settings import Settings
from app.verbs.sight import Sight, show


def draw(
    settings_of: Callable[[Path | None], Settings],
    *,
    files: tuple[Path, ...],
    form: Format | None,
    config: Path | None,
    published: bool,
    plan_id: str,
    language: str | None,
    **options: Any,
) -> int:
    """What was asked for on the command line; raises UsageError where that is not clear."""
    sight = _sight(**options)
    if published or plan_id:
        if files:
            raise click.UsageError("name files, or --published or --plan, not both")
        return draw_kept(settings_of(config), plan_id=plan_id, sight=sight, language=language)
    if len(files) != 2:
        raise click.UsageError("name PROBLEM and PLAN, or --published")
    return draw_files(files[0], files[1], form=form, sight=sight, language=language)


def _sight(*, text: bool, svg: Path | None, png: Path | None, out: Path | None, **where: Any) -> Sight:
    if out is not None and out.suffix not in {".svg", ".png"}:
        raise click.UsageError(f"--out {out}: the name must end in .svg or .png")
    svg = out if out is not None and out.suffix == ".svg" else svg
    png = out if out is not None and out.suffix == ".png" else png
    if text and (svg or png):
        raise click.UsageError("--text goes to standard output, and pictures to files: choose one")
    return Sight(**where, svg=svg, png=png)


def draw_files(problem: Path, plan: Path, *, form: Format | None, sight: Sight, language: str | None) -> int:
    """Draw a plan file against its problem; raises FileWrong for what cannot be read or drawn."""
    text = _read(problem)
    schedule = form_plan.parse(load_object(_read(plan)))
    chart = chart_of_schedule(parse(text, form).problem, schedule, _told(text, problem.stem))
    return show(chart, sight, language_of(language, dict(os.environ))[0])


def draw_kept(settings: Settings, *, plan_id: str, sight: Sight, language: str | None) -> int:
    """Draw a service's published plan, or the one of this id; raises OwnFault when there is none."""
    reader = language_of(language, dict(os.environ))[0]
    looker = Looker(utc_now(), ZoneInfo(settings.plant.time_zone), reader)

    def look(facts: Facts) -> Chart:
        plan = facts.plan_named(plan_id) if plan_id else facts.plan()
        return chart_of_plan(facts, plan, looker, settings.planning)

    with main.reading_store(settings) as store:
        chart = asyncio.run(store.read(look))
    if not chart.name:
        missing = f"there is no plan {plan_id}" if plan_id else "no plan is published"
        raise OwnFault(f"{missing}; a planner publishes one on the console's screen 3")
    return show(chart, sight, reader)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise FileWrong(f"{file}: {fault}") from fault


def _told(text: str, stem: str) -> Told:
    """What a JSON file says of its time 0, its facilities and its machines' stops."""
    document = load_object(text) if text.lstrip().startswith("{") else {}
    found = document.get("machines")
    machines = [m for m in found if isinstance(m, dict)] if isinstance(found, list) else []
    places = tuple(sorted({str(m.get("facility", "")) for m in machines}))
    down = {n: (window,) for n, m in enumerate(machines) if (window := _window(m.get("planned_downtime")))}
    return Told(stem, str(document.get("time_zero", "")), places, down)


def _window(found: object) -> tuple[int, int] | None:
    """A stop, where one is written; its form is the file's own and was not promised."""
    if isinstance(found, list) and len(found) == 2 and all(isinstance(at, int) for at in found):
        return found[0], found[1]
    return None
