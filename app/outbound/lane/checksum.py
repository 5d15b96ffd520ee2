"""The SHA-256 of a large file, remembered until the file changes."""

import hashlib
import json
import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def sha256_of(path: Path) -> str:
    """The file's SHA-256, hex, read in full; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remembered_sha256(path: Path, notes_dir: Path) -> str:
    """The file's SHA-256, from the note in `notes_dir` while size, times and inode are the same.

    Raises OSError when the file cannot be read; a note that cannot be written is done without.
    """
    note = notes_dir / f"{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]}.checked.json"
    before = _mark(path)
    known = _read(note)
    if known.get("mark") == before:
        return str(known["sha256"])
    found = sha256_of(path)
    if _mark(path) == before:
        _write(note, {"mark": before, "sha256": found})
    return found


def _mark(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _read(note: Path) -> dict[str, object]:
    try:
        known = json.loads(note.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) and isinstance(known.get("sha256"), str) else {}


def _write(note: Path, content: dict[str, object]) -> None:
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=note.parent, prefix=".", delete=False) as file:
            json.dump(content, file)
        os.replace(file.name, note)  # noqa: PTH105 - both are in one folder, and the call is atomic
    except OSError:
        return
