"""Times where people, materials and batches are shared: all operations anew, in their order. Compiled.

An operation takes what it needs from what those before it in the order have left; so it is the order,
and not the machines' sequences alone, that decides who waits.
"""

from app.planning.engine import layout as at
from app.planning.engine.compiled import Array, compiled
from app.planning.engine.counting import add, write
from app.planning.engine.state import (
    begun_at,
    done_at,
    fact,
    from_job,
    from_machine,
    machine,
    place,
    put_place,
)


@compiled
def decode(f: Array, s: Array) -> None:
    """Give every operation the earliest time that its machine, its job and what is shared allow."""
    s[f[at.S_USAGE] : f[at.S_USAGE] + s[at.REACHED] * f[at.CREWS]] = 0
    s[f[at.S_SPENT] : f[at.S_SPENT] + f[at.MATERIALS]] = 0
    s[at.REACHED] = 0
    for v in range(f[at.STEPS]):
        if fact(f, v, at.FIXED):
            m = place(s, v, at.ON_MACHINE)
            use(f, s, machine(f, m, at.CREW), m, fact(f, v, at.FIXED_START), fact(f, v, at.FIXED_END))
            spend(f, s, v)
    for k in range(f[at.STEPS]):
        v = place(s, k, at.LINE)
        if fact(f, v, at.FIXED):
            _put_fixed(f, s, v)
        elif not _joined(f, s, v):
            _put_alone(f, s, v)


@compiled
def _put_fixed(f: Array, s: Array, v: int) -> None:
    b = place(s, v, at.BEFORE)
    ready = from_job(f, s, v, place(s, v, at.ON_MACHINE))
    if b < 0 or not fact(f, b, at.FIXED) or place(s, b, at.START) != fact(f, v, at.FIXED_START):
        ready = max(ready, from_machine(f, s, v))
    start = max(ready, fact(f, v, at.FIXED_START))
    s[f[at.S_BATCH] + 2 * v], s[f[at.S_BATCH] + 2 * v + 1] = 1 << 30, 0
    write(f, s, v, start, fact(f, v, at.FIXED_END) + start - fact(f, v, at.FIXED_START))


@compiled
def _joined(f: Array, s: Array, v: int) -> bool:
    """Whether it runs with the operation before it on its machine, as one of its batch."""
    m, b = place(s, v, at.ON_MACHINE), place(s, v, at.BEFORE)
    family = fact(f, v, at.FAMILY)
    if machine(f, m, at.BATCH) == 1 or b < 0 or family < 0 or fact(f, b, at.FAMILY) != family:
        return False
    if f[at.F_WINDOW] > f[at.F_JOB_SETUP]:  # setups of operations themselves may differ within a batch
        return False
    row = f[at.S_BATCH] + 2 * b
    start, end = place(s, b, at.START), place(s, b, at.END)
    if s[row] + fact(f, v, at.LOAD) > machine(f, m, at.BATCH) or place(s, v, at.WORK) > s[row + 1]:
        return False
    if max(from_job(f, s, v, m), supplied(f, s, v)) > start or (
        fact(f, v, at.WHOLE) and end - start > s[row + 1]
    ):
        return False
    s[f[at.S_BATCH] + 2 * v] = s[row] + fact(f, v, at.LOAD)
    s[f[at.S_BATCH] + 2 * v + 1] = s[row + 1]
    spend(f, s, v)
    write(f, s, v, start, end)
    return True


@compiled
def _put_alone(f: Array, s: Array, v: int) -> None:
    m, work, whole = place(s, v, at.ON_MACHINE), place(s, v, at.WORK), fact(f, v, at.WHOLE)
    ready = max(from_job(f, s, v, m), from_machine(f, s, v), supplied(f, s, v))
    crew = machine(f, m, at.CREW)
    start = begun_at(f, m, whole, ready, work)
    end = done_at(f, m, start, work)
    while crew >= 0 and end <= f[at.HORIZON]:
        full = _full(f, s, crew, m, start, end)
        if full < 0:
            break
        start = begun_at(f, m, whole, full + 1, work)
        end = done_at(f, m, start, work)
    if crew >= 0 and end > f[at.HORIZON]:
        add(f, s, at.BROKEN, 1)
    else:
        use(f, s, crew, m, start, end)
    spend(f, s, v)
    s[f[at.S_BATCH] + 2 * v], s[f[at.S_BATCH] + 2 * v + 1] = fact(f, v, at.LOAD), work
    write(f, s, v, start, end)


