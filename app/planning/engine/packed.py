"""A problem as one row of whole numbers, for the compiled kernels."""

from collections.abc import Iterable, Sequence
from itertools import accumulate

import numpy as np

from app.planning.engine import layout as at
from app.planning.engine.compiled import Array
from app.planning.hours import Window, merged
from app.planning.shop import Shop

_HEAD = at.F_STEP


MOST_USAGE = 4_000_000
"""People's use is looked at in so many places, crews times units of time; beyond that not at all."""


def pack(shop: Shop, reach: int) -> Array | None:
    """The row `f` of a problem, as `layout` describes it; no schedule may end after `reach`.

    None when there are too many people over too long a time to look at.
    """
    if len(shop.problem.crews) * reach > MOST_USAGE:
        return None
    head = [0] * _HEAD
    row = _Row(head)
    steps = _steps(shop)
    row.add(-1, steps)
    parts = _parts(shop, reach)
    for where, values in parts.items():
        row.add(where, values)
    _sizes(shop, head, reach)
    _state(head)
    return np.array(head + row.rest, dtype=np.int64)


class _Row:
    """Parts laid behind one another; where each begins is noted in the head."""

    def __init__(self, head: list[int]) -> None:
        self._head, self.rest = head, list[int]()

    def add(self, where: int, values: Iterable[object]) -> None:
        if where >= 0:
            self._head[where] = _HEAD + len(self.rest)
        self.rest += [int(value) for value in values]  # type: ignore[call-overload]


def _sizes(shop: Shop, head: list[int], reach: int) -> None:
    problem = shop.problem
    head[at.STEPS], head[at.MACHINES] = len(shop.steps), len(problem.resources)
    head[at.GROUPS], head[at.PLACES] = len(_groups(shop)[0]), _places(shop)
    head[at.AIM] = at.MAKESPAN if problem.objective == "makespan" else at.TARDINESS
    head[at.TOLERANCE], head[at.JOBS] = problem.tolerance, len(problem.jobs)
    head[at.FAMILIES] = max((len(m) for m in problem.family_setup.values()), default=0)
    head[at.WEIGHT : at.WEIGHT + 7] = weights(shop)
    head[at.KEEPS], head[at.SHARED] = bool(shop.current), problem.shared
    head[at.CREWS], head[at.MATERIALS] = len(problem.crews), len(problem.materials)
    head[at.HORIZON] = reach if problem.crews else 0


def _state(head: list[int]) -> None:
    """Where the parts of `s` lie."""
    n, m, g, f = (head[k] for k in (at.STEPS, at.MACHINES, at.GROUPS, at.PLACES))
    usage = head[at.CREWS] * head[at.HORIZON]
    sizes = [2 * m, g, f, 0, n, n, 3 * n + 8, n, 2 * n, head[at.MATERIALS], usage]
    begin = at.F_STEP + at.PLACE * n
    for where, offset in zip(range(at.S_MACHINE, at.S_LOG + 1), accumulate([0, *sizes]), strict=True):
        head[where] = begin + offset


def state_size(f: Array) -> int:
    """How long the row `s` is."""
    return int(f[at.S_LOG] + 2 * (64 * f[at.STEPS] + 4096))


def weights(shop: Shop) -> list[int]:
    """Objective, moved, setup, overtime, away, balance, makespan; plain problems prefer fewer moves."""
    w = shop.problem.weights
    row = [w.objective, w.moved, w.setup, w.overtime, w.away, w.balance, w.makespan]
    liked = bool(shop.current) or any(job.home is not None for job in shop.problem.jobs)
    if liked and not any(row[1:]):
        return [w.objective * (2 * len(shop.steps) + 1), 1, 0, 0, 1, 0, 0]
    return row


def _groups(shop: Shop) -> tuple[list[int], list[int]]:
    """The first job of every group of lots, and every job's group."""
    lots = [j if job.lot_of is None else job.lot_of for j, job in enumerate(shop.problem.jobs)]
    first = sorted(set(lots))
    return first, [first.index(lot) for lot in lots]


