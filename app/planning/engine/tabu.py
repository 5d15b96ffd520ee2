"""Tabu search for the makespan: of all moves along a critical path the one that seems best. Compiled.

After Mastrolilli, Gambardella 2000 (moves to other machines) and Zhang et al. 2007 (moves in a block),
with setups. What a move leads to is guessed from heads and tails; the one taken is then made exactly.
"""

from app.planning.engine import layout as at
from app.planning.engine.anneal import forget
from app.planning.engine.compiled import Array, compiled
from app.planning.engine.counting import cost
from app.planning.engine.moves import chain, change_facility, costly_end, draw, place_elsewhere, relocate
from app.planning.engine.sequence import head, tail
from app.planning.engine.state import fact, from_job, machine, place, setup, transfer
from app.planning.engine.timing import settle

FAR = 1 << 50
ELSEWHERE, LEFT, RIGHT = 1, 2, 3
MOST_PASSED = 10
"""An operation passes so many others at a time."""


@compiled
def tails(f: Array, s: Array) -> None:
    """Of every operation, the longest time from its end to the end of all."""
    base = f[at.S_TAIL]
    for k in range(f[at.STEPS] - 1, -1, -1):
        v = place(s, k, at.LINE)
        m, a = place(s, v, at.ON_MACHINE), place(s, v, at.AFTER)
        longest = job_tail(f, s, v, m)
        if a >= 0:
            longest = max(longest, setup(f, m, v, a) + place(s, a, at.WORK) + s[base + a])
        s[base + v] = longest


@compiled
def job_tail(f: Array, s: Array, v: int, m: int) -> int:
    """The longest time from its end on a machine to the end of all, by the operations of its job."""
    longest, on = 0, fact(f, v, at.ON)
    if on >= 0:
        longest = transfer(f, m, place(s, on, at.ON_MACHINE)) + place(s, on, at.WORK) + s[f[at.S_TAIL] + on]
    for k in range(fact(f, v, at.OUT_FROM), fact(f, v, at.OUT_TO)):
        u = f[f[at.F_ARC_OUT] + k]
        longest = max(longest, place(s, u, at.WORK) + s[f[at.S_TAIL] + u])
    return longest


@compiled
def guess_elsewhere(f: Array, s: Array, v: int, m: int, work: int) -> tuple[int, int]:
    """The best place on another machine: the length of the longest path through it, and before what."""
    ready, rest = from_job(f, s, v, m), job_tail(f, s, v, m)
    best, best_a = FAR, -1
    a = head(f, s, m)
    while a >= 0 and place(s, a, at.END) <= ready:
        a = place(s, a, at.AFTER)
    while True:
        b = place(s, a, at.BEFORE) if a >= 0 else tail(f, s, m)
        begin = max(ready, machine(f, m, at.BUSY))
        if b >= 0:
            begin = max(begin, place(s, b, at.END) + setup(f, m, b, v))
        behind = rest
        if a >= 0:
            behind = max(behind, setup(f, m, v, a) + place(s, a, at.WORK) + s[f[at.S_TAIL] + a])
        length = begin + work + behind
        if length < best:
            best, best_a = length, a
        if a < 0 or begin + work + rest >= best:
            return best, best_a
        a = place(s, a, at.AFTER)


@compiled
def guess_left(f: Array, s: Array, v: int, a: int) -> int:
    """The longest path through what changes when `v` goes to before `a`, earlier on its machine."""
    m, b = place(s, v, at.ON_MACHINE), place(s, a, at.BEFORE)
    end = from_job(f, s, v, m)
    if b >= 0:
        end = max(end, place(s, b, at.END) + setup(f, m, b, v))
    end = max(end, machine(f, m, at.BUSY)) + place(s, v, at.WORK)
    stack, k = f[at.S_STACK] + 2 * f[at.STEPS], 0
    u, w, ended = a, v, end
    while u != v:
        ended = max(from_job(f, s, u, m), ended + setup(f, m, w, u)) + place(s, u, at.WORK)
        s[stack + k] = ended
        k += 1
        w = u
        u = place(s, u, at.AFTER)
    behind, after = place(s, v, at.AFTER), 0
    longest, u = 0, w
    if behind >= 0:
        after = setup(f, m, u, behind) + place(s, behind, at.WORK) + s[f[at.S_TAIL] + behind]
    while k > 0:
        k -= 1
        after = max(after, job_tail(f, s, u, m))
        longest = max(longest, s[stack + k] + after)
        before = v if u == a else place(s, u, at.BEFORE)
        after += place(s, u, at.WORK) + setup(f, m, before, u)
        u = before
    return max(longest, end + max(after, job_tail(f, s, v, m)))


