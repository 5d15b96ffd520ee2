"""The changes that the search tries, each aimed at what makes a costly job late. Compiled."""

from app.planning.engine import layout as at
from app.planning.engine.compiled import Array, compiled
from app.planning.engine.sequence import head, linked, put_in, tail, take_out
from app.planning.engine.state import fact, from_job, from_machine, machine, place, put_place, setup, transfer
from app.planning.engine.timing import stir


@compiled
def draw(s: Array, below: int) -> int:
    """A whole number from 0, smaller than `below`: Marsaglia's xorshift, 2003."""
    x = s[at.CHANCE]
    x ^= x << 13
    x ^= (x >> 7) & 0x1FFFFFFFFFFFFFF
    x ^= x << 17
    s[at.CHANCE] = x
    return ((x >> 11) & 0x1FFFFFFFFFFFFF) % below


@compiled
def fraction(s: Array) -> float:
    """A number from 0 to below 1."""
    return draw(s, 1 << 30) / (1 << 30)


@compiled
def costly_end(f: Array, s: Array) -> int:
    """The last operation of a job that costs something, more likely of one that costs more; or -1."""
    late = f[at.S_LATE]
    if f[at.AIM] == at.TARDINESS:
        if s[at.TOTAL + at.OBJECTIVE] <= 0:
            return -1
        left = draw(s, s[at.TOTAL + at.OBJECTIVE])
        g = 0
        while left >= s[late + g]:
            left -= s[late + g]
            g += 1
    else:
        g = _longest(f, s)
    row = f[at.F_GROUP] + at.LOTS * g
    best = f[f[at.F_END] + f[row + at.END_FROM]]
    for k in range(f[row + at.END_FROM], f[row + at.END_TO]):
        if place(s, f[f[at.F_END] + k], at.END) > place(s, best, at.END):
            best = f[f[at.F_END] + k]
    return best


@compiled
def _longest(f: Array, s: Array) -> int:
    most, ties, g, late = -1, 0, 0, f[at.S_LATE]
    for k in range(f[at.GROUPS]):
        if s[late + k] > most:
            most, ties, g = s[late + k], 1, k
        elif s[late + k] == most:
            ties += 1
            if draw(s, ties) == 0:
                g = k
    return g


@compiled
def chain(f: Array, s: Array, last: int) -> int:
    """Into the stack: the operations that hold up `last`, backwards, which wait for their machine.

    Returns how many; all operations of the chain lie in the stack from `STEPS`, their count in
    `s[CHAIN]`.
    """
    k, whole, v, stack = 0, 0, last, f[at.S_STACK]
    while v >= 0:
        s[stack + f[at.STEPS] + whole] = v
        whole += 1
        if fact(f, v, at.FIXED):
            break
        by_machine = from_machine(f, s, v) if place(s, v, at.BEFORE) >= 0 else -1
        by_job = from_job(f, s, v, place(s, v, at.ON_MACHINE))
        if by_machine > by_job or (by_machine == by_job and draw(s, 2) == 0):
            s[stack + k] = v
            k += 1
            v = place(s, v, at.BEFORE)
        else:
            v = _job_blocker(f, s, v, by_job)
    s[at.CHAIN] = whole
    return k


@compiled
def _job_blocker(f: Array, s: Array, v: int, ready: int) -> int:
    """The operation that `from_job` waits for; -1 when it is the release."""
    for k in range(fact(f, v, at.ARC_FROM), fact(f, v, at.ARC_TO)):
        if place(s, f[f[at.F_ARC_IN] + k], at.END) == ready:
            return f[f[at.F_ARC_IN] + k]
    back = fact(f, v, at.BACK)
    if back >= 0:
        travel = transfer(f, place(s, back, at.ON_MACHINE), place(s, v, at.ON_MACHINE))
        if place(s, back, at.END) + travel >= ready:
            return back
    return -1


@compiled
def relocate(f: Array, s: Array, v: int, m: int, work: int, a: int) -> bool:
    """Move an operation to before `a` on a machine (-1: its end); False when it cannot lie there."""
    old_after = place(s, v, at.AFTER)
    put_place(f, s, v, at.KEEP, 0)
    take_out(f, s, v)
    put_in(f, s, v, m, work, a)
    if not linked(f, s, v):
        return False
    stir(f, s, old_after)
    stir(f, s, v)
    stir(f, s, place(s, v, at.AFTER))
    stir(f, s, fact(f, v, at.ON))
    return True


@compiled
def bring_forward(f: Array, s: Array, v: int, most: int) -> bool:
    """To before the operation that it waits for on its machine, or up to `most` places further."""
    a = place(s, v, at.BEFORE)
    for _ in range(draw(s, most)):
        b = place(s, a, at.BEFORE)
        if b >= 0 and not fact(f, b, at.FIXED):
            a = b
    if fact(f, a, at.FIXED) or fact(f, v, at.FIXED):
        return False
    return relocate(f, s, v, place(s, v, at.ON_MACHINE), place(s, v, at.WORK), a)


