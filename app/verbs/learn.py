"""`learn encoder` and `learn intent`: train what the lane runs, and the heads on its vectors."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from app import main
from app.learning.intent import TRAIN, Course, train
from app.learning.messages import read_data
from app.learning.rows import Eyes, shown
from app.learning.vectors import Progress as Tell
from app.outbound.lane.manifest import Manifest, read_manifest
from app.outbound.shipped import read_rules
from app.records.errors import SettingsWrong
from app.settings import Settings, shipped
from app.verbs.classify import demo_names


def learn_encoder(settings: Settings, data: Path | None, output: Path | None) -> int:
    """Train the encoder on the training set; its heads are trained by `learn intent` afterwards."""
    from app.learning.finetune import Plan  # noqa: PLC0415 - compiles for seconds
    from app.learning.retrain import Taught, retrain  # noqa: PLC0415

    folder = shipped("models")
    examples = read_data((data or folder / settings.model.head / "data") / TRAIN).examples
    limit = _manifest(settings).recipe.token_limit
    eyes = _eyes(settings)
    texts = dict(zip(examples, map(shown, eyes.drafts(examples)), strict=True))
    with _bar("Training the encoder") as tell:
        digest = retrain(
            output or folder / settings.model.name,
            Taught(examples, texts.__getitem__, limit),
            Plan(),
            _today(),
            progress=tell,
        )
    click.echo(json.dumps({"trained_on": len(examples), "sha256": digest}))
    return 0


async def learn_intent(settings: Settings, data: Path | None, output: Path | None) -> int:
    """Train the heads and say how good they are; raises SettingsWrong when the model is switched off."""
    folder = shipped("models") / settings.model.head
    recipe = _manifest(settings).recipe.as_recipe()
    lane = await asyncio.to_thread(main.build_lane, settings, recipe)
    if lane is None:
        raise SettingsWrong("model.enabled is off; training needs the local model")
    course = Course(settings.model.name, recipe, await asyncio.to_thread(_eyes, settings), _today())
    with _bar("Reading the data") as tell:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(lane.run())
            evaluation = await train(
                data or folder / "data", output or folder, lane, course, settings.weights_dir, tell
            )
            running.cancel()
    told = {name: evaluation[name] for name in ("trained_on", "dev", "blind", "blind_without_lane")}
    click.echo(json.dumps(told, ensure_ascii=False))
    return 0


def _manifest(settings: Settings) -> Manifest:
    return read_manifest(shipped("models") / settings.model.name / "manifest.toml")


def _eyes(settings: Settings) -> Eyes:
    """The service's rules and thresholds over the demo plant, which the shipped data speak of."""
    return Eyes(read_rules(), demo_names(), settings.understanding, settings.wecom.bot.display_name)


def _today() -> date:
    return datetime.now(UTC).date()


@contextmanager
def _bar(words: str) -> Iterator[Tell]:
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
