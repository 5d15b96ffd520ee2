"""The local model's vectors of many texts, kept in a file so that training again takes seconds."""

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.ports import Lane
from app.records.recipe import Recipe

Floats = NDArray[np.float32]
Progress = Callable[[int, int], None]

_PRIORITY = 9  # behind every message of the service
_TIMEOUT_S = 60.0
_SAVE_EVERY = 500


class VectorCache:
    """Vectors by text, of one model and recipe; a damaged or missing file is an empty cache."""

    def __init__(self, folder: Path, model_hash: str, recipe: Recipe) -> None:
        self._path = folder / f"{model_hash}-{recipe.digest}.npz"
        self._known: dict[str, Floats] = {}
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as held:
                self._known = dict(zip(held["keys"].tolist(), held["vectors"], strict=True))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return

    def get(self, text: str) -> Floats | None:
        """The vector of a text, or None."""
        return self._known.get(_key(text))

    def put(self, text: str, vector: Sequence[float]) -> None:
        """Keep a vector until `save`."""
        self._known[_key(text)] = np.asarray(vector, np.float32)

    def save(self) -> None:
        """Write everything known, atomically."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial.npz")
        np.savez(partial, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
        partial.replace(self._path)


async def vectors_of(
    texts: Sequence[str], lane: Lane, cache: VectorCache, progress: Progress | None = None
) -> Floats:
    """One row per text, in order; raises LaneDown.

    Texts are evaluated one at a time: in a batch the last digits depend on the company.
    """
    unknown = [text for text in dict.fromkeys(texts) if cache.get(text) is None]
    try:
        for count, text in enumerate(unknown, 1):
            [vector] = await lane.embed([text], priority=_PRIORITY, timeout_s=_TIMEOUT_S)
            cache.put(text, vector)
            if count % _SAVE_EVERY == 0:
                cache.save()
            if progress:
                progress(count, len(unknown))
    finally:
        if unknown:
            cache.save()
    return np.stack([_known(cache, text) for text in texts])


def _known(cache: VectorCache, text: str) -> Floats:
    vector = cache.get(text)
    if vector is None:
        raise KeyError(text)
    return vector


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
