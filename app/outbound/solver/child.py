"""The solver's own process: reads problems from standard input, writes schedules to standard output.

Started as `python -m app.outbound.solver.child PARENT_PID MEMORY_BYTES`. It dies with its parent.
"""

import ctypes
import os
import resource
import signal
import sys
from typing import BinaryIO

from app.outbound.solver.wire import READY, pack_answer, read_request

_PR_SET_PDEATHSIG = 1  # prctl(2)
_NICER = 5


def main(parent: int, memory_bytes: int) -> None:
    """Serve until standard input ends."""
    _bind(parent, memory_bytes)
    answers = _private_output()
    from app.planning.engine.warm import warm  # noqa: PLC0415 - after the limits are set
    from app.planning.solve import solve  # noqa: PLC0415

    warm()
    _say(answers, READY)
    for line in sys.stdin.buffer:
        request = read_request(line)
        schedule = solve(request.problem, request.limit_s, request.workers, request.seed, start=request.start)
        _say(answers, pack_answer(schedule))


def _bind(parent: int, memory_bytes: int) -> None:
    """End when the parent ends, leave it the processor, and never grow beyond the memory given."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent is gone")
    os.nice(_NICER)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _private_output() -> BinaryIO:
    """Standard output for answers alone: what a library prints goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _say(answers: BinaryIO, line: bytes) -> None:
    answers.write(line)
    answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