def _places(shop: Shop) -> int:
    return max((r.facility for r in shop.problem.resources), default=0) + 1


def _steps(shop: Shop) -> list[int]:
    """The rows of the operations."""
    arcs = _arcs(shop)
    arc_at = _starts(len(shop.steps), [b for _, b in arcs])
    out_at = _starts(len(shop.steps), [a for a, _ in arcs])
    group = _groups(shop)[1]
    rows: list[int] = []
    mode = need = 0
    for v, step in enumerate(shop.steps):
        row = _step(shop, v)
        row[at.ARC_FROM], row[at.ARC_TO] = arc_at[v], arc_at[v + 1]
        row[at.OUT_FROM], row[at.OUT_TO] = out_at[v], out_at[v + 1]
        row[at.GROUP] = group[step.job]
        row[at.MODE_FROM], row[at.MODE_TO] = mode, mode + len(_modes(shop, v))
        row[at.NEED_FROM], row[at.NEED_TO] = need, need + len(step.needs)
        rows += row
        mode, need = row[at.MODE_TO], row[at.NEED_TO]
    return rows


def _step(shop: Shop, v: int) -> list[int]:
    """What concerns an operation alone."""
    problem, step = shop.problem, shop.steps[v]
    job, fixed, now = problem.jobs[step.job], shop.fixed.get(v), shop.current.get(v)
    if now is not None and problem.near is not None and now.start >= problem.near:
        now = None
    row = [0] * at.STEP
    row[at.JOB], row[at.BACK] = step.job, v - 1 if step.task else at.NEVER
    row[at.ON], row[at.RELEASED] = at.NEVER if shop.is_last(v) else v + 1, shop.released(v)
    row[at.FAMILY] = at.NEVER if step.family is None else step.family
    row[at.WHOLE], row[at.LOAD] = not step.interruptible, step.load
    row[at.FIXED] = fixed is not None
    row[at.FIXED_START], row[at.FIXED_END] = (fixed.start, fixed.end) if fixed else (0, 0)
    row[at.NOW_MACHINE], row[at.NOW_START] = (now.machine, now.start) if now else (at.NEVER, 0)
    row[at.HOME] = at.NEVER if job.home is None else job.home
    row[at.TOGETHER] = job.one_facility
    return row


def _arcs(shop: Shop) -> list[tuple[int, int]]:
    """Operations of other jobs that must end before others start."""
    return [(shop.number(a.job, a.task), shop.number(a.then_job, a.then_task)) for a in shop.problem.before]


def _modes(shop: Shop, v: int) -> list[tuple[int, int]]:
    """Where an operation may go, and how long it works there."""
    step = shop.steps[v]
    where = shop.allowed[step.job]
    return [
        (m, work)
        for m, work in step.modes
        if shop.takes(v, m) and (where is None or shop.facility[m] in where)
    ]


def _starts(count: int, where: Sequence[int]) -> list[int]:
    counts = [0] * count
    for v in where:
        counts[v] += 1
    return [0, *accumulate(counts)]


def _parts(shop: Shop, reach: int) -> dict[int, list[int]]:
    """Every part of `f` behind the operations."""
    problem, steps = shop.problem, shop.steps
    arcs, (machines, windows, overtime) = _arcs(shop), _machines(shop)
    groups, ends = _lots(shop)
    kinds = sorted(problem.family_setup)
    where = [r.facility for r in problem.resources]
    return {
        at.F_MACHINE: machines,
        at.F_MODE: [x for v in range(len(steps)) for mode in _modes(shop, v) for x in mode],
        at.F_ARC_IN: [a for a, b in sorted(arcs, key=lambda arc: arc[1])],
        at.F_ARC_OUT: [b for a, b in sorted(arcs)],
        at.F_TRANSFER: _transfers(shop),
        at.F_MATRIX: [x for kind in kinds for line in problem.family_setup[kind] for x in line],
        at.F_JOB_SETUP: [x for m in problem.job_setup for line in m for x in line],
        at.F_STEP_SETUP: [x for m in problem.task_setup for line in m for x in line],
        at.F_WINDOW: windows,
        at.F_OVERTIME: overtime,
        at.F_GROUP: groups,
        at.F_END: ends,
        at.F_COUNT: [where.count(f) for f in range(_places(shop))],
        at.F_NEED: [x for step in steps for need in step.needs for x in need],
        **_supplies(shop),
        at.F_LEVEL: _levels(shop, reach if problem.crews else 0),
    }


