"""Taking operations out of machines' sequences and putting them in; the order follows. Compiled."""

from app.planning.engine import layout as at
from app.planning.engine.compiled import Array, compiled
from app.planning.engine.counting import add, has_moved, in_overtime
from app.planning.engine.state import fact, machine, place, put, put_place, setup_into


@compiled
def head(f: Array, s: Array, m: int) -> int:
    """The first operation of a machine, or -1."""
    return s[f[at.S_MACHINE] + 2 * m + at.HEAD]


@compiled
def tail(f: Array, s: Array, m: int) -> int:
    """The last operation of a machine, or -1."""
    return s[f[at.S_MACHINE] + 2 * m + at.TAIL]


@compiled
def take_out(f: Array, s: Array, v: int) -> None:
    """Close the gap that an operation leaves on its machine; its own links stay."""
    m, b, a = place(s, v, at.ON_MACHINE), place(s, v, at.BEFORE), place(s, v, at.AFTER)
    counts = f[at.WEIGHT + at.SETUP] != 0
    if counts:
        add(f, s, at.SETUP, -setup_into(f, s, v))
        if a >= 0:
            add(f, s, at.SETUP, -setup_into(f, s, a))
    if b >= 0:
        put_place(f, s, b, at.AFTER, a)
    else:
        put(f, s, f[at.S_MACHINE] + 2 * m + at.HEAD, a)
    if a < 0:
        put(f, s, f[at.S_MACHINE] + 2 * m + at.TAIL, b)
        return
    put_place(f, s, a, at.BEFORE, b)
    if counts:
        add(f, s, at.SETUP, setup_into(f, s, a))


@compiled
def put_in(f: Array, s: Array, v: int, m: int, work: int, a: int) -> None:
    """Put an operation that was taken out on a machine, before operation `a` (NEVER: at its end)."""
    counts = f[at.WEIGHT + at.SETUP] != 0
    b = tail(f, s, m) if a < 0 else place(s, a, at.BEFORE)
    if counts and a >= 0:
        add(f, s, at.SETUP, -setup_into(f, s, a))
    if place(s, v, at.ON_MACHINE) != m or place(s, v, at.WORK) != work:
        _move_load(f, s, v, m, work)
        put_place(f, s, v, at.ON_MACHINE, m)
        put_place(f, s, v, at.WORK, work)
    put_place(f, s, v, at.BEFORE, b)
    put_place(f, s, v, at.AFTER, a)
    if b >= 0:
        put_place(f, s, b, at.AFTER, v)
    else:
        put(f, s, f[at.S_MACHINE] + 2 * m + at.HEAD, v)
    if a >= 0:
        put_place(f, s, a, at.BEFORE, v)
    else:
        put(f, s, f[at.S_MACHINE] + 2 * m + at.TAIL, v)
    if counts:
        add(f, s, at.SETUP, setup_into(f, s, v))
        if a >= 0:
            add(f, s, at.SETUP, setup_into(f, s, a))


@compiled
def _move_load(f: Array, s: Array, v: int, m: int, work: int) -> None:
    here, there = machine(f, place(s, v, at.ON_MACHINE), at.FACILITY), machine(f, m, at.FACILITY)
    load = f[at.S_LOAD]
    put(f, s, load + here, s[load + here] - place(s, v, at.WORK))
    put(f, s, load + there, s[load + there] + work)
    home = fact(f, v, at.HOME)
    if home >= 0:
        add(f, s, at.AWAY, int(there != home) - int(here != home))
    _move_times(f, s, v, m)


@compiled
def _move_times(f: Array, s: Array, v: int, m: int) -> None:
    """What the present times cost on the machine that it leaves, and on the one that it goes to."""
    old, start, end = place(s, v, at.ON_MACHINE), place(s, v, at.START), place(s, v, at.END)
    if f[at.WEIGHT + at.MOVED]:
        add(f, s, at.MOVED, has_moved(f, v, m, start) - has_moved(f, v, old, start))
    if f[at.WEIGHT + at.OVERTIME]:
        add(f, s, at.OVERTIME, in_overtime(f, m, start, end) - in_overtime(f, old, start, end))


