"""Writing trained heads: the same heads give the same bytes."""

import base64
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.records.recipe import Recipe
from app.understand.calibration import Calibration
from app.understand.head import Head
from app.understand.ngrams import NgramHead
from app.understand.signs import SIGNS

HEAD_FILE = "head.json"
NGRAMS_FILE = "ngrams.json"
MANIFEST_FILE = "manifest.toml"
EVALUATION_FILE = "evaluation.json"


@dataclass(frozen=True, slots=True)
class Origin:
    """What heads were made from; `data` maps file names to their SHA-256."""

    name: str
    base: str
    recipe: Recipe
    seed: int
    data: Mapping[str, str]


def head_bytes(head: Head) -> bytes:
    """The head as JSON with little-endian float32 in base64, rows of `weights` by feature."""
    content = {
        "classes": [intent.value for intent in head.classes],
        "features": head.features,
        "signs": list(SIGNS),
        "share": head.share,
        "calibration": _calibration(head.calibration),
        "weights": _packed(head.weights),
        "bias": _packed(head.bias),
        "mean": _packed(head.mean),
        "scale": _packed(head.scale),
    }
    return _json(content)


def ngram_bytes(head: NgramHead) -> bytes:
    """The n-gram head as JSON; its weights in half precision, rows by bucket."""
    content = {
        "classes": [intent.value for intent in head.classes],
        "signs": list(SIGNS),
        "calibration": _calibration(head.calibration),
        "digest": head.digest,
        "weights": _packed(head.weights, "<f2"),
        "sign_weights": _packed(head.sign_weights),
        "bias": _packed(head.bias),
    }
    return _json(content)


def _calibration(told: Calibration) -> dict[str, object]:
    needed = {intent.value: told.needed[intent] for intent in sorted(told.needed)}
    return {"temperature": told.temperature, "needed": needed, "offered": told.offered}


def _json(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, indent=1) + "\n").encode()


def _packed(numbers: NDArray[np.floating], kind: str = "<f4") -> str:
    return base64.b64encode(np.ascontiguousarray(numbers, kind).tobytes()).decode()


def write_heads(
    folder: Path,
    head: Head,
    ngrams: NgramHead | None,
    origin: Origin,
    evaluation: Mapping[str, object],
    today: date,
) -> None:
    """Write the heads, manifest and evaluation; the manifest, which vouches for the heads, last.

    Without `ngrams` the head goes on beside the n-gram head that it was made with.

    The date is the one of the manifest that is there, as long as it names the same data.
    """
    folder.mkdir(parents=True, exist_ok=True)
    raw = {HEAD_FILE: head_bytes(head)} | ({NGRAMS_FILE: ngram_bytes(ngrams)} if ngrams else {})
    dated = _date_of_same_data(folder / MANIFEST_FILE, origin) or today
    for name, content in raw.items():
        _replace(folder / name, content)
    _replace(folder / EVALUATION_FILE, (json.dumps(evaluation, indent=2, ensure_ascii=False) + "\n").encode())
    _replace(folder / MANIFEST_FILE, _manifest(raw, head, origin, dated).encode())


def _date_of_same_data(manifest: Path, origin: Origin) -> date | None:
    try:
        known = tomllib.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    dated = known.get("date")
    return dated if known.get("data") == dict(origin.data) and isinstance(dated, date) else None


def _replace(path: Path, raw: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(raw)
    partial.replace(path)


def _manifest(raw: Mapping[str, bytes], head: Head, origin: Origin, dated: date) -> str:
    recipe = origin.recipe
    lines = [
        "# Written by `chargehand learn`; do not edit. The lane must run `recipe` for this head to fit.",
        f"name = {json.dumps(origin.name)}",
        'kind = "head"',
        f"date = {dated.isoformat()}",
        'licence = "Apache-2.0"',
        f"base = {json.dumps(origin.base)}",
        f'base_hash = "{head.model_hash}"',
        f"seed = {origin.seed}",
        "",
        "[files]",
        *(f'{json.dumps(name)} = "{hashlib.sha256(body).hexdigest()}"' for name, body in raw.items()),
        "",
        "[recipe]",
        f"layers = {json.dumps(recipe.layers)}",
        f"pools = {json.dumps(recipe.pools)}",
        f"prefix = {json.dumps(recipe.prefix)}",
        f"token_limit = {recipe.token_limit}",
        "",
        "[data]",
        *(f'{json.dumps(name)} = "{digest}"' for name, digest in sorted(origin.data.items())),
    ]
    return "\n".join(lines) + "\n"
