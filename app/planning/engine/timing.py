"""Times brought up to date after a change, and a schedule read in. Compiled."""

from app.planning.engine import layout as at
from app.planning.engine.compiled import Array, compiled, leaf
from app.planning.engine.counting import has_moved, in_overtime, lateness, write
from app.planning.engine.sharing import decode, first_rank
from app.planning.engine.state import (
    begun_at,
    done_at,
    fact,
    from_job,
    from_machine,
    machine,
    place,
    setup_into,
)


@compiled
def retime(f: Array, s: Array, v: int) -> bool:
    """Give one operation its earliest time; whether its end has changed."""
    m = place(s, v, at.ON_MACHINE)
    ready = max(from_job(f, s, v, m), from_machine(f, s, v))
    if fact(f, v, at.FIXED):
        start = max(ready, fact(f, v, at.FIXED_START))
        return write(f, s, v, start, fact(f, v, at.FIXED_END) + start - fact(f, v, at.FIXED_START))
    if machine(f, m, at.WINDOW_FROM) == machine(f, m, at.WINDOW_TO):
        return write(f, s, v, ready, ready + place(s, v, at.WORK))
    start = begun_at(f, m, fact(f, v, at.WHOLE), ready, place(s, v, at.WORK))
    return write(f, s, v, start, done_at(f, m, start, place(s, v, at.WORK)))


@leaf
def stir(f: Array, s: Array, v: int) -> None:
    """Mark an operation whose time must be looked at again."""
    if v >= 0 and s[f[at.S_STIRRED] + v] == 0:
        s[f[at.S_STIRRED] + v] = 1
        s[at.STIRRED] += 1
        s[at.LOWEST] = min(s[at.LOWEST], place(s, v, at.RANK))


@compiled
def settle(f: Array, s: Array) -> None:
    """Give every operation that is marked, and all that follow from it, their times."""
    if f[at.SHARED]:
        s[f[at.S_STIRRED] : f[at.S_STIRRED] + f[at.STEPS]] = 0
        s[at.STIRRED] = 0
        decode(f, s)
    i = s[at.LOWEST]
    while s[at.STIRRED] > 0:
        v = place(s, i, at.LINE)
        i += 1
        if s[f[at.S_STIRRED] + v] == 0:
            continue
        s[f[at.S_STIRRED] + v] = 0
        s[at.STIRRED] -= 1
        if retime(f, s, v):
            stir(f, s, fact(f, v, at.ON))
            stir(f, s, place(s, v, at.AFTER))
            for k in range(fact(f, v, at.OUT_FROM), fact(f, v, at.OUT_TO)):
                stir(f, s, f[f[at.F_ARC_OUT] + k])
    s[at.LOWEST] = f[at.STEPS]


@compiled
def load(f: Array, s: Array, on: Array, work: Array, start: Array, order: Array) -> bool:
    """Read in a schedule: machines, works, starts, and the operations in an order of the starts.

    Operations that begin no earlier than in the plan in force go on doing so. False when the order
    on the machines and in the jobs goes round in a circle.
    """
    chance = s[at.CHANCE]
    s[: f[at.S_LOG]] = 0
    s[at.CHANCE] = chance
    s[f[at.S_MACHINE] : f[at.S_MACHINE] + 2 * f[at.MACHINES]] = -1
    for k in range(f[at.STEPS]):
        _append(f, s, order[k], on[order[k]], work[order[k]])
    if not _in_given_order(f, s, order) and not _line_up(f, s):
        return False
    for v in range(f[at.STEPS]):
        kept = start[v] >= fact(f, v, at.NOW_START) - f[at.TOLERANCE]
        s[at.F_STEP + at.PLACE * v + at.KEEP] = kept and on[v] == fact(f, v, at.NOW_MACHINE)
        _tell(f, s, v)
    for g in range(f[at.GROUPS]):
        lateness(f, s, g)
    s[at.LOWEST] = f[at.STEPS]
    for v in range(f[at.STEPS]):
        stir(f, s, v)
    settle(f, s)
    s[at.USED] = 0
    return True


@compiled
def _append(f: Array, s: Array, v: int, m: int, work: int) -> None:
    row, lane = at.F_STEP + at.PLACE * v, f[at.S_MACHINE] + 2 * m
    last = s[lane + at.TAIL]
    s[row + at.ON_MACHINE], s[row + at.WORK] = m, work
    s[row + at.BEFORE], s[row + at.AFTER] = last, -1
    if last >= 0:
        s[at.F_STEP + at.PLACE * last + at.AFTER] = v
    else:
        s[lane + at.HEAD] = v
    s[lane + at.TAIL] = v
    s[f[at.S_LOAD] + machine(f, m, at.FACILITY)] += work


@compiled
def _tell(f: Array, s: Array, v: int) -> None:
    """An operation's first times, and what they cost."""
    row, home, m = at.F_STEP + at.PLACE * v, fact(f, v, at.HOME), place(s, v, at.ON_MACHINE)
    s[row + at.START], s[row + at.END] = fact(f, v, at.FIXED_START), fact(f, v, at.FIXED_END)
    s[at.TOTAL + at.SETUP] += setup_into(f, s, v)
    s[at.TOTAL + at.MOVED] += has_moved(f, v, m, s[row + at.START])
    s[at.TOTAL + at.OVERTIME] += in_overtime(f, m, s[row + at.START], s[row + at.END])
    s[at.TOTAL + at.AWAY] += int(home >= 0 and machine(f, m, at.FACILITY) != home)


@compiled
def _in_given_order(f: Array, s: Array, order: Array) -> bool:
    """Line up as given; False when something would come before what it must follow."""
    for k in range(f[at.STEPS]):
        v = order[k]
        s[at.F_STEP + at.PLACE * v + at.RANK] = k
        s[at.F_STEP + at.PLACE * k + at.LINE] = v
    wrong = 0
    for v in range(f[at.STEPS]):
        wrong += int(first_rank(f, s, v) > place(s, v, at.RANK))
    return wrong == 0


@compiled
def _line_up(f: Array, s: Array) -> bool:
    """A topological order; False when there is none."""
    k, done, waits = 0, 0, f[at.S_STACK]
    for v in range(f[at.STEPS]):
        arcs = fact(f, v, at.ARC_TO) - fact(f, v, at.ARC_FROM)
        s[waits + v] = int(fact(f, v, at.BACK) >= 0) + int(place(s, v, at.BEFORE) >= 0) + arcs
        if s[waits + v] == 0:
            s[at.F_STEP + at.PLACE * k + at.LINE] = v
            k += 1
    while done < k:
        v = place(s, done, at.LINE)
        s[at.F_STEP + at.PLACE * v + at.RANK] = done
        done += 1
        k = _free(f, s, fact(f, v, at.ON), k)
        k = _free(f, s, place(s, v, at.AFTER), k)
        for i in range(fact(f, v, at.OUT_FROM), fact(f, v, at.OUT_TO)):
            k = _free(f, s, f[f[at.F_ARC_OUT] + i], k)
    return k == f[at.STEPS]


@compiled
def _free(f: Array, s: Array, v: int, k: int) -> int:
    if v < 0:
        return k
    s[f[at.S_STACK] + v] -= 1
    if s[f[at.S_STACK] + v]:
        return k
    s[at.F_STEP + at.PLACE * k + at.LINE] = v
    return k + 1
