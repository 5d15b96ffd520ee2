"""Loading the trained heads and the recipe that the vectors are made by."""

import base64
import hashlib
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
from app.understand.calibration import Calibration
from app.understand.head import Head
from app.understand.ngrams import NgramHead
from app.understand.signs import SIGNS

HEAD_FILE, NGRAMS_FILE = "head.json", "ngrams.json"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadManifest(_Table):
    """What `models/<name>/manifest.toml` says about a trained head."""

    name: str
    kind: Literal["head"]
    date: date
    licence: str
    base: str
    base_hash: str = Field(pattern=r"^[0-9a-f]{12}$")
    seed: int
    files: dict[str, Sha256]
    recipe: RecipeTable
    data: dict[str, Sha256]


class _CalibrationTable(_Table):
    temperature: float
    needed: dict[Intent, float]
    offered: float

    def as_calibration(self) -> Calibration:
        return Calibration(self.temperature, self.needed, self.offered)


class _HeadFile(_Table):
    classes: tuple[Intent, ...]
    features: int
    signs: tuple[str, ...]
    share: float
    calibration: _CalibrationTable
    weights: str
    bias: str
    mean: str
    scale: str


class _NgramFile(_Table):
    classes: tuple[Intent, ...]
    signs: tuple[str, ...]
    calibration: _CalibrationTable
    digest: str
    weights: str
    sign_weights: str
    bias: str


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
    try:
        return _head(
            _HeadFile.model_validate_json(_vouched(models_dir / name, manifest, HEAD_FILE)), base_hash
        )
    except (ValueError, ValidationError) as fault:
        raise ModelWrong(f"the head '{name}' cannot be read: {fault}") from fault


def load_ngrams(models_dir: Path, name: str) -> NgramHead:
    """The n-gram head in `models_dir/<name>`, which needs no weights; raises ModelWrong like `load_head`."""
    manifest = read_manifest_of(models_dir, name)
    try:
        return _ngrams(_NgramFile.model_validate_json(_vouched(models_dir / name, manifest, NGRAMS_FILE)))
    except (ValueError, ValidationError) as fault:
        raise ModelWrong(f"the n-gram head '{name}' cannot be read: {fault}") from fault


def _vouched(folder: Path, manifest: HeadManifest, file: str) -> bytes:
    """The file's bytes, which are those that the manifest vouches for."""
    raw, expected = _read(folder / file), manifest.files.get(file, "none")
    if (found := hashlib.sha256(raw).hexdigest()) != expected:
        raise ModelWrong(
            f"the head '{manifest.name}' is damaged: expected sha256 {expected} of {file}, found {found}"
        )
    return raw


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
    _refuse_other_signs(file.signs)
    return Head(
        weights=_floats(file.weights).reshape(file.features, len(file.classes)),
        bias=_floats(file.bias),
        classes=file.classes,
        share=file.share,
        calibration=file.calibration.as_calibration(),
        model_hash=base_hash,
        mean=_floats(file.mean),
        scale=_floats(file.scale),
    )


def _ngrams(file: _NgramFile) -> NgramHead:
    _refuse_other_signs(file.signs)
    width = len(file.classes)
    return NgramHead(
        weights=_floats(file.weights, "<f2").astype(np.float32).reshape(-1, width),
        sign_weights=_floats(file.sign_weights).reshape(-1, width),
        bias=_floats(file.bias),
        classes=file.classes,
        calibration=file.calibration.as_calibration(),
        digest=file.digest,
    )


def _refuse_other_signs(found: tuple[str, ...]) -> None:
    if found != SIGNS:
        raise ValueError(f"it was trained on other signs: {sorted(set(found) ^ set(SIGNS))}; train it again")


def _floats(text: str, kind: str = "<f4") -> NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(text, validate=True), kind).astype(np.float64)
