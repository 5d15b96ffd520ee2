"""The parent's end of the solver's process; implements the port `Solver`."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import app
from app.outbound.solver.wire import LINE_MAX_BYTES, READY, Request, pack_request, read_answer
from app.planning.check import check, objective
from app.planning.dispatch import dispatch
from app.records.errors import FileWrong
from app.records.scheduling import Problem, Schedule
from app.settings import Planning

COMMAND = (sys.executable, "-P", "-m", "app.outbound.solver.child")
"""How the child is started; its parent's process id and the memory limit are appended."""

START_S = 300.0
"""Time in which a child must have loaded its libraries: the first time, it compiles the engine."""


class ChildGone(Exception):
    """The child ended, was late or spoke nonsense; only a new one can go on."""


class SolverProcess:
    """One child, started at the first problem or by `start`, kept warm, replaced when it fails.

    Problems wait for one another. A child that ends, is later than the limit and `grace_s`, grows
    beyond `memory_bytes` or answers with a schedule that is not legal is killed; the answer then
    comes from dispatch rules and is named `dispatch:<rule>`.
    """

    def __init__(
        self,
        planning: Planning,
        *,
        seed: int = 0,
        grace_s: float = 2.0,
        memory_bytes: int = 2 * 1024**3,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._workers, self._seed, self._grace_s = planning.workers, seed, grace_s
        self._command = (*command, str(os.getpid()), str(memory_bytes))
        self._child: Process | None = None
        self._turn = asyncio.Lock()
        self._starting = False

    @property
    def pid(self) -> int | None:
        """The child's process id; None when there is none."""
        return self._child.pid if self._child else None

    async def start(self) -> bool:
        """Warm the child up; False when it does not start. May be repeated."""
        async with self._turn:
            self._starting = True
            try:
                await self._ready()
            except ChildGone:
                await self._end()
                return False
            finally:
                self._starting = False
            return True

    async def solve(self, problem: Problem, *, limit_s: float, start: Schedule | None = None) -> Schedule:
        """The best schedule within about `limit_s`, checked; from dispatch rules when the child fails.

        The child begins from `start`, where one is given. Replacing a child is not counted in the
        limit; while the first one starts, dispatch rules answer. Status "none" when nothing legal
        was found.
        """
        if self._starting:
            return await asyncio.to_thread(dispatch, problem, limit_s=limit_s)
        async with self._turn:
            try:
                return await self._ask(problem, limit_s, start)
            except ChildGone:
                await self._end()
            except BaseException:
                await self._end()
                raise
        return await asyncio.to_thread(dispatch, problem, limit_s=limit_s)

    async def run(self) -> None:
        """Keep a child warm until cancelled, then end it."""
        try:
            await self.start()
            await asyncio.Event().wait()
        finally:
            await self._end()

    async def close(self) -> None:
        """End the child; a later problem would start a new one."""
        await self._end()

    async def _ask(self, problem: Problem, limit_s: float, start: Schedule | None) -> Schedule:
        child = await self._ready()
        request = pack_request(Request(problem, limit_s, self._workers, self._seed, start))
        try:
            async with asyncio.timeout(limit_s + self._grace_s):
                line = await _exchange(child, request)
        except TimeoutError as fault:
            raise ChildGone("it is late") from fault
        return _believed(problem, line)

    async def _ready(self) -> Process:
        """The child, alive and with its libraries loaded."""
        if self._child is not None and self._child.returncode is None:
            return self._child
        child = self._child = await self._spawn()
        try:
            async with asyncio.timeout(START_S):
                first = await _line(child)
        except TimeoutError as fault:
            raise ChildGone("it does not start") from fault
        if first != READY:
            raise ChildGone("it does not start as it should")
        return child

    async def _spawn(self) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=LINE_MAX_BYTES,
                env=_environment(),
                start_new_session=True,  # Ctrl-C in a terminal is for the service alone
            )
        except OSError as fault:
            raise ChildGone("it cannot be started") from fault

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


def _environment() -> dict[str, str]:
    """Ours with the package's own folder; few memory arenas, so that the limit is not spent on them."""
    home = str(Path(app.__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "MALLOC_ARENA_MAX": "2"}


async def _exchange(child: Process, request: bytes) -> bytes:
    if child.stdin is None:
        raise ChildGone("the child has no input")
    try:
        child.stdin.write(request)
        await child.stdin.drain()
    except OSError as fault:
        raise ChildGone("the child's input is closed") from fault
    return await _line(child)


async def _line(child: Process) -> bytes:
    if child.stdout is None:
        raise ChildGone("the child has no output")
    try:
        line = await child.stdout.readline()
    except ValueError as fault:
        raise ChildGone("the child's line is too long") from fault
    if not line.endswith(b"\n"):
        raise ChildGone("the child has ended")
    return line


def _believed(problem: Problem, line: bytes) -> Schedule:
    """The answer, when it is a legal schedule with the objective that it names, or says "none"."""
    try:
        schedule = read_answer(line)
    except FileWrong as fault:
        raise ChildGone(f"its answer makes no sense: {fault}") from fault
    if schedule.status == "none":
        return schedule
    if check(problem, schedule.slots) or objective(problem, schedule.slots) != schedule.objective:
        raise ChildGone("its answer is no legal schedule")
    return schedule
