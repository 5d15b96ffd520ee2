"""The solver's process: warm, replaced when it fails, and a legal schedule in every case."""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.outbound.solver import SolverProcess
from app.outbound.solver.wire import Request, pack_request, read_request
from app.planning.check import check, objective
from app.planning.dispatch import dispatch
from app.planning.formats import parse
from app.records.errors import FileWrong
from app.records.scheduling import Job, Problem, Resource, Schedule, Task
from app.settings import Planning

DATA = Path(__file__).parents[2] / "data" / "scheduling"
SMALL = Problem(
    "t",
    "makespan",
    (Resource("A"), Resource("B")),
    tuple(Job(f"J{n}", (Task(((0, 3), (1, 4))), Task(((1, 2),)))) for n in range(3)),
)
ANSWER = {"objective": 0, "status": "optimal", "assignments": []}


@pytest.fixture
async def solver():
    made = SolverProcess(Planning(workers=1))
    yield made
    await made.close()


@pytest.fixture(scope="module")
def long_problem() -> Problem:
    """One that is not solved to the end in any time that a test has."""
    return parse((DATA / "plant" / "plant_60_1.json").read_text(encoding="utf-8")).problem


def fake(script: str, *, grace_s: float = 0.3) -> SolverProcess:
    """A solver whose child is a few lines of Python instead."""
    return SolverProcess(Planning(workers=1), grace_s=grace_s, command=(sys.executable, "-c", script))


READY = "import sys, time, os\nprint('{\"ready\": true}', flush=True)\nline = sys.stdin.readline()\n"


def is_legal(problem: Problem, schedule: Schedule) -> bool:
    return not check(problem, schedule.slots) and objective(problem, schedule.slots) == schedule.objective


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_problems_are_solved_one_after_the_other_by_the_same_child(solver):
    first = await solver.solve(SMALL, limit_s=5.0)
    pid = solver.pid
    second = await solver.solve(SMALL, limit_s=5.0)
    assert (first.status, first.objective) == (second.status, second.objective) == ("optimal", 10)
    assert is_legal(SMALL, first)
    assert solver.pid == pid


async def test_a_child_killed_in_the_middle_is_replaced_and_a_rule_answers(solver, long_problem):
    assert await solver.start()
    pid = solver.pid
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(solver.solve(long_problem, limit_s=30.0))
        await busy(pid)
        os.kill(pid, signal.SIGKILL)
    schedule = answer.result()
    assert schedule.by.startswith("dispatch:")
    assert is_legal(long_problem, schedule)
    assert (await solver.solve(SMALL, limit_s=5.0)).status == "optimal"
    assert solver.pid != pid


async def busy(pid: int) -> None:
    """Until the child has used a little processor time on the problem."""
    begun = ticks(pid)
    while ticks(pid) < begun + 5:  # noqa: ASYNC110 - the kernel tells nobody
        await asyncio.sleep(0.01)


def ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


@pytest.mark.parametrize(
    "script",
    [
        READY + "print('garbage', flush=True); time.sleep(60)",
        READY + "print('[1]', flush=True)",
        READY + f"print('{json.dumps(ANSWER)}', flush=True)",
        READY + "sys.stdout.buffer.write(bytes(range(256)) + bytes([10])); sys.stdout.flush()",
        READY + "sys.stdout.write('{\"objective\"'); sys.stdout.flush()",
        READY + "os.kill(os.getpid(), 11)",
        READY + "sys.exit(0)",
        READY + "time.sleep(60)",
        "print('hello')",
        "import sys; sys.exit(3)",
    ],
    ids=[
        "garbage",
        "a list",
        "an empty plan",
        "bytes",
        "half a line",
        "SIGSEGV",
        "exit",
        "hang",
        "no ready",
        "no start",
    ],
)
async def test_whatever_a_child_does_a_legal_schedule_comes(script):
    solver = fake(script)
    schedule = await solver.solve(SMALL, limit_s=0.1)
    assert schedule.by.startswith("dispatch:")
    assert is_legal(SMALL, schedule)
    assert solver.pid is None
    await solver.close()


