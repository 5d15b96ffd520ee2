"""The verb `learn intent`: from the data sets to a head with its manifest and evaluation."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from app.learning.headfile import Origin, write_head
from app.learning.judging import judge, report
from app.learning.messages import DataSet, Example, read_data
from app.learning.training import Fitted, calibrated, fit
from app.learning.vectors import Progress, VectorCache, vectors_of
from app.ports import Lane
from app.records.recipe import Recipe
from app.settings import Understanding
from app.understand.normalise import clean, model_form

TRAIN, DEV = "train.jsonl", "dev.jsonl"
_NAME = "intent"


@dataclass(frozen=True, slots=True)
class Course:
    """How to train: the weights' folder name, the lane's recipe, thresholds, date of new data, seed."""

    base: str
    recipe: Recipe
    thresholds: Understanding
    today: date
    seed: int = 7


async def train(
    data_dir: Path,
    output_dir: Path,
    lane: Lane,
    course: Course,
    cache_dir: Path,
    progress: Progress | None = None,
) -> dict[str, object]:
    """Train on `train.jsonl`, calibrate and judge on `dev.jsonl`; gives what `evaluation.json` holds.

    `lane` must run `course.recipe` and have nobody else's work. Writes `head.json`, `manifest.toml`
    and `evaluation.json` to `output_dir`; the same data give the same bytes. Raises FileWrong and
    LaneDown. `progress` is told messages evaluated and to evaluate.
    """
    taught, asked = read_data(data_dir / TRAIN), read_data(data_dir / DEV)
    cache = VectorCache(cache_dir, lane.model_hash, course.recipe)
    texts = [seen_text(example, course.thresholds) for example in (*taught.examples, *asked.examples)]
    vectors = await vectors_of(texts, lane, cache, progress)
    known, new = vectors[: len(taught.examples)], vectors[len(taught.examples) :]
    fitted = fit(known, taught.intents, lane.model_hash, course.seed)
    head = calibrated(fitted.head, new, asked.intents)
    figures = report(judge(head, new, asked.examples, course.thresholds))
    origin = Origin(_NAME, course.base, course.recipe, course.seed, {TRAIN: taught.sha256, DEV: asked.sha256})
    evaluation = _evaluation(origin, fitted, head.temperature, course, taught) | {"dev": figures}
    evaluation["base_hash"] = lane.model_hash
    write_head(output_dir, head, origin, evaluation, course.today)
    return evaluation


def seen_text(example: Example, thresholds: Understanding) -> str:
    """The words as the service hands them to the lane."""
    return model_form(clean(example.text, "Chargehand", thresholds.text_max_chars))


def _evaluation(
    origin: Origin, fitted: Fitted, temperature: float, course: Course, taught: DataSet
) -> dict[str, object]:
    return {
        "name": origin.name,
        "base": origin.base,
        "recipe": asdict(course.recipe),
        "data": dict(origin.data),
        "seed": origin.seed,
        "trained_on": len(taught.examples),
        "cross_validation": {f"{c:g}": round(a, 4) for c, a in fitted.accuracy_by_strength.items()},
        "strength": fitted.strength,
        "temperature": temperature,
        "thresholds": {
            "read": course.thresholds.read_threshold,
            "write": course.thresholds.write_threshold,
        },
        "note": "The temperature was fitted on dev; accuracy does not depend on it.",
    }
