"""Loading the trained head and the recipe that its vectors are made by."""

import base64
import hashlib
import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.outbound.lane.manifest import RecipeTable, Sha256
from app.records.errors import ModelWrong
from app.records.reading import Intent
from app.records.recipe import Recipe
from app.understand.head import Head


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadManifest(_Table):
    """What `models/<name>/manifest.toml` says about a trained head."""

    name: str
    kind: Literal["head"]
    file: str = Field(pattern=r"^[^/\\]+$")
    sha256: Sha256
    size_bytes: int
    date: date
    licence: str
    base: str
    base_hash: str = Field(pattern=r"^[0-9a-f]{12}$")
    seed: int
    recipe: RecipeTable
    data: dict[str, Sha256]


class _HeadFile(_Table):
    classes: tuple[Intent, ...]
    features: int
    temperature: float
    weights: str
    bias: str
    mean: str
    scale: str


def load_recipe(models_dir: Path, name: str) -> Recipe:
    """The recipe that the head `name` was trained with: what the lane must be built with.

    Raises ModelWrong when the manifest is missing or wrong.
    """
    return read_manifest_of(models_dir, name).recipe.as_recipe()


def load_head(models_dir: Path, name: str, base_hash: str) -> Head:
    """The head in `models_dir/<name>`, made for the weights whose `Lane.model_hash` is `base_hash`.

    Raises ModelWrong for a head of other weights, a wrong checksum, or a file that does not fit.
    """
    manifest = read_manifest_of(models_dir, name)
    if manifest.base_hash != base_hash:
        raise ModelWrong(
            f"the head '{name}' was trained on {manifest.base} {manifest.base_hash}, not {base_hash}; "
            f"train one for these weights with `chargehand learn {name}`"
        )
    raw = _read(models_dir / name / manifest.file)
    found = hashlib.sha256(raw).hexdigest()
    if found != manifest.sha256:
        raise ModelWrong(f"the head '{name}' is damaged: expected sha256 {manifest.sha256}, found {found}")
    try:
        return _head(_HeadFile.model_validate(json.loads(raw)), base_hash)
    except (ValueError, ValidationError) as fault:
        raise ModelWrong(f"the head '{name}' cannot be read: {fault}") from fault


def read_manifest_of(models_dir: Path, name: str) -> HeadManifest:
    """What `models_dir/<name>` says about its head; raises ModelWrong when that is missing or wrong."""
    path = models_dir / name / "manifest.toml"
    try:
        return HeadManifest.model_validate(tomllib.loads(_read(path).decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ModelWrong(f"{path}: not TOML: {fault}") from fault
    except ValidationError as fault:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors())
        raise ModelWrong(f"{path}: {wrong}") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise ModelWrong(f"{path}: {fault.strerror}") from fault


def _head(file: _HeadFile, base_hash: str) -> Head:
    return Head(
        weights=_floats(file.weights).reshape(file.features, len(file.classes)),
        bias=_floats(file.bias),
        classes=file.classes,
        temperature=file.temperature,
        model_hash=base_hash,
        mean=_floats(file.mean),
        scale=_floats(file.scale),
    )


def _floats(text: str) -> NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float64)