@compiled
def linked(f: Array, s: Array, v: int) -> bool:
    """Mend the order around an operation that was put in; False when it cannot lie there."""
    b, a = place(s, v, at.BEFORE), place(s, v, at.AFTER)
    if b >= 0 and not ordered(f, s, b, v):
        return False
    return a < 0 or ordered(f, s, v, a)


@compiled
def ordered(f: Array, s: Array, a: int, b: int) -> bool:
    """Mend the topological order for a new arc from a to b; False when that closes a circle.

    Pearce, Kelly 2007: only the operations between the two in the old order are looked at.
    """
    low, high = place(s, b, at.RANK), place(s, a, at.RANK)
    if high < low:
        return True
    s[at.LOWEST] = min(s[at.LOWEST], low)
    s[at.MARK] += 1
    ahead = _reach_ahead(f, s, b, high, a)
    if ahead < 0:
        return False
    total = _reach_behind(f, s, a, low, ahead)
    _sort_by_rank(f, s, 0, ahead)
    _sort_by_rank(f, s, ahead, total)
    _reassign(f, s, ahead, total)
    return True


@compiled
def _note(f: Array, s: Array, v: int, k: int) -> int:
    if s[f[at.S_SEEN] + v] == s[at.MARK]:
        return k
    s[f[at.S_SEEN] + v] = s[at.MARK]
    s[f[at.S_STACK] + k] = v
    return k + 1


@compiled
def _reach_ahead(f: Array, s: Array, b: int, high: int, goal: int) -> int:
    """Operations that come after b and not beyond rank `high`, into the stack; -1 when `goal` is one."""
    k, done = _note(f, s, b, 0), 0
    while done < k:
        v = s[f[at.S_STACK] + done]
        done += 1
        if v == goal:
            return -1
        on, after = fact(f, v, at.ON), place(s, v, at.AFTER)
        if on >= 0 and place(s, on, at.RANK) <= high:
            k = _note(f, s, on, k)
        if after >= 0 and place(s, after, at.RANK) <= high:
            k = _note(f, s, after, k)
        for i in range(fact(f, v, at.OUT_FROM), fact(f, v, at.OUT_TO)):
            if place(s, f[f[at.F_ARC_OUT] + i], at.RANK) <= high:
                k = _note(f, s, f[f[at.F_ARC_OUT] + i], k)
    return k


@compiled
def _reach_behind(f: Array, s: Array, a: int, low: int, base: int) -> int:
    k, done = _note(f, s, a, base), base
    while done < k:
        v = s[f[at.S_STACK] + done]
        done += 1
        back, before = fact(f, v, at.BACK), place(s, v, at.BEFORE)
        if back >= 0 and place(s, back, at.RANK) >= low:
            k = _note(f, s, back, k)
        if before >= 0 and place(s, before, at.RANK) >= low:
            k = _note(f, s, before, k)
        for i in range(fact(f, v, at.ARC_FROM), fact(f, v, at.ARC_TO)):
            if place(s, f[f[at.F_ARC_IN] + i], at.RANK) >= low:
                k = _note(f, s, f[f[at.F_ARC_IN] + i], k)
    return k


@compiled
def _sort_by_rank(f: Array, s: Array, low: int, high: int) -> None:
    base = f[at.S_STACK]
    for i in range(base + low + 1, base + high):
        v = s[i]
        rank, j = place(s, v, at.RANK), i
        while j > base + low and place(s, s[j - 1], at.RANK) > rank:
            s[j] = s[j - 1]
            j -= 1
        s[j] = v


@compiled
def _reassign(f: Array, s: Array, ahead: int, total: int) -> None:
    """What comes before, then what comes after, into the ranks that they hold together."""
    base = f[at.S_STACK]
    ranks = base + total
    i, j = 0, ahead
    for k in range(total):
        if j >= total or (i < ahead and place(s, s[base + i], at.RANK) < place(s, s[base + j], at.RANK)):
            s[ranks + k] = place(s, s[base + i], at.RANK)
            i += 1
        else:
            s[ranks + k] = place(s, s[base + j], at.RANK)
            j += 1
    behind = total - ahead
    for k in range(total):
        v = s[base + ahead + k] if k < behind else s[base + k - behind]
        put_place(f, s, v, at.RANK, s[ranks + k])
        put_place(f, s, s[ranks + k], at.LINE, v)
