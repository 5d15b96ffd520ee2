"""A schedule under change: every write is noted, so that a change that does not help is taken back.

Compiled. A schedule is the machine of every operation and the sequence of every machine; times
follow from them, each operation as early as the ones before it allow.
"""

from app.planning.engine import layout as at
from app.planning.engine.compiled import Array, compiled, leaf

BROKEN_COSTS = 1 << 40
"""What a fixed operation costs for each unit that it is pushed off."""


@leaf
def fact(f: Array, v: int, which: int) -> int:
    """One number of an operation, as the problem has it."""
    return f[at.F_STEP + at.STEP * v + which]


@leaf
def machine(f: Array, m: int, which: int) -> int:
    """One number of a machine."""
    return f[f[at.F_MACHINE] + at.MACHINE * m + which]


@leaf
def place(s: Array, v: int, which: int) -> int:
    """One number of an operation, as the schedule has it."""
    return s[at.F_STEP + at.PLACE * v + which]


@leaf
def put(f: Array, s: Array, where: int, value: int) -> None:
    """Write one number of the schedule and note what it was."""
    if s[where] != value:
        k = f[at.S_LOG] + 2 * s[at.USED]
        s[k] = where
        s[k + 1] = s[where]
        s[at.USED] += 1
        s[where] = value


@leaf
def put_place(f: Array, s: Array, v: int, which: int, value: int) -> None:
    """Write one number of an operation."""
    put(f, s, at.F_STEP + at.PLACE * v + which, value)


@compiled
def take_back(f: Array, s: Array) -> None:
    """Undo every write since the log was emptied."""
    log = f[at.S_LOG]
    for k in range(s[at.USED] - 1, -1, -1):
        s[s[log + 2 * k]] = s[log + 2 * k + 1]
    s[at.USED] = 0


@compiled
def setup(f: Array, m: int, a: int, b: int) -> int:
    """Setup time on a machine between two operations that follow."""
    time = 0
    matrix, size = machine(f, m, at.MATRIX), f[at.FAMILIES]
    if matrix >= 0:
        x, y = fact(f, a, at.FAMILY), fact(f, b, at.FAMILY)
        if x >= 0 and y >= 0:
            time += f[f[at.F_MATRIX] + (matrix * size + x) * size + y]
    if f[at.F_STEP_SETUP] > f[at.F_JOB_SETUP]:
        time += f[f[at.F_JOB_SETUP] + (m * f[at.JOBS] + fact(f, a, at.JOB)) * f[at.JOBS] + fact(f, b, at.JOB)]
    if f[at.F_WINDOW] > f[at.F_STEP_SETUP]:
        time += f[f[at.F_STEP_SETUP] + (m * f[at.STEPS] + a) * f[at.STEPS] + b]
    return time


@compiled
def first_setup(f: Array, m: int, v: int) -> int:
    """Setup from what is mounted to a machine's first operation."""
    matrix, mounted, family = machine(f, m, at.MATRIX), machine(f, m, at.MOUNTED), fact(f, v, at.FAMILY)
    if matrix < 0 or mounted < 0 or family < 0:
        return 0
    return f[f[at.F_MATRIX] + (matrix * f[at.FAMILIES] + mounted) * f[at.FAMILIES] + family]


@compiled
def setup_into(f: Array, s: Array, v: int) -> int:
    """Setup that an operation costs where it lies."""
    m, b = place(s, v, at.ON_MACHINE), place(s, v, at.BEFORE)
    if b >= 0:
        return setup(f, m, b, v)
    return first_setup(f, m, v)


@leaf
def transfer(f: Array, m: int, other: int) -> int:
    """Time from the end on one machine to the start on another."""
    return f[f[at.F_TRANSFER] + machine(f, m, at.FACILITY) * f[at.PLACES] + machine(f, other, at.FACILITY)]


@compiled
def begun_at(f: Array, m: int, whole: int, ready: int, work: int) -> int:
    """The first time not before `ready` at which the machine's hours let work begin."""
    base, low, beyond = f[at.F_WINDOW], machine(f, m, at.WINDOW_FROM), machine(f, m, at.WINDOW_TO)
    a, b = low, beyond
    while a < b:
        middle = (a + b) >> 1
        if f[base + 3 * middle] <= ready:
            a = middle + 1
        else:
            b = middle
    start = ready
    if a > low and f[base + 3 * a - 2] > ready:
        start = f[base + 3 * a - 2]
    if whole or not machine(f, m, at.CUT):
        while a < beyond and start + work > f[base + 3 * a]:
            start = f[base + 3 * a + 1]
            a += 1
    return start


@compiled
def done_at(f: Array, m: int, start: int, work: int) -> int:
    """When work begun at an open time is done, closed time left out."""
    base, low, beyond = f[at.F_WINDOW], machine(f, m, at.WINDOW_FROM), machine(f, m, at.WINDOW_TO)
    a, b = low, beyond
    while a < b:
        middle = (a + b) >> 1
        if f[base + 3 * middle] <= start:
            a = middle + 1
        else:
            b = middle
    end = start + work
    while a < beyond and end > f[base + 3 * a]:
        end += f[base + 3 * a + 1] - f[base + 3 * a]
        a += 1
    return end


@compiled
def from_machine(f: Array, s: Array, v: int) -> int:
    """When the machine is free and set up for the operation."""
    m, b = place(s, v, at.ON_MACHINE), place(s, v, at.BEFORE)
    if b >= 0:
        return max(machine(f, m, at.BUSY), place(s, b, at.END) + setup(f, m, b, v))
    return machine(f, m, at.BUSY) + first_setup(f, m, v)


@compiled
def from_job(f: Array, s: Array, v: int, m: int) -> int:
    """When the operations that must come before, and its release, let it start on a machine."""
    ready, back = fact(f, v, at.RELEASED), fact(f, v, at.BACK)
    if place(s, v, at.KEEP) and fact(f, v, at.NOW_MACHINE) == m:
        ready = max(ready, fact(f, v, at.NOW_START))
    if back >= 0:
        ready = max(ready, place(s, back, at.END) + transfer(f, place(s, back, at.ON_MACHINE), m))
    for k in range(fact(f, v, at.ARC_FROM), fact(f, v, at.ARC_TO)):
        ready = max(ready, place(s, f[f[at.F_ARC_IN] + k], at.END))
    return ready
