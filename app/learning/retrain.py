"""The verb `learn encoder`: from the base and the training set to the weights that the lane runs."""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import jax
import numpy as np

from app.learning.encoder import Parameters, parameters_of, word_table
from app.learning.finetune import Lessons, Plan, Progress, finetune
from app.learning.ggufile import write_encoder
from app.learning.messages import Example
from app.learning.pretrained import Base, read_base
from app.learning.spelling import Speller
from app.learning.variations import Variations
from app.learning.vocabulary import kept_pieces
from app.records.reading import Intent
from app.understand.normalise import opencc_scripts

WEIGHTS_FILE = "encoder.gguf"
_MANIFEST = "manifest.toml"
_LABELS = tuple(sorted(Intent))


@dataclass(frozen=True, slots=True)
class Taught:
    """What to learn from: the examples of `train.jsonl` and how the service shows a text to the lane."""

    examples: Sequence[Example]
    shown: Callable[[Example], str]
    token_limit: int


def retrain(
    folder: Path, taught: Taught, plan: Plan, today: date, base: Base | None = None,
    progress: Progress | None = None,
) -> str:  # fmt: skip
    """Train and write weights and manifest to `folder`; gives the weights' SHA-256.

    The same data, plan, libraries and kind of processor give the same weights to within the last
    digits of their arithmetic. Raises ModelWrong without the base.
    """
    base = base or read_base()
    kept = kept_pieces(base)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="chargehand-") as scratch:
        untrained = Path(scratch) / WEIGHTS_FILE
        _write(untrained, base, kept, parameters_of(base))
        speller = Speller(untrained, taught.token_limit)
        lessons = Lessons(
            texts=[taught.shown(example) for example in taught.examples],
            labels=[_LABELS.index(example.intent) for example in taught.examples],
            classes=len(_LABELS),
            spell=speller.spell,
            vary=Variations(opencc_scripts(), plan.seed).vary,
        )
        words = word_table(base, kept)
        trained = finetune(parameters_of(base), words, base.shape, lessons, plan, progress)
    partial = folder / f".{WEIGHTS_FILE}.partial"
    _write(partial, base, kept, trained)
    digest = hashlib.sha256(partial.read_bytes()).hexdigest()
    size = partial.stat().st_size
    partial.replace(folder / WEIGHTS_FILE)
    (folder / _MANIFEST).write_text(_manifest(folder.name, digest, size, today), encoding="utf-8")
    return digest


def _write(path: Path, base: Base, kept: np.ndarray, parameters: Parameters) -> None:
    numbers = {name: np.asarray(jax.device_get(value)) for name, value in parameters.items()}
    pieces = [base.pieces[at] for at in kept]
    write_encoder(path, base.shape, pieces, base.scores[kept], base.word_rows[kept], numbers)


def _manifest(name: str, digest: str, size: int, today: date) -> str:
    lines = [
        "# Written by `chargehand learn encoder`; do not edit.",
        f'name = "{name}"',
        f'file = "{WEIGHTS_FILE}"',
        f'sha256 = "{digest}"',
        f"size_bytes = {size}",
        f"date = {today.isoformat()}",
        'licence = "MIT"  # multilingual-e5-small, which it was trained from',
        'quantisation = "Q8_0; rows of words Q4_0"',
        "",
        "[source]",
        'kind = "file"',
        f'path = "{WEIGHTS_FILE}"',
    ]
    return "\n".join(lines) + "\n"
