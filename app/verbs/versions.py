"""The plant's plans: listed, shown and compared from the store; published and brought back by the service."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from app import main
from app.planning.comparing import Difference, Numbers, Shop, compare
from app.planning.kpi.gathering import changeover_min
from app.ports import Facts
from app.records.errors import OwnFault
from app.records.plant import Assignment, Plan
from app.records.socket import PROTOCOL
from app.records.versions import PlanEvent, Version
from app.settings import Settings
from app.verbs.pin import ask_pin
from app.verbs.service import Line

_WIDE = 200
_WORDS = 40  # characters of a wish in a list


# Looking.


def list_versions(settings: Settings, *, limit: int, as_json: bool) -> int:
    """Print the last plans made, newest first."""
    with main.reading_store(settings) as store:
        found = store.look(lambda facts: facts.versions(limit))
    if as_json:
        click.echo(_json([_document(version) for version in found]))
        return 0
    if not found:
        click.echo("No plan was made yet.")
        return 0
    rows = [_row(version, ZoneInfo(settings.plant.time_zone)) for version in found]
    _print(("", "plan", "state", "made", "by", "asked by", "for", "late", "moves", "last"), rows)
    return 0


def show_version(settings: Settings, plan_id: str, *, as_json: bool) -> int:
    """Print one plan: how it came about, what became of it, and what runs where and when."""
    with main.reading_store(settings) as store:
        plan, version = store.look(lambda facts: (facts.plan_named(plan_id), facts.version(plan_id)))
    if plan is None or version is None:
        raise _unknown(plan_id)
    if as_json:
        places = [_plain(asdict(place)) for place in plan.assignments]
        click.echo(_json({**_document(version), "assignments": places}))
        return 0
    zone = ZoneInfo(settings.plant.time_zone)
    for line in _told(version, zone):
        click.echo(line)
    by_place = sorted(plan.assignments, key=lambda a: (a.machine, a.start))
    rows = [(a.machine, _at(a.start, zone), _at(a.end, zone), a.order, str(a.position)) for a in by_place]
    _print(("machine", "start", "end", "order", "operation"), rows)
    return 0


def diff_versions(settings: Settings, before_id: str, after_id: str, *, as_json: bool) -> int:
    """Print what the second plan does otherwise than the first."""
    with main.reading_store(settings) as store:
        before, after, shop = store.look(lambda facts: _two(facts, before_id, after_id, settings))
    difference = compare(before, after, shop)
    if as_json:
        document = _plain(asdict(difference)) | {"machine_changes": difference.machine_changes}
        click.echo(_json({"from": before.id, "to": after.id, **document}))
        return 0
    _print_difference(before, after, difference, ZoneInfo(settings.plant.time_zone))
    return 0


def _two(facts: Facts, before_id: str, after_id: str, settings: Settings) -> tuple[Plan, Plan, Shop]:
    plans = [facts.plan_named(each) for each in (before_id, after_id)]
    for plan, name in zip(plans, (before_id, after_id), strict=True):
        if plan is None:
            raise _unknown(name)
    before, after = (plan for plan in plans if plan is not None)
    numbers = sorted({a.order for plan in (before, after) for a in plan.assignments})
    orders = [order for number in numbers if (order := facts.order(number)) is not None]
    families = {item.code: item.family for item in facts.items()}
    types = {machine.code: machine.type for machine in facts.machines()}
    changeover = changeover_min(facts, settings.planning.changeover_minutes)
    return before, after, Shop(types, {o.number: families.get(o.item, "") for o in orders}, changeover)


def _unknown(plan_id: str) -> OwnFault:
    return OwnFault(f"there is no plan {plan_id}; `chargehand plan list` shows them")


# Writing, through the service.


async def press(settings: Settings, verb: str, *, plan_id: str, userid: str, as_json: bool) -> int:
    """Ask the running service to publish or bring back a plan, as a person with a PIN.

    0 when it was published or waits for a second person's yes. Raises Down when no service answers.
    """
    line = await Line.open(settings.socket_path)
    try:
        await line.ask("hello", version=PROTOCOL, language="en")
        reply = await line.ask("unlock", userid=userid, pin=ask_pin())
        if reply["ok"]:
            reply = await line.ask(verb, plan=plan_id)
    finally:
        await line.close()
    if as_json:
        click.echo(_json({key: reply[key] for key in ("ok", "code", "text")}))
    else:
        click.echo(reply["text"], err=not reply["ok"])
    return 0 if reply["ok"] else 1


# Words.


def _row(version: Version, zone: ZoneInfo) -> tuple[str, ...]:
    words, origin = " ".join(version.origin.words.split()), version.origin
    late = f"{len(version.late_orders)} ({version.minutes_late} min)" if version.late_orders else "none"
    last = _event(version.events[-1], zone) if version.events else ""
    return (
        str(version.number), version.plan, version.state.value, _at(version.made_at, zone), origin.maker,
        version.asked_by, words[:_WORDS], late, f"{version.moved}/{version.compared}", last,
    )  # fmt: skip


def _told(version: Version, zone: ZoneInfo) -> Iterable[str]:
    origin = version.origin
    yield f"{version.plan}  version {version.number}  {version.state}"
    took = "" if origin.solve_ms is None else f" in {origin.solve_ms / 1000:.1f} s"
    proved = {None: "", True: ", proved: none can be less late", False: ", not proved"}[origin.proved]
    yield f"  made {_at(version.made_at, zone)} by {origin.maker}{took}{proved}"
    if origin.decision:
        yield f"  asked for by {version.asked_by} in {origin.decision}: {origin.words!r}"
    if origin.parent:
        yield f"  from {origin.parent}"
    late = f"{', '.join(version.late_orders)}; {version.minutes_late} min in all"
    yield f"  late: {late if version.late_orders else 'none'}"
    yield f"  moves {version.moved} of {version.compared} operations of the plan before, within 48 h"
    for event in version.events:
        yield f"  {_event(event, zone)}"


def _event(event: PlanEvent, zone: ZoneInfo) -> str:
    who = f" by {event.by}" if event.by else ""
    ticket = f" ({event.decision})" if event.decision else ""
    return f"{event.kind} {_at(event.at, zone)}{who}{ticket}"


def _print_difference(before: Plan, after: Plan, difference: Difference, zone: ZoneInfo) -> None:
    _print(("", before.id, after.id), _five(difference.before, difference.after))
    moves = len(difference.moves)
    click.echo(f"\n{moves} operations move, {difference.machine_changes} of them to another machine.")
    rows = [
        (m.before.order, str(m.before.position), *_both(m.before, m.after, zone)) for m in difference.moves
    ]
    if rows:
        _print(("order", "operation", "from", "to"), rows)
    for label, orders in (
        ("become late", difference.become_late),
        ("become on time", difference.become_on_time),
        (f"operations only in {before.id}", [f"{a.order}/{a.position}" for a in difference.gone]),
        (f"operations only in {after.id}", [f"{a.order}/{a.position}" for a in difference.new]),
    ):
        click.echo(f"{label}: {', '.join(orders) or 'none'}")


def _both(before: Assignment, after: Assignment, zone: ZoneInfo) -> tuple[str, str]:
    return f"{before.machine} {_at(before.start, zone)}", f"{after.machine} {_at(after.start, zone)}"


def _five(before: Numbers, after: Numbers) -> list[tuple[str, ...]]:
    def row(label: str, *cells: object) -> tuple[str, ...]:
        return (label, *("–" if cell is None else str(cell) for cell in cells))

    return [
        row("late orders", before.late_orders, after.late_orders),
        row("minutes late", before.minutes_late, after.minutes_late),
        row("moved when made", *(f"{n.moved}/{n.compared}" for n in (before, after))),
        row("changeovers", *(f"{n.changeovers} ({n.changeover_min:.0f} min)" for n in (before, after))),
        row("overtime minutes", before.overtime_min, after.overtime_min),
    ]


def _print(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(*titles, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, highlight=False).print(table)


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _document(version: Version) -> dict[str, Any]:
    document: dict[str, Any] = _plain(asdict(version))
    return document


def _plain(value: Any) -> Any:
    """Times as ISO 8601, in whatever they stand."""
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case datetime():
            return value.isoformat()
        case _:
            return value


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)
