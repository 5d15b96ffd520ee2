"""The media folder: each attachment once, under the hash of what it holds, whole or not at all."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.records.errors import StoreFull

_PART = ".part"


class Part:
    """An attachment that is being written; it has no name yet."""

    def __init__(self, folder: Path) -> None:
        descriptor, name = tempfile.mkstemp(suffix=_PART, dir=folder)  # for the owner alone, 0600
        self._file, self._path, self._folder = os.fdopen(descriptor, "wb"), Path(name), folder
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    def write(self, plain: bytes) -> None:
        """Add to its end."""
        self._file.write(plain)
        self._hash.update(plain)
        self.size_bytes += len(plain)

    def keep(self) -> str:
        """Give it its name, which is returned, once it is on disk; what lies there already is the same."""
        sha256 = self._hash.hexdigest()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._path.replace(self._folder / sha256)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return sha256

    def close(self) -> None:
        """Forget it, unless it was kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)


class Spool:
    """The folder, made when it is missing, for the owner alone; one process writes.

    What a killed process left unfinished is removed when a spool is opened. Every method raises
    StoreFull when the disk does not take it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with _disk():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for left in folder.glob(f"*{_PART}"):
                left.unlink()

    @contextmanager
    def part(self) -> Iterator[Part]:
        """A new attachment; gone at the end unless it was kept."""
        with _disk():
            part = Part(self._folder)
            try:
                yield part
            finally:
                part.close()

    def path(self, sha256: str) -> Path:
        """Where an attachment lies; it may be absent."""
        return path_of(self._folder, sha256)


def path_of(folder: Path, sha256: str) -> Path:
    """Where an attachment lies in a media folder; it may be absent."""
    return folder / sha256


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise StoreFull(f"the media folder cannot be written: {type(fault).__name__}") from None
