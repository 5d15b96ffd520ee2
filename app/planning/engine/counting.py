"""What a schedule costs, kept up to date with every change. Compiled."""

from app.planning.engine import layout as at
from app.planning.engine.compiled import Array, compiled
from app.planning.engine.state import BROKEN_COSTS, fact, machine, place, put, put_place


@compiled
def add(f: Array, s: Array, which: int, value: int) -> None:
    """Add to one of the totals."""
    put(f, s, at.TOTAL + which, s[at.TOTAL + which] + value)


@compiled
def in_overtime(f: Array, m: int, start: int, end: int) -> int:
    """How long an operation works in overtime."""
    time = 0
    for k in range(machine(f, m, at.OVERTIME_FROM), machine(f, m, at.OVERTIME_TO)):
        low, high = f[f[at.F_OVERTIME] + 2 * k], f[f[at.F_OVERTIME] + 2 * k + 1]
        time += max(0, min(end, high) - max(start, low))
    return time


@compiled
def has_moved(f: Array, v: int, m: int, start: int) -> int:
    """1 when the operation is not where the plan in force has it."""
    now = fact(f, v, at.NOW_MACHINE)
    if now < 0:
        return 0
    return int(now != m or abs(fact(f, v, at.NOW_START) - start) > f[at.TOLERANCE])


@compiled
def count(f: Array, s: Array, v: int, start: int, end: int) -> None:
    """Bring the totals up to date before an operation gets other times."""
    m, was = place(s, v, at.ON_MACHINE), place(s, v, at.START)
    if f[at.WEIGHT + at.MOVED] and fact(f, v, at.NOW_MACHINE) >= 0:
        add(f, s, at.MOVED, has_moved(f, v, m, start) - has_moved(f, v, m, was))
    if f[at.WEIGHT + at.OVERTIME]:
        add(f, s, at.OVERTIME, in_overtime(f, m, start, end) - in_overtime(f, m, was, place(s, v, at.END)))
    if fact(f, v, at.FIXED):
        add(f, s, at.BROKEN, start - was)


@compiled
def lateness(f: Array, s: Array, g: int) -> None:
    """Bring a group's share of the objective up to date: what its lateness costs, or its end."""
    row = f[at.F_GROUP] + at.LOTS * g
    end = 0
    for k in range(f[row + at.END_FROM], f[row + at.END_TO]):
        end = max(end, place(s, f[f[at.F_END] + k], at.END))
    if f[at.AIM] == at.TARDINESS:
        end = f[row + at.PENALTY] * max(0, end - f[row + at.DUE])
        add(f, s, at.OBJECTIVE, end - s[f[at.S_LATE] + g])
    put(f, s, f[at.S_LATE] + g, end)


@compiled
def write(f: Array, s: Array, v: int, start: int, end: int) -> bool:
    """Give one operation its time and count what that costs; whether its end has changed."""
    if start == place(s, v, at.START) and end == place(s, v, at.END):
        return False
    count(f, s, v, start, end)
    changed = end != place(s, v, at.END)
    put_place(f, s, v, at.START, start)
    put_place(f, s, v, at.END, end)
    if changed and fact(f, v, at.ON) < 0:
        lateness(f, s, fact(f, v, at.GROUP))
    return changed


@compiled
def cost(f: Array, s: Array) -> int:
    """What the schedule costs by the weights."""
    total = s[at.TOTAL + at.BROKEN] * BROKEN_COSTS
    if f[at.AIM] == at.TARDINESS:
        total += f[at.WEIGHT + at.OBJECTIVE] * s[at.TOTAL + at.OBJECTIVE]
    else:
        total += f[at.WEIGHT + at.OBJECTIVE] * _latest(f, s)
    for which in range(at.MOVED, at.BALANCE):
        total += f[at.WEIGHT + which] * s[at.TOTAL + which]
    if f[at.WEIGHT + at.BALANCE]:
        total += f[at.WEIGHT + at.BALANCE] * _imbalance(f, s)
    if f[at.WEIGHT + at.LAST]:
        total += f[at.WEIGHT + at.LAST] * _last(f, s)
    return total


@compiled
def _latest(f: Array, s: Array) -> int:
    late = 0
    for k in range(f[at.S_LATE], f[at.S_LATE] + f[at.GROUPS]):
        late = max(late, s[k])
    return late


@compiled
def _last(f: Array, s: Array) -> int:
    end = 0
    for k in range(f[at.F_END], f[at.F_END] + f[at.JOBS]):
        end = max(end, place(s, f[k], at.END))
    return end


@compiled
def _imbalance(f: Array, s: Array) -> int:
    most, least = -1, -1
    for k in range(f[at.PLACES]):
        if f[f[at.F_COUNT] + k]:
            share = s[f[at.S_LOAD] + k] // f[f[at.F_COUNT] + k]
            most = max(most, share)
            least = share if least < 0 else min(least, share)
    return most - least
