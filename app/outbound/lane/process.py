"""The parent's end of the child process: start it, ask it, end it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import numpy as np

import app
from app.outbound.lane.frames import BrokenFrame, Frame, receive
from app.outbound.lane.weights import Weights
from app.records.recipe import Recipe

_LAST_WORDS_BYTES = 2_000
COMMAND = (sys.executable, "-P", "-m", "app.outbound.lane.child")
"""How the child is started; its parent's process id is appended."""


class ChildGone(Exception):
    """The child ended, hung or spoke nonsense; only a new one can go on."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What the child is told first."""

    weights: Weights
    recipe: Recipe
    threads: int

    def frame(self) -> Frame:
        """The first frame."""
        head = {"weights": str(self.weights.path), "recipe": asdict(self.recipe), "threads": self.threads}
        return Frame(head)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One vector per text, in order; `took_s` is the child's own time."""

    vectors: list[list[float]]
    tokens: int
    took_s: float


class Child:
    """A child that proved itself on one token. `load_s` and `trial_ms` are its own times."""

    def __init__(self, process: asyncio.subprocess.Process, opened: Frame) -> None:
        self._process = process
        self._number = 0
        self.pid = process.pid
        self.load_s, self.trial_ms = float(opened.head["load_s"]), float(opened.head["trial_ms"])

    async def ask(self, texts: Sequence[str]) -> Evaluated:
        """Have a batch evaluated; raises ChildGone. Not for use by two callers at once."""
        self._number += 1
        await _write(self._process, Frame({"number": self._number, "texts": list(texts)}))
        frame = await _read(self._process)
        try:
            return _evaluated(frame, self._number, len(texts))
        except (KeyError, TypeError, ValueError) as fault:
            raise ChildGone(f"the child's answer makes no sense: {fault}") from fault

    def rss_bytes(self) -> int:
        """The child's resident memory, shared file pages included; 0 where it cannot be read."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def started(opening: Opening, command: Sequence[str], start_s: float) -> AsyncIterator[Child]:
    """A child that is ready, for as long as the block runs; it is killed at the end.

    Raises ChildGone when it is not ready within `start_s`. A ChildGone that leaves the block gets
    the child's exit and last words added.
    """
    with TemporaryFile() as words:
        process = await _spawn(command, words)
        try:
            yield await _opened(process, opening, start_s)
        except ChildGone as fault:
            await _end(process)
            raise ChildGone(_account(str(fault), process.returncode, words)) from fault
        finally:
            await _end(process)


async def _spawn(command: Sequence[str], words: BinaryIO) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *command,
        str(os.getpid()),
        stdin=pipe,
        stdout=pipe,
        stderr=words,
        env=environment(),
        start_new_session=True,  # Ctrl-C in a terminal is for the service alone
    )


def environment() -> dict[str, str]:
    """Ours, with the package's own folder, no debugger when llama.cpp aborts, and threads that sleep.

    By default OpenMP's threads spin while they wait for each other: on two cores with other work
    that took 28 to 585 ms a message, 2 s at p95, against 48 and 56 ms (measured 2026-11-23).
    """
    home = str(Path(app.__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    return {"OMP_WAIT_POLICY": "passive", **os.environ, "PYTHONPATH": path, "GGML_NO_BACKTRACE": "1"}


async def _opened(process: asyncio.subprocess.Process, opening: Opening, start_s: float) -> Child:
    try:
        async with asyncio.timeout(start_s):
            await _write(process, opening.frame())
            return Child(process, await _read(process))
    except TimeoutError as fault:
        raise ChildGone(f"it was not ready within {start_s:g} s") from fault
    except (KeyError, TypeError, ValueError) as fault:
        raise ChildGone(f"its first frame makes no sense: {fault}") from fault


async def _write(process: asyncio.subprocess.Process, frame: Frame) -> None:
    if process.stdin is None:
        raise ChildGone("the child has no input")
    try:
        process.stdin.write(frame.packed())
        await process.stdin.drain()
    except OSError as fault:
        raise ChildGone("the child's input is closed") from fault


async def _read(process: asyncio.subprocess.Process) -> Frame:
    if process.stdout is None:
        raise ChildGone("the child has no output")
    try:
        frame = await receive(process.stdout)
    except BrokenFrame as fault:
        raise ChildGone(str(fault)) from fault
    if "fault" in frame.head:
        raise ChildGone(str(frame.head["fault"]))
    return frame


def _evaluated(frame: Frame, number: int, texts: int) -> Evaluated:
    head: Any = frame.head
    rows, width = head["shape"]
    if head["number"] != number or rows != texts:
        raise ValueError(f"answer {head['number']} with {rows} rows to question {number} with {texts}")
    vectors = np.frombuffer(frame.body, "<f4").reshape(rows, width)
    if not np.isfinite(vectors).all():
        raise ValueError("numbers that are not finite")
    return Evaluated(vectors.tolist(), int(head["tokens"]), float(head["took_s"]))


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill it and wait; `process.kill` would reap it behind asyncio's back and lose its exit code."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    await process.communicate()


def _account(fault: str, code: int | None, words: BinaryIO) -> str:
    size = words.seek(0, os.SEEK_END)
    words.seek(max(0, size - _LAST_WORDS_BYTES))
    said = " ".join(words.read().decode("utf-8", "replace").split())
    ended = f"signal {-code}" if code is not None and code < 0 else f"exit {code}"
    return f"{fault} ({ended})" + (f"; it said: {said}" if said else "")
