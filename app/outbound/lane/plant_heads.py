"""The heads that a plant trained itself: versions in a folder, and which of them is in service."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.outbound.lane.heads import load_head, read_manifest_of
from app.records.errors import AlreadyRunning, ModelWrong, OwnFault
from app.records.recipe import Recipe
from app.understand.head import Head

CURRENT = "current"
"""Names the versions put into service, one a line, the last one serves; empty or absent: the shipped one."""

_REPAIR = "`chargehand learn rollback` puts the shipped head back"
_LOCK = ".update.lock"
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Version:
    """One kept head. `evaluation` is its file, empty when that cannot be read."""

    name: str
    made: date | None
    serves: bool
    evaluation: dict[str, Any]


class PlantHeads:
    """`folder` holds one folder a version and the pointer; nothing is there before the first update."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def pointer(self) -> bytes:
        """The pointer as it is, to see whether it changed; empty when it is not there or cannot be read."""
        try:
            return (self._folder / CURRENT).read_bytes()
        except OSError:
            return b""

    @property
    def current(self) -> str:
        """The version that is to serve, "" for the shipped head. Raises ModelWrong for a damaged pointer."""
        return next(reversed(self._promoted()), "")

    def load(self, base_hash: str, recipe: Recipe) -> tuple[Head, str] | None:
        """The head that is to serve on a lane of these weights and recipe, and its version.

        None for the shipped one.

        Raises ModelWrong when it is damaged, gone, or made for another lane.
        """
        name = self.current
        if not name:
            return None
        manifest = read_manifest_of(self._folder, name)
        if (manifest.base_hash, manifest.recipe.as_recipe()) != (base_hash, recipe):
            raise ModelWrong(f"it was made for {manifest.base} {manifest.base_hash}, not {base_hash}")
        return load_head(self._folder, name, base_hash), name

    def versions(self) -> tuple[Version, ...]:
        """Every kept version, oldest first."""
        serving = self.current
        return tuple(
            Version(name, _made(self._folder, name), name == serving, evaluation_of(self._folder / name))
            for name in self._names()
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For whoever changes the folder. Raises AlreadyRunning while somebody else does."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self._folder / _LOCK).open("a+", encoding="ascii")
        except OSError as fault:
            raise OwnFault(f"{self._folder}: {fault.strerror}; run this as the service's user") from fault
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise AlreadyRunning("another update or rollback is under way; wait for its end") from None
            yield

    @contextmanager
    def new_version(self) -> Iterator[tuple[str, Path]]:
        """The next version's name and an empty folder to write it to; it is there when this ends well.

        What was written is on the disk before the folder gets its name; after a fault nothing is left.
        """
        name = f"{int(next(reversed(self._names()), '0')) + 1:0{_DIGITS}d}"
        partial = self._folder / f".{name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        try:
            yield name, partial
            for file in partial.iterdir():
                _to_disk(file)
            partial.rename(self._folder / name)
            _to_disk(self._folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def promote(self, name: str) -> None:
        """Let a version serve from now on; a damaged pointer is begun anew."""
        try:
            before = self._promoted()
        except ModelWrong:
            before = []
        self._point([*before, name])

    def rollback(self) -> tuple[str, str]:
        """One step back; what served and what serves now, "" is the shipped head.

        From a damaged pointer it leads to the shipped head. Raises OwnFault when that serves already.
        """
        try:
            promoted = self._promoted()
        except ModelWrong:
            promoted = [CURRENT]
        if not promoted:
            raise OwnFault("the shipped head is in service; there is nothing to go back to")
        self._point(promoted[:-1])
        return promoted[-1], next(reversed(promoted[:-1]), "")

    def _promoted(self) -> list[str]:
        try:
            lines = (self._folder / CURRENT).read_text(encoding="ascii").split()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as fault:
            raise ModelWrong(f"{self._folder / CURRENT} is damaged ({fault}); {_REPAIR}") from fault
        if wrong := [line for line in lines if not _is_version(line)]:
            raise ModelWrong(f"{self._folder / CURRENT}: '{wrong[0][:20]}' is no version; {_REPAIR}")
        return lines

    def _point(self, promoted: list[str]) -> None:
        partial = self._folder / f".{CURRENT}.partial"
        partial.write_text("".join(f"{name}\n" for name in promoted), encoding="ascii")
        _to_disk(partial)
        partial.replace(self._folder / CURRENT)
        _to_disk(self._folder)

    def _names(self) -> list[str]:
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        return sorted(each.name for each in found if _is_version(each.name) and each.is_dir())


def _is_version(name: str) -> bool:
    return len(name) >= _DIGITS and name.isascii() and name.isdigit()


def _made(folder: Path, name: str) -> date | None:
    try:
        return read_manifest_of(folder, name).date
    except ModelWrong:
        return None


def evaluation_of(version: Path) -> dict[str, Any]:
    """What a head's folder says about how good it is; empty when that cannot be read."""
    try:
        found = json.loads((version / "evaluation.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