@compiled
def supplied(f: Array, s: Array, v: int) -> int:
    """When there is enough of every material that it needs, after those before it; far off when never."""
    ready = 0
    for k in range(fact(f, v, at.NEED_FROM), fact(f, v, at.NEED_TO)):
        material, quantity = f[f[at.F_NEED] + 2 * k], f[f[at.F_NEED] + 2 * k + 1]
        need = s[f[at.S_SPENT] + material] + quantity
        i, beyond = f[f[at.F_RECEIPT_AT] + 2 * material], f[f[at.F_RECEIPT_AT] + 2 * material + 1]
        while i < beyond and f[f[at.F_RECEIPT] + 2 * i + 1] < need:
            i += 1
        if i == beyond:
            return 1 << 40
        ready = max(ready, f[f[at.F_RECEIPT] + 2 * i])
    return ready


@compiled
def spend(f: Array, s: Array, v: int) -> None:
    """Take its materials."""
    for k in range(fact(f, v, at.NEED_FROM), fact(f, v, at.NEED_TO)):
        s[f[at.S_SPENT] + f[f[at.F_NEED] + 2 * k]] += f[f[at.F_NEED] + 2 * k + 1]


@compiled
def _window(f: Array, m: int, time: int) -> int:
    """The first closed window of a machine that ends after a time."""
    k = machine(f, m, at.WINDOW_FROM)
    while k < machine(f, m, at.WINDOW_TO) and f[f[at.F_WINDOW] + 3 * k + 1] <= time:
        k += 1
    return k


@compiled
def _full(f: Array, s: Array, crew: int, m: int, start: int, end: int) -> int:
    """The last time of work in start..end at which nobody of the crew is left; -1 when there is none."""
    k, t, found = _window(f, m, start), start, -1
    while t < end:
        if k < machine(f, m, at.WINDOW_TO) and t >= f[f[at.F_WINDOW] + 3 * k]:
            t = f[f[at.F_WINDOW] + 3 * k + 1]
            k += 1
            continue
        where = t * f[at.CREWS] + crew
        if s[f[at.S_USAGE] + where] >= f[f[at.F_LEVEL] + where]:
            found = t
        t += 1
    return found


@compiled
def use(f: Array, s: Array, crew: int, m: int, start: int, end: int) -> None:
    """Take one of the crew while the machine works."""
    k, t = _window(f, m, start), start
    while crew >= 0 and t < min(end, f[at.HORIZON]):
        if k < machine(f, m, at.WINDOW_TO) and t >= f[f[at.F_WINDOW] + 3 * k]:
            t = f[f[at.F_WINDOW] + 3 * k + 1]
            k += 1
            continue
        s[f[at.S_USAGE] + t * f[at.CREWS] + crew] += 1
        t += 1
    s[at.REACHED] = max(s[at.REACHED], min(end, f[at.HORIZON]))


@compiled
def first_rank(f: Array, s: Array, v: int) -> int:
    """The first place in the order that an operation may have, after all that come before it."""
    rank, back, before = 0, fact(f, v, at.BACK), place(s, v, at.BEFORE)
    if back >= 0:
        rank = place(s, back, at.RANK) + 1
    if before >= 0:
        rank = max(rank, place(s, before, at.RANK) + 1)
    for k in range(fact(f, v, at.ARC_FROM), fact(f, v, at.ARC_TO)):
        rank = max(rank, place(s, f[f[at.F_ARC_IN] + k], at.RANK) + 1)
    return rank


@compiled
def hasten(f: Array, s: Array, v: int) -> bool:
    """Let it take what is shared before all that need not come first; False when it does already."""
    rank, old = first_rank(f, s, v), place(s, v, at.RANK)
    if rank >= old or fact(f, v, at.FIXED):
        return False
    for k in range(old, rank, -1):
        u = place(s, k - 1, at.LINE)
        put_place(f, s, k, at.LINE, u)
        put_place(f, s, u, at.RANK, k)
    put_place(f, s, rank, at.LINE, v)
    put_place(f, s, v, at.RANK, rank)
    return True
