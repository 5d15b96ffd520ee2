"""`plan generate`: a plant for trials, as a file that `plan solve` reads."""

import json
from pathlib import Path

import click

from app.planning import form_json, form_plant
from app.planning.furnish import furnished
from app.planning.generate import plant


def generate(output: Path | None, *, orders: int, seed: int, full: bool, form: str) -> int:
    """Write the plant to `output` or to standard output, and its size to standard error.

    In the product's own form with `full`, because no other can say all of it.
    """
    document = plant(orders, seed)
    problem = furnished(orders, seed) if full else form_plant.parse(document)
    text = json.dumps(form_json.dump(problem) if full or form == "json" else document)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
    operations = sum(len(job.tasks) for job in problem.jobs)
    machines = f"{len(problem.resources)} machines"
    click.echo(f"{problem.name}: {orders} orders, {operations} operations, {machines}", err=True)
    return 0