def _lots(shop: Shop) -> tuple[list[int], list[int]]:
    """Rows of groups of lots, and the last operations of their jobs."""
    first, group = _groups(shop)
    groups: list[int] = []
    ends: list[int] = []
    for k, j in enumerate(first):
        lasts = [shop.first[i + 1] - 1 for i, g in enumerate(group) if g == k]
        due, weight = shop.due(j), shop.weight(j)
        groups += [due or 0, 0 if due is None else weight, len(ends), len(ends) + len(lasts)]
        ends += lasts
    return groups, ends


def _supplies(shop: Shop) -> dict[int, list[int]]:
    """Per material where its receipts begin and end; receipts as (time, all that has come by then)."""
    ranges: list[int] = []
    receipts: list[int] = []
    for material in shop.problem.materials:
        come = [(0, material.stock), *sorted(material.receipts)]
        ranges += [len(receipts) // 2, len(receipts) // 2 + len(come)]
        for (time, _), total in zip(come, accumulate(quantity for _, quantity in come), strict=True):
            receipts += [time, total]
    return {at.F_RECEIPT_AT: ranges, at.F_RECEIPT: receipts}


def _levels(shop: Shop, reach: int) -> list[int]:
    """How many people of each crew there are, time by time."""
    level = np.zeros((reach, len(shop.problem.crews)), dtype=np.int64)
    for c, crew in enumerate(shop.problem.crews):
        for since, people in sorted(crew.levels):
            level[max(0, since) :, c] = people
    return list(level.ravel())


def _machines(shop: Shop) -> tuple[list[int], list[int], list[int]]:
    """Rows of machines; windows as (low, high, closed time before); overtime as (low, high)."""
    kinds = sorted(shop.problem.family_setup)
    shared: dict[tuple[tuple[int, int], ...], tuple[int, int]] = {}
    windows: list[int] = []
    overtime: list[int] = []
    rows: list[int] = []
    for r in shop.problem.resources:
        closed = merged(r.closed)
        if closed not in shared:
            shut = [0, *accumulate(high - low for low, high in closed)]
            shared[closed] = (len(windows) // 3, len(windows) // 3 + len(closed))
            windows += [
                x for (low, high), before in zip(closed, shut, strict=False) for x in (low, high, before)
            ]
        extra = _without(merged(r.overtime), closed)
        kind = kinds.index(r.type) if r.type in kinds else at.NEVER
        mounted = at.NEVER if r.mounted is None else r.mounted
        more = (len(overtime) // 2, len(overtime) // 2 + len(extra))
        overtime += [x for window in extra for x in window]
        rows += [r.facility, r.busy_until, mounted, kind, *shared[closed], int(r.interruptible), *more]
        rows += [at.NEVER if r.crew is None else r.crew, r.batch, 0]
    return rows, windows, overtime


def _without(windows: Iterable[Window], closed: Sequence[Window]) -> list[Window]:
    """What of the windows is not closed."""
    left: list[Window] = []
    for low, high in windows:
        for shut, opens in closed:
            if low < shut < high:
                left.append((low, shut))
            if shut < high and opens > low:
                low = opens  # noqa: PLW2901 - the rest of the window
        if low < high:
            left.append((low, high))
    return left


def _transfers(shop: Shop) -> list[int]:
    problem, places = shop.problem, range(_places(shop))
    if problem.transfers:
        return [problem.transfers[a][b] for a in places for b in places]
    return [0 if a == b else problem.transfer for a in places for b in places]
