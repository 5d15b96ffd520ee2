"""`learn history` and `learn rollback`: which head serves, and one step back; without training anything."""

import json
from typing import Any

import click

from app.outbound.lane.plant_heads import PlantHeads, Version, evaluation_of
from app.settings import Settings, shipped

TAKES_IT = "A running service takes it within a minute."


def history(settings: Settings, *, as_json: bool) -> int:
    """Every kept head with its figures; the shipped one is always there."""
    versions = PlantHeads(settings.plant_heads_dir).versions()
    if as_json:
        click.echo(json.dumps([_document(version) for version in versions], ensure_ascii=False))
        return 0
    served = any(version.serves for version in versions)
    click.echo(f"{'' if served else '*':<2}{'shipped':<9}{_shipped(settings)}")
    for version in versions:
        click.echo(_line(version))
    click.echo("* serves" + ("; `chargehand learn rollback` goes one step back" if served else ""))
    return 0


def rollback(settings: Settings) -> int:
    """One step back, at last to the shipped head; raises OwnFault when that serves already."""
    heads = PlantHeads(settings.plant_heads_dir)
    with heads.alone():
        was, now = heads.rollback()
    click.echo(f"{was} is out of service, {now or 'the shipped head'} serves. {TAKES_IT}")
    return 0


def _line(version: Version) -> str:
    told = version.evaluation
    made = version.made.isoformat() if version.made else "damaged"
    figures = f"{_figures(told)}, {told.get('corrections', 'no')} corrections"
    return f"{'*' if version.serves else '':<2}{version.name:<9}{made:<12}{figures}"


def _shipped(settings: Settings) -> str:
    told = evaluation_of(shipped("models") / settings.model.head)
    return f"{'':<12}{_figures(told)}"


def _figures(evaluation: dict[str, Any]) -> str:
    """How much of the test it reads rightly, of the blind one where it was judged by that."""
    for test in ("blind", "dev"):
        part = evaluation.get(test)
        if isinstance(part, dict) and isinstance(part.get("accuracy"), float):
            return f"{part['accuracy']:.1%} of {part.get('n', '?')} ({test})"
    return "no figures"


def _document(version: Version) -> dict[str, object]:
    made = version.made.isoformat() if version.made else None
    return {"version": version.name, "made": made, "serves": version.serves} | version.evaluation
