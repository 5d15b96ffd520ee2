"""Writing a trained head: the same head gives the same bytes."""

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
from app.understand.head import Head

HEAD_FILE = "head.json"
MANIFEST_FILE = "manifest.toml"
EVALUATION_FILE = "evaluation.json"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a head was made from; `data` maps file names to their SHA-256."""

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
        "temperature": head.temperature,
        "weights": _packed(head.weights),
        "bias": _packed(head.bias),
        "mean": _packed(head.mean),
        "scale": _packed(head.scale),
    }
    return (json.dumps(content, indent=1) + "\n").encode()


def _packed(numbers: NDArray[np.floating]) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers, "<f4").tobytes()).decode()


def write_head(
    folder: Path, head: Head, origin: Origin, evaluation: Mapping[str, object], today: date
) -> None:
    """Write head, manifest and evaluation; the manifest, which vouches for the head, last.

    The date is the one of the manifest that is there, as long as it names the same data.
    """
    folder.mkdir(parents=True, exist_ok=True)
    raw = head_bytes(head)
    dated = _date_of_same_data(folder / MANIFEST_FILE, origin) or today
    _replace(folder / HEAD_FILE, raw)
    _replace(folder / EVALUATION_FILE, (json.dumps(evaluation, indent=2) + "\n").encode())
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


def _manifest(raw: bytes, head: Head, origin: Origin, dated: date) -> str:
    recipe = origin.recipe
    lines = [
        "# Written by `chargehand learn`; do not edit. The lane must run `recipe` for this head to fit.",
        f"name = {json.dumps(origin.name)}",
        'kind = "head"',
        f"file = {json.dumps(HEAD_FILE)}",
        f'sha256 = "{hashlib.sha256(raw).hexdigest()}"',
        f"size_bytes = {len(raw)}",
        f"date = {dated.isoformat()}",
        'licence = "Apache-2.0"',
        f"base = {json.dumps(origin.base)}",
        f'base_hash = "{head.model_hash}"',
        f"seed = {origin.seed}",
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
