"""`learn intent`: trains the head on this machine's lane, with progress."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from app import main
from app.learning.intent import Course, train
from app.outbound.lane.heads import load_recipe
from app.records.errors import SettingsWrong
from app.settings import Settings, shipped


async def learn_intent(settings: Settings, data: Path | None, output: Path | None) -> int:
    """Train and say how good it is; raises SettingsWrong when the model is switched off."""
    folder = shipped("models") / settings.model.head
    recipe = load_recipe(shipped("models"), settings.model.head)
    lane = await asyncio.to_thread(main.build_lane, settings)
    if lane is None:
        raise SettingsWrong("model.enabled is off; training needs the local model")
    course = Course(settings.model.name, recipe, settings.understanding, datetime.now(UTC).date())
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Reading the data", total=None)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(lane.run())
            evaluation = await train(
                data or folder / "data",
                output or folder,
                lane,
                course,
                settings.weights_dir,
                lambda done, total: bar.update(task, completed=done, total=total),
            )
            running.cancel()
    click.echo(
        json.dumps({"trained_on": evaluation["trained_on"], "dev": evaluation["dev"]}, ensure_ascii=False)
    )
    return 0
