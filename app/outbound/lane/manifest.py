"""A model's manifest: what the file is, how it is recognised, where it comes from."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.records.errors import ModelWrong
from app.records.recipe import Pool, Recipe

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FromPackage(_Table):
    """An installed package whose `function` writes the file to the path it is given."""

    kind: Literal["package"]
    package: str
    function: str = "assemble"


class FromFile(_Table):
    """A file on this machine; a relative path is below the manifest's folder."""

    kind: Literal["file"]
    path: Path


class FromMirror(_Table):
    """An address on a mirror; plain http is fit, because the checksum guards what arrives."""

    kind: Literal["mirror"]
    url: str = Field(pattern=r"^https?://")


class RecipeTable(_Table):
    """How vectors are made; see `Recipe`."""

    layers: tuple[Annotated[int, Field(ge=1)], ...] = ()
    pools: tuple[Pool, ...] = Field(("mean",), min_length=1)
    prefix: str = ""
    token_limit: int = Field(128, ge=1)

    def as_recipe(self) -> Recipe:
        """The record."""
        return Recipe(**self.model_dump())


class Manifest(_Table):
    """What `models/<name>/manifest.toml` says about weights; `recipe` is for heads still to be trained."""

    name: str
    file: str = Field(pattern=r"^[^/\\]+$")
    sha256: Sha256
    size_bytes: int = Field(gt=0)
    date: date
    licence: str
    quantisation: str
    source: FromPackage | FromFile | FromMirror = Field(discriminator="kind")
    recipe: RecipeTable = Field(default_factory=RecipeTable)


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file; raises ModelWrong naming the file and each wrong key."""
    try:
        return Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as fault:
        raise ModelWrong(f"{path}: {fault.strerror}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ModelWrong(f"{path}: not TOML: {fault}") from fault
    except ValidationError as fault:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors())
        raise ModelWrong(f"{path}: {wrong}") from None
