"""Fetching a large file from an HTTP(S) mirror, from the start each time it fails."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx

from app.records.errors import Down, TurnedDown

_CHUNK_BYTES = 1024 * 1024
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)

Progress = Callable[[int, int], None]


def fetch(
    url: str,
    target: Path,
    size_bytes: int,
    *,
    attempts: int = 3,
    pause_s: float = 2.0,
    progress: Progress | None = None,
) -> None:
    """Write what `url` serves to `target`, which must become exactly `size_bytes` long.

    `progress` is told bytes so far and in all. Raises Down after `attempts` broken transfers, and
    TurnedDown at once when the mirror refuses or serves a file of another size. The checksum is the
    caller's duty. May be repeated.
    """
    for attempt in range(1, attempts + 1):
        try:
            return _once(url, target, size_bytes, progress)
        except (httpx.TransportError, _Broken) as fault:
            if attempt == attempts:
                raise Down(f"{url}: {attempts} attempts failed: {fault}") from fault
        time.sleep(pause_s * attempt)
    return None


class _Broken(Exception):
    """The transfer ended early, or the server is in trouble."""


def _once(url: str, target: Path, size_bytes: int, progress: Progress | None) -> None:
    with httpx.stream("GET", url, timeout=_TIMEOUT, follow_redirects=True) as reply, target.open("wb") as out:
        if reply.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise _Broken(f"status {reply.status_code}")
        if reply.status_code != httpx.codes.OK:
            raise TurnedDown(f"{url}: the mirror answers {reply.status_code}", reply.status_code)
        got = 0
        for chunk in reply.iter_raw(_CHUNK_BYTES):
            got += len(chunk)
            if got > size_bytes:
                raise TurnedDown(f"{url}: the file is longer than the {size_bytes} bytes of the manifest")
            out.write(chunk)
            if progress:
                progress(got, size_bytes)
    if got < size_bytes:
        raise _Broken(f"{got} of {size_bytes} bytes arrived")
