"""How the engine's kernels are compiled: by numba, without Python's lock, kept on the disk between starts."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])

Array = NDArray[np.int64]
"""Everything in the engine is whole numbers."""

CACHE = "CHARGEHAND_ENGINE_CACHE"
"""Names the folder for compiled kernels; without it they lie in the user's cache."""


def cache_folder() -> Path:
    """Where this version's kernels are kept: a kernel is stale when any file of the engine changes."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get(CACHE) or Path(home) / "chargehand" / "engine") / digest


numba.config.CACHE_DIR = str(cache_folder())  # type: ignore[attr-defined]
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": True}

compiled = cast("Callable[[F], F]", numba.njit(**_OPTIONS))
"""For functions on `Array`s and numbers; no objects, no exceptions."""

leaf = cast("Callable[[F], F]", numba.njit(forceinline=True, **_OPTIONS))
"""The same for the smallest functions, which are worth no call."""