@compiled
def guess_right(f: Array, s: Array, v: int, b: int) -> int:
    """The longest path through what changes when `v` goes to behind `b`, later on its machine."""
    m, w, u = place(s, v, at.ON_MACHINE), place(s, v, at.BEFORE), place(s, v, at.AFTER)
    stack, k = f[at.S_STACK] + 2 * f[at.STEPS], 0
    ended = place(s, w, at.END) if w >= 0 else machine(f, m, at.BUSY)
    while True:
        begin = max(from_job(f, s, u, m), machine(f, m, at.BUSY))
        if w >= 0:
            begin = max(begin, ended + setup(f, m, w, u))
        ended = begin + place(s, u, at.WORK)
        s[stack + k] = ended
        k += 1
        w = u
        if u == b:
            break
        u = place(s, u, at.AFTER)
    end = max(from_job(f, s, v, m), ended + setup(f, m, b, v)) + place(s, v, at.WORK)
    behind, after = place(s, b, at.AFTER), job_tail(f, s, v, m)
    if behind >= 0:
        after = max(after, setup(f, m, v, behind) + place(s, behind, at.WORK) + s[f[at.S_TAIL] + behind])
    longest = end + after
    after += place(s, v, at.WORK) + setup(f, m, b, v)
    u = b
    while True:
        k -= 1
        after = max(after, job_tail(f, s, u, m))
        longest = max(longest, s[stack + k] + after)
        if k == 0:
            return longest
        before = place(s, u, at.BEFORE)
        after += place(s, u, at.WORK) + setup(f, m, before, u)
        u = before


@compiled
def _is_barred(bars: Array, a: int, b: int, now: int) -> bool:
    return bars[(a * 7919 + b * 104729) % len(bars)] > now


@compiled
def _bar(bars: Array, a: int, b: int, until: int) -> None:
    bars[(a * 7919 + b * 104729) % len(bars)] = until


@compiled
def step(f: Array, s: Array, bars: Array, now: int, aim: int) -> bool:
    """Make the best move that is not barred, else any; False when there is none at all.

    A barred move is not barred when it seems to lead below `aim`.
    """
    s[at.USED] = 0
    chain(f, s, costly_end(f, s))
    for noted in (at.CHOSEN, at.SPARE):
        s[noted + at.LENGTH], s[noted + at.MOVED_STEP], s[noted + at.TIES] = FAR, -1, 0
    for k in range(s[at.CHAIN]):
        v = s[f[at.S_STACK] + f[at.STEPS] + k]
        if not fact(f, v, at.FIXED):
            _look_elsewhere(f, s, bars, now, aim, v)
            _look_left(f, s, bars, now, aim, v)
            _look_right(f, s, bars, now, aim, v)
    if s[at.CHOSEN + at.MOVED_STEP] >= 0:
        _take(f, s, bars, now, at.CHOSEN)
    elif s[at.SPARE + at.MOVED_STEP] >= 0:
        _take(f, s, bars, now, at.SPARE)
    else:
        return False
    return True


@compiled
def _offer(s: Array, barred: int, length: int, kind: int, v: int, m: int, work: int, a: int) -> None:
    """Note a move when it is the best so far; of barred ones any, each as likely as the other."""
    noted = at.SPARE if barred else at.CHOSEN
    if barred or length == s[noted + at.LENGTH]:
        s[noted + at.TIES] += 1
        if draw(s, s[noted + at.TIES]):
            return
    elif length > s[noted + at.LENGTH]:
        return
    else:
        s[noted + at.TIES] = 1
    s[noted + at.LENGTH], s[noted + at.KIND], s[noted + at.MOVED_STEP] = length, kind, v
    s[noted + at.TO_MACHINE], s[noted + at.TO_WORK], s[noted + at.TO_BEFORE] = m, work, a


@compiled
def _look_elsewhere(f: Array, s: Array, bars: Array, now: int, aim: int, v: int) -> None:
    here = place(s, v, at.ON_MACHINE)
    for mode in range(fact(f, v, at.MODE_FROM), fact(f, v, at.MODE_TO)):
        m, work = f[f[at.F_MODE] + 2 * mode], f[f[at.F_MODE] + 2 * mode + 1]
        if m == here:
            continue
        if fact(f, v, at.TOGETHER) and machine(f, m, at.FACILITY) != machine(f, here, at.FACILITY):
            continue
        length, a = guess_elsewhere(f, s, v, m, work)
        barred = length >= aim and _is_barred(bars, v, f[at.STEPS] + m, now)
        _offer(s, int(barred), length, ELSEWHERE, v, m, work, a)


