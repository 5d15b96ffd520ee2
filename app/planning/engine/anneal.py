"""Simulated annealing: changes that make it worse are kept by chance, less and less. Compiled."""

import math

from app.planning.engine import layout as at
from app.planning.engine.compiled import Array, compiled
from app.planning.engine.counting import cost
from app.planning.engine.moves import (
    bring_forward,
    chain,
    change_facility,
    costly_end,
    draw,
    fraction,
    place_elsewhere,
    put_behind,
    restore,
    toggle,
)
from app.planning.engine.sharing import hasten
from app.planning.engine.state import fact, place, take_back
from app.planning.engine.timing import settle


@compiled
def try_one(f: Array, s: Array) -> bool:
    """Make one change and settle the times; False when it came to nothing and was taken back."""
    s[at.USED] = 0
    last = -1 if draw(s, 32) == 0 else costly_end(f, s)
    waiting = chain(f, s, last)
    if not (_mend(f, s, waiting) if last >= 0 else _any(f, s, draw(s, f[at.STEPS]))):
        forget(f, s)
        return False
    settle(f, s)
    return True


@compiled
def _any(f: Array, s: Array, v: int) -> bool:
    """Some change of an operation that makes nothing late: for moves, setups, journeys, overtime."""
    if f[at.KEEPS] and fact(f, v, at.NOW_MACHINE) >= 0:
        pick = draw(s, 4)
        if pick < 2:
            return restore(f, s, v)
        if pick < 3:
            return toggle(f, s, v)
    return place_elsewhere(f, s, v)


@compiled
def forget(f: Array, s: Array) -> None:
    """Take back what was begun, marks as well."""
    if s[at.STIRRED]:
        s[f[at.S_STIRRED] : f[at.S_STIRRED] + f[at.STEPS]] = 0
        s[at.STIRRED] = 0
    s[at.LOWEST] = f[at.STEPS]
    take_back(f, s)


@compiled
def _mend(f: Array, s: Array, waiting: int) -> bool:
    pick, stack = draw(s, 100), f[at.S_STACK]
    v = s[stack + f[at.STEPS] + draw(s, s[at.CHAIN])]
    if fact(f, v, at.TOGETHER) and pick < 12 and f[at.PLACES] > 1:
        return change_facility(f, s, v)
    if f[at.SHARED] and pick % 3 == 0:
        return hasten(f, s, v)
    if f[at.KEEPS] and pick % 8 == 0:
        return toggle(f, s, s[stack + f[at.STEPS] + s[at.CHAIN] - 1 if pick < 50 else stack + f[at.STEPS]])
    single = fact(f, v, at.MODE_TO) - fact(f, v, at.MODE_FROM) == 1
    if waiting == 0 or pick < (3 if single else 30):
        return place_elsewhere(f, s, v)
    v = s[stack + draw(s, waiting)]
    if single:
        pick = 30 + pick * 61 // 100
    if pick < 70:
        return bring_forward(f, s, v, 1 if pick < 55 else 4)
    if pick < 88:
        return put_behind(f, s, v, 1 if pick < 76 else 4)
    return place_elsewhere(f, s, place(s, v, at.BEFORE) if pick < 94 else v)


@compiled
def anneal(f: Array, s: Array, best: Array, rounds: int, heat: float, stop: Array) -> int:
    """Try `rounds` changes at one temperature, in units of cost.

    `best` keeps the kept part of the best schedule's row, `best[-1]` what it costs. Returns the
    rounds made; ends early when `stop[0]` is not 0.
    """
    here = cost(f, s)
    for k in range(rounds):
        if stop[0]:
            return k
        if not try_one(f, s):
            continue
        after = cost(f, s)
        worse = after - here
        if worse > 0 and (heat <= 0 or fraction(s) >= math.exp(-worse / heat)):
            take_back(f, s)
            continue
        here = after
        if here < best[-1] and s[at.TOTAL + at.BROKEN] == 0:
            best[:-1] = s[: f[at.S_KEPT]]
            best[-1] = here
    return rounds