async def test_a_program_that_is_not_there_is_no_reason_to_fail():
    solver = SolverProcess(Planning(workers=1), command=("/nowhere/python",))
    assert is_legal(SMALL, await solver.solve(SMALL, limit_s=0.1))
    assert not await solver.start()


async def test_a_schedule_with_a_wrong_objective_is_not_believed():
    slots = [
        [0, 0, 0, 0, 3],
        [0, 1, 1, 3, 5],
        [1, 0, 0, 3, 6],
        [1, 1, 1, 6, 8],
        [2, 0, 0, 6, 9],
        [2, 1, 1, 9, 11],
    ]
    rows = [dict(zip(("job", "operation", "machine", "start", "end"), s, strict=True)) for s in slots]
    for claimed, by in ((11, "solver"), (10, "dispatch:")):
        line = json.dumps({"objective": claimed, "status": "feasible", "by": "solver", "assignments": rows})
        solver = fake(READY + f"print('{line}', flush=True); time.sleep(60)", grace_s=10.0)
        assert (await solver.solve(SMALL, limit_s=0.1)).by.startswith(by)
        await solver.close()


async def test_a_solve_that_is_cancelled_leaves_no_child(solver, long_problem):
    assert await solver.start()
    pid = solver.pid
    async with asyncio.TaskGroup() as group:
        answer = group.create_task(solver.solve(long_problem, limit_s=30.0))
        await busy(pid)
        answer.cancel()
    assert not alive(pid)
    assert (await solver.solve(SMALL, limit_s=5.0)).status == "optimal"


async def test_running_keeps_a_child_warm_and_ends_it():
    solver = SolverProcess(Planning(workers=1))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(solver.run())
        await solver.solve(SMALL, limit_s=5.0)
        pid = solver.pid
        assert alive(pid)
        running.cancel()
    assert not alive(pid)


async def test_a_child_that_needs_more_memory_than_it_may_have_is_replaced_by_a_rule():
    solver = SolverProcess(Planning(workers=1), memory_bytes=64 * 1024**2)
    schedule = await solver.solve(SMALL, limit_s=1.0)
    assert schedule.by.startswith("dispatch:")
    await solver.close()


def test_the_child_dies_with_its_parent_even_while_it_solves():
    code = (
        "import asyncio, os, signal, sys\n"
        "from app.outbound.solver import SolverProcess\n"
        "from app.planning.formats import parse\n"
        "from app.settings import Planning\n"
        "async def main():\n"
        "    solver = SolverProcess(Planning(workers=1))\n"
        "    assert await solver.start()\n"
        "    print(solver.pid, flush=True)\n"
        "    asyncio.get_running_loop().call_later(0.5, os.kill, os.getpid(), signal.SIGKILL)\n"
        "    await solver.solve(parse(sys.stdin.read()).problem, limit_s=300.0)\n"
        "asyncio.run(main())\n"
    )
    text = (DATA / "plant" / "plant_60_1.json").read_text(encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", code], input=text, capture_output=True, text=True, check=False
    )
    assert run.returncode == -signal.SIGKILL
    assert ended(int(run.stdout))


def ended(pid: int) -> bool:
    """Whether a process that is not our child ends, now or soon."""
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    return bool(select.select([watch], [], [], 30.0)[0])


def test_a_request_goes_over_the_wire_and_a_broken_one_is_refused():
    request = Request(SMALL, 1.5, 2, 7)
    assert read_request(pack_request(request)) == request
    begun = Request(SMALL, 1.5, 2, 7, dispatch(SMALL))
    assert read_request(pack_request(begun)).start.slots == dispatch(SMALL).slots
    with pytest.raises(FileWrong):
        read_request(b'{"problem": {}, "limit_s": "soon"}')