@compiled
def _look_left(f: Array, s: Array, bars: Array, now: int, aim: int, v: int) -> None:
    """Earlier on its machine, not before what ends when the job's operation before begins."""
    m, work, back = place(s, v, at.ON_MACHINE), place(s, v, at.WORK), fact(f, v, at.BACK)
    ready = place(s, back, at.START) if back >= 0 else -1
    u, barred = place(s, v, at.BEFORE), False
    for _ in range(MOST_PASSED):
        if u < 0 or place(s, u, at.END) <= ready or fact(f, u, at.FIXED):
            return
        barred = barred or _is_barred(bars, v, u, now)
        length = guess_left(f, s, v, u)
        _offer(s, int(barred and length >= aim), length, LEFT, v, m, work, u)
        u = place(s, u, at.BEFORE)


@compiled
def _look_right(f: Array, s: Array, bars: Array, now: int, aim: int, v: int) -> None:
    """Later on its machine, not behind what begins when the job's next operation is done."""
    m, work, on = place(s, v, at.ON_MACHINE), place(s, v, at.WORK), fact(f, v, at.ON)
    done = place(s, on, at.END) if on >= 0 else FAR
    u, barred = place(s, v, at.AFTER), False
    for _ in range(MOST_PASSED):
        if u < 0 or place(s, u, at.START) >= done:
            return
        barred = barred or _is_barred(bars, u, v, now)
        length, a = guess_right(f, s, v, u), place(s, u, at.AFTER)
        _offer(s, int(barred and length >= aim), length, RIGHT, v, m, work, a)
        u = a


@compiled
def _take(f: Array, s: Array, bars: Array, now: int, noted: int) -> None:
    """Make a noted move and bar what would undo it; one that goes round in a circle is only barred."""
    kind, v, m = s[noted + at.KIND], s[noted + at.MOVED_STEP], s[noted + at.TO_MACHINE]
    a, until = s[noted + at.TO_BEFORE], now + 8 + draw(s, 10 + s[at.CHAIN])
    if kind == ELSEWHERE:
        _bar(bars, v, f[at.STEPS] + place(s, v, at.ON_MACHINE), until)
    u = a if kind == LEFT else place(s, v, at.AFTER)
    beyond = v if kind == LEFT else a
    while kind != ELSEWHERE and u != beyond:
        if kind == LEFT:
            _bar(bars, u, v, until)
        else:
            _bar(bars, v, u, until)
        u = place(s, u, at.AFTER)
    if relocate(f, s, v, m, s[noted + at.TO_WORK], a):
        settle(f, s)
    else:
        forget(f, s)
        _bar(bars, v, f[at.STEPS] + m, until)


@compiled
def shake(f: Array, s: Array, moves: int) -> None:
    """Some moves at random, most of them on the critical path."""
    for _ in range(moves):
        s[at.USED] = 0
        chain(f, s, costly_end(f, s))
        v = s[f[at.S_STACK] + f[at.STEPS] + draw(s, s[at.CHAIN])]
        if draw(s, 3) == 0:
            v = draw(s, f[at.STEPS])
        if fact(f, v, at.TOGETHER) and f[at.PLACES] > 1 and draw(s, 2) == 0:
            done = change_facility(f, s, v)
        else:
            done = place_elsewhere(f, s, v)
        if done:
            settle(f, s)
        else:
            forget(f, s)


@compiled
def search(f: Array, s: Array, best: Array, bars: Array, clock: Array, rounds: int, stop: Array) -> int:
    """Make `rounds` moves; `best` as in `anneal`. `clock` holds the moves made and those since a gain."""
    for k in range(rounds):
        if stop[0]:
            return k
        clock[0] += 1
        clock[1] += 1
        tails(f, s)
        if not step(f, s, bars, clock[0], best[-1]) or clock[1] > clock[2]:
            s[at.TOTAL : f[at.S_KEPT]] = best[at.TOTAL : -1]
            shake(f, s, 3 + draw(s, 12))
            clock[1] = 0
        here = cost(f, s)
        if here < best[-1] and s[at.TOTAL + at.BROKEN] == 0:
            best[:-1] = s[: f[at.S_KEPT]]
            best[-1] = here
            clock[1] = 0
    return rounds
