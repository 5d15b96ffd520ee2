"""The verb `learn intent`: from the data sets to both heads with their manifest and evaluation."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from app.learning.calibrating import calibrated, calibration
from app.learning.diagram import draw_reliability
from app.learning.headfile import Origin, write_heads
from app.learning.judging import Verdict, report, verdicts
from app.learning.messages import DataSet, read_data
from app.learning.rows import Eyes, Remembered, Seen, see
from app.learning.training import NGRAM_STRENGTH, STRENGTH, fit, fit_ngrams
from app.learning.vectors import Progress
from app.ports import Lane
from app.records.recipe import Recipe
from app.understand.head import Head
from app.understand.ngrams import NgramHead

TRAIN, DEV, BLIND = "train.jsonl", "dev.jsonl", "blind.jsonl"
DIAGRAM = "reliability.png"
_NAME = "intent"


@dataclass(frozen=True, slots=True)
class Course:
    """How to train: weights' folder name, the lane's recipe, eyes, date of new data, seed."""

    base: str
    recipe: Recipe
    eyes: Eyes
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
    """Train on `train.jsonl`, calibrate on `dev.jsonl`, judge on `blind.jsonl`; gives the evaluation.

    `lane` must run `course.recipe` and have nobody else's work. Writes the heads, `manifest.toml`,
    `evaluation.json` and the reliability diagram to `output_dir`; the same data give the same bytes.
    Raises FileWrong and LaneDown. `progress` is told messages evaluated and to evaluate.
    """
    sets = {name: read_data(data_dir / name) for name in (TRAIN, DEV, BLIND)}
    every = [each.examples for each in sets.values()]
    taught, dev, blind = await see(every, course.eyes, lane, course.recipe, cache_dir, progress)
    ngrams = _ngrams(taught, dev, course.seed)
    fitted = fit(taught.rows, taught.intents, lane.model_hash, course.seed)
    head = calibrated(fitted, dev.rows, dev.second(ngrams), dev.intents)
    origin = Origin(_NAME, course.base, course.recipe, course.seed, {n: d.sha256 for n, d in sets.items()})
    told = {name: await judged(seen, head, ngrams, course) for name, seen in (("dev", dev), ("blind", blind))}
    down = await judged(blind, None, ngrams, course)
    evaluation = _evaluation(origin, head, ngrams, sets[TRAIN]) | {n: report(v) for n, v in told.items()}
    evaluation["blind_without_lane"] = report(down)
    write_heads(output_dir, head, ngrams, origin, evaluation, course.today)
    draw_reliability(output_dir / DIAGRAM, told["blind"], "blind test")
    return evaluation


def _ngrams(taught: Seen, dev: Seen, seed: int) -> NgramHead:
    raw = fit_ngrams(taught.drafts, taught.intents, seed)
    return replace(raw, calibration=calibration(dev.second(raw), raw.classes, dev.intents))


async def judged(seen: Seen, head: Head | None, ngrams: NgramHead | None, course: Course) -> list[Verdict]:
    """How the service would read what was seen; without a head as if its lane were down."""
    lane = Remembered(seen, head.model_hash) if head else None
    reader = course.eyes.reader(lane, head, ngrams)
    texts = [example.text for example in seen.examples]
    return verdicts(await reader.read_many(texts, course.eyes.names), seen.examples)


def _evaluation(origin: Origin, head: Head, ngrams: NgramHead, taught: DataSet) -> dict[str, object]:
    return {
        "name": origin.name,
        "base": origin.base,
        "base_hash": head.model_hash,
        "recipe": asdict(origin.recipe),
        "data": dict(origin.data),
        "seed": origin.seed,
        "trained_on": len(taught.examples),
        "strength": {"head": STRENGTH, "ngrams": NGRAM_STRENGTH},
        "share": head.share,
        "calibration": {"head": asdict(head.calibration), "ngrams": asdict(ngrams.calibration)},
        "note": "Heads were calibrated on dev, so its figures flatter; nothing was ever fitted to blind.",
    }
