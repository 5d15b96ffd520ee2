"""`learn update`: the head trained anew on what the plant corrected, promoted if nothing got worse."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.progress import Progress

from app import main
from app.learning.gate import Change
from app.learning.headfile import write_heads
from app.learning.intent import Course
from app.learning.rows import Eyes
from app.learning.update import Heads, Lessons, Outcome, update, with_changes
from app.outbound.lane.heads import load_head, load_ngrams, load_recipe
from app.outbound.lane.lane import ModelLane
from app.outbound.lane.plant_heads import PlantHeads
from app.outbound.shipped import read_rules
from app.records.correction import Correction
from app.records.errors import OwnFault, SettingsWrong
from app.records.reading import Intent, Layer
from app.settings import Settings, shipped
from app.verbs.classify import demo_names, read_names
from app.verbs.heads import TAKES_IT

_NAMED = 8  # tickets


async def learn_update(settings: Settings, *, as_json: bool) -> int:
    """Train, judge, promote or not, and say so; 1 when it was not promoted.

    Raises OwnFault without corrections, AlreadyRunning beside another update, SettingsWrong when the
    model is switched off.
    """
    corrections = await asyncio.to_thread(_corrections, settings)
    heads = PlantHeads(settings.plant_heads_dir)
    with heads.alone():
        lane = await asyncio.to_thread(main.build_lane, settings)
        if lane is None:
            raise SettingsWrong("model.enabled is off; training needs the local model")
        outcome = await _train(settings, lane, corrections)
        version = "" if outcome.fallen else _promote(heads, outcome)
    if as_json:
        click.echo(json.dumps({"promoted": version} | with_changes(outcome), ensure_ascii=False))
    else:
        click.echo("\n".join(_told(outcome, corrections, version)))
    return 0 if version else 1


def _corrections(settings: Settings) -> tuple[Correction, ...]:
    with main.reading_store(settings) as store:
        found = store.corrections()
    if not found:
        raise OwnFault(
            "there is nothing to learn from yet: nobody has corrected a reading. In the console F4 on a "
            'message says what it meant; in chat "no, I meant ..." does'
        )
    return found


async def _train(settings: Settings, lane: ModelLane, corrections: tuple[Correction, ...]) -> Outcome:
    models, name = shipped("models"), settings.model.head
    eyes, own = await asyncio.to_thread(_eyes, settings)
    course = Course(settings.model.name, load_recipe(models, name), eyes, datetime.now(UTC).date())
    serving, _ = main.choose_head(settings, lane, lambda text: click.echo(text, err=True))
    heads = Heads(serving, load_head(models, name, lane.model_hash), load_ngrams(models, name))
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Reading what there is to learn", total=None)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(lane.run())
            outcome = await update(
                models / name / "data",
                Lessons(corrections, own),
                heads,
                lane,
                course,
                settings.weights_dir,
                lambda done, total: bar.update(task, completed=done, total=total),
            )
            running.cancel()
    return outcome


def _eyes(settings: Settings) -> tuple[Eyes, Eyes]:
    """Over the demo plant, which the shipped data speak of, and over this one."""
    shown = Eyes(read_rules(), demo_names(), settings.understanding, settings.wecom.bot.display_name)
    return shown, replace(shown, names=read_names(settings))


def _promote(heads: PlantHeads, outcome: Outcome) -> str:
    with heads.new_version() as (name, folder):
        today = datetime.now(UTC).date()
        write_heads(folder, outcome.head, None, outcome.origin, with_changes(outcome), today)
    heads.promote(name)
    return name


# What is said.


def _told(outcome: Outcome, corrections: Sequence[Correction], version: str) -> list[str]:
    lines = ["Shipped blind test, the head in service against the new one:"]
    lines += _table(outcome.blind)
    lines += [
        "",
        "Corrections, each by heads that did not learn it, the shipped against the new:",
        *_table(outcome.plant),
    ]
    return [*lines, "", *_of_rules(corrections), *_verdict(outcome, corrections, version)]


def _table(changes: Sequence[Change]) -> list[str]:
    head = f"  {'intent':<20} {'n':>5} {'before':>7} {'after':>7} {'lost':>5} {'gained':>6}"
    return [head, *(_row(c.intent.value, [c]) for c in changes), _row("all", changes)]


def _row(name: str, changes: Sequence[Change]) -> str:
    n, before, after = (sum(getattr(c, what) for c in changes) for what in ("n", "before", "after"))
    lost, gained = sum(c.lost for c in changes), sum(c.gained for c in changes)
    mark = "  worse" if len(changes) == 1 and name != "all" and changes[0].worse else ""
    return f"  {name:<20} {n:>5} {before / n:>7.1%} {after / n:>7.1%} {lost:>5} {gained:>6}{mark}"


def _of_rules(corrections: Sequence[Correction]) -> list[str]:
    """A head does not change what rules decide before it is asked."""
    ruled = [c.decision for c in corrections if c.layer is Layer.RULE]
    of = f"{len(ruled)} of {len(corrections)} corrections are"
    return [f"{of} of what a rule decided, which no head changes: {_tickets(ruled)}."] if ruled else []


def _verdict(outcome: Outcome, corrections: Sequence[Correction], version: str) -> list[str]:
    if version:
        back = "`chargehand learn rollback` goes back."
        return [f"Promoted as {version}, with {len(corrections)} corrections. {TAKES_IT} {back}"]
    return [
        f"Not promoted; what served goes on. Worse by more than its noise: {', '.join(outcome.fallen)}.",
        *(_suspects(intent, corrections) for intent in outcome.fallen),
    ]


def _suspects(intent: Intent, corrections: Sequence[Correction]) -> str:
    """Where to look: the corrections that take messages away from an intent teach it to fall."""
    away = [c.decision for c in corrections if c.taken_for is intent is not c.intent]
    if not away:
        return f"  {intent}: no correction speaks against it; more corrections of the others may settle it."
    return f"  {intent}: look again (F4) at what was corrected from it: {_tickets(away)}."


def _tickets(tickets: Sequence[str]) -> str:
    rest = f" and {len(tickets) - _NAMED} more" if len(tickets) > _NAMED else ""
    return ", ".join(tickets[-_NAMED:]) + rest
