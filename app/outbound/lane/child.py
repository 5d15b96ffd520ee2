"""The child process: loads the weights, proves itself on one token, evaluates until its parent is gone."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from app.outbound.lane import frames
from app.outbound.lane.engine import Engine, EngineFault
from app.outbound.lane.frames import BrokenFrame, Frame
from app.records.recipe import Recipe

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> int:
    """Run for the parent whose process id is the only argument."""
    _end_with_parent(int(sys.argv[1]))
    source, sink = sys.stdin.buffer, _claim_output()
    try:
        opening = frames.read(source)
        if opening is None:
            return 0
        engine = _proven(opening.head, sink)
        return _serve(engine, source, sink)
    except (EngineFault, BrokenFrame, ValueError) as fault:
        _send(sink, {"fault": str(fault)})
        return 1
    except BrokenPipeError:
        return 0


def _end_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)


def _claim_output() -> BinaryIO:
    """The pipe to the parent; whatever else prints goes to standard error from now on."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sink


def _proven(opening: Mapping[str, Any], sink: BinaryIO) -> Engine:
    """The engine, after it evaluated one word here, where a crash costs nothing."""
    began = time.perf_counter()
    recipe = opening["recipe"] | {key: tuple(opening["recipe"][key]) for key in ("layers", "pools")}
    engine = Engine(Path(opening["weights"]), Recipe(**recipe), opening["threads"])
    loaded = time.perf_counter()
    vectors, _ = engine.evaluate(["ok"])
    if not np.isfinite(vectors).all():
        raise EngineFault("the trial evaluation gave numbers that are not finite")
    trial_ms = 1000 * (time.perf_counter() - loaded)
    _send(sink, {"ready": True, "width": vectors.shape[1], "load_s": loaded - began, "trial_ms": trial_ms})
    return engine


def _serve(engine: Engine, source: BinaryIO, sink: BinaryIO) -> int:
    while (asked := frames.read(source)) is not None:
        began = time.perf_counter()
        vectors, tokens = engine.evaluate(asked.head["texts"])
        took_s = time.perf_counter() - began
        head = {"number": asked.head["number"], "shape": vectors.shape, "tokens": tokens, "took_s": took_s}
        _send(sink, head, vectors.astype("<f4").tobytes())
    return 0


def _send(sink: BinaryIO, head: Mapping[str, Any], body: bytes = b"") -> None:
    sink.write(Frame(head, body).packed())
    sink.flush()


if __name__ == "__main__":
    sys.exit(main())