@compiled
def put_behind(f: Array, s: Array, v: int, most: int) -> bool:
    """What it waits for on its machine goes behind it, or up to `most` places further."""
    u, a = place(s, v, at.BEFORE), place(s, v, at.AFTER)
    if fact(f, u, at.FIXED) or fact(f, v, at.FIXED):
        return False
    for _ in range(draw(s, most)):
        if a >= 0:
            a = place(s, a, at.AFTER)
    return relocate(f, s, u, place(s, u, at.ON_MACHINE), place(s, u, at.WORK), a)


@compiled
def place_elsewhere(f: Array, s: Array, v: int) -> bool:
    """To another machine or place, where it seems to end early and to hold up little."""
    if fact(f, v, at.FIXED):
        return False
    best, best_mode, best_a = 1e18, -1, -1
    here = machine(f, place(s, v, at.ON_MACHINE), at.FACILITY)
    for k in range(fact(f, v, at.MODE_FROM), fact(f, v, at.MODE_TO)):
        m, work = f[f[at.F_MODE] + 2 * k], f[f[at.F_MODE] + 2 * k + 1]
        if fact(f, v, at.TOGETHER) and machine(f, m, at.FACILITY) != here:
            continue
        score, a = best_place(f, s, v, m, work)
        if score < best:
            best, best_mode, best_a = score, k, a
    if best_mode < 0:
        return False
    mode = f[at.F_MODE] + 2 * best_mode
    return relocate(f, s, v, f[mode], f[mode + 1], best_a)


@compiled
def best_place(f: Array, s: Array, v: int, m: int, work: int) -> tuple[float, int]:
    """How bad the best place on a machine is by a guess, and before which operation it lies."""
    ready, busy = from_job(f, s, v, m), machine(f, m, at.BUSY)
    best, best_a = 1e18, -1
    luck = 1.0 + 0.3 * fraction(s)
    a = head(f, s, m)
    while a >= 0 and (fact(f, a, at.FIXED) or place(s, a, at.END) <= ready):
        a = place(s, a, at.AFTER)
    for _ in range(6):
        b = place(s, a, at.BEFORE) if a >= 0 else tail(f, s, m)
        stays = v in (a, b)
        if not stays:
            begin = max(ready, busy)
            if b >= 0:
                begin = max(begin, place(s, b, at.END) + setup(f, m, b, v))
            held = 0
            if a >= 0:
                held = max(0, begin + work + setup(f, m, v, a) - place(s, a, at.START))
            score = luck * (begin + work - ready + 0.7 * held + 1.0) * (1.0 + 0.3 * fraction(s))
            if score < best:
                best, best_a = score, a
        if a < 0:
            break
        a = place(s, a, at.AFTER)
    return best, best_a


@compiled
def toggle(f: Array, s: Array, v: int) -> bool:
    """Let an operation begin before its time in the plan in force, or not any more."""
    if fact(f, v, at.NOW_MACHINE) < 0 or fact(f, v, at.FIXED):
        return False
    put_place(f, s, v, at.KEEP, 1 - place(s, v, at.KEEP))
    stir(f, s, v)
    return True


@compiled
def restore(f: Array, s: Array, v: int) -> bool:
    """Back to its machine and time of the plan in force, behind all that begin before."""
    m = fact(f, v, at.NOW_MACHINE)
    if m < 0 or fact(f, v, at.FIXED):
        return False
    here = machine(f, place(s, v, at.ON_MACHINE), at.FACILITY)
    if fact(f, v, at.TOGETHER) and machine(f, m, at.FACILITY) != here:
        return False
    a = head(f, s, m)
    while a >= 0 and (a == v or place(s, a, at.START) < fact(f, v, at.NOW_START) or fact(f, a, at.FIXED)):
        a = place(s, a, at.AFTER)
    for k in range(fact(f, v, at.MODE_FROM), fact(f, v, at.MODE_TO)):
        if f[f[at.F_MODE] + 2 * k] == m:
            done = relocate(f, s, v, m, f[f[at.F_MODE] + 2 * k + 1], a)
            put_place(f, s, v, at.KEEP, 1)
            return done
    return False


@compiled
def change_facility(f: Array, s: Array, v: int) -> bool:
    """The whole job of an operation to another facility, each operation where it seems to fit."""
    u = v
    while fact(f, u, at.BACK) >= 0:
        u = fact(f, u, at.BACK)
    where = draw(s, f[at.PLACES])
    if where == machine(f, place(s, u, at.ON_MACHINE), at.FACILITY):
        where = (where + 1) % f[at.PLACES]
    while u >= 0:
        best, best_mode, best_a = 1e18, -1, -1
        for k in range(fact(f, u, at.MODE_FROM), fact(f, u, at.MODE_TO)):
            m, work = f[f[at.F_MODE] + 2 * k], f[f[at.F_MODE] + 2 * k + 1]
            if machine(f, m, at.FACILITY) == where:
                score, a = best_place(f, s, u, m, work)
                if score < best:
                    best, best_mode, best_a = score, k, a
        if best_mode < 0 or fact(f, u, at.FIXED):
            return False
        mode = f[at.F_MODE] + 2 * best_mode
        if not relocate(f, s, u, f[mode], f[mode + 1], best_a):
            return False
        u = fact(f, u, at.ON)
    return True
