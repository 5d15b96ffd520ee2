"""What no schedule can beat, and when the constraint model leaves nothing out."""

from itertools import permutations, product

from app.planning.shop import Shop


def lower_bound(shop: Shop) -> int:
    """A lower bound of the problem's objective: every job with the shop to itself.

    Hours, people, materials and other jobs are left out.
    """
    jobs = shop.problem.jobs
    ends = [_alone(shop, j) for j in range(len(jobs))]
    if shop.problem.objective == "makespan":
        return max([*ends, *(f.end for f in shop.fixed.values())], default=0)
    last: dict[int, int] = {}
    for job, end in enumerate(ends):
        last[shop.order[job]] = max(end, last.get(shop.order[job], end))
    dues = ((jobs[order], jobs[order].due, end) for order, end in last.items())
    return sum(job.weight * max(0, end - due) for job, due, end in dues if due is not None)


def _alone(shop: Shop, job: int) -> int:
    """The earliest end of a job by its releases and least working times."""
    end = 0
    for n in range(shop.first[job], shop.first[job + 1]):
        if n in shop.fixed:
            end = shop.fixed[n].end
        else:
            end = max(end, shop.released(n)) + min(work for _, work in shop.steps[n].modes)
    return end


def horizon(shop: Shop) -> int:
    """A time by which some optimal schedule has ended: everything in a row after the last closed hour."""
    start = max(
        [
            *(hours.last_closed for hours in shop.hours),
            *(shop.released(n) for n in range(len(shop.steps))),
            *(resource.busy_until for resource in shop.problem.resources),
            *(f.end for f in shop.fixed.values()),
            *(f.end for f in shop.current.values()),
            *(since for crew in shop.problem.crews for since, _ in crew.levels),
            *(at for material in shop.problem.materials for at, _ in material.receipts),
        ],
        default=0,
    )
    work = sum(max(work for _, work in step.modes) for step in shop.steps)
    return start + work + len(shop.steps) * (longest_setup(shop) + _longest_transfer(shop)) + 1


def longest_setup(shop: Shop) -> int:
    """No setup of the problem is longer."""
    problem = shop.problem
    family = [t for matrix in problem.family_setup.values() for row in matrix for t in row]
    others = [t for kind in (problem.job_setup, problem.task_setup) for m in kind for row in m for t in row]
    return max(family, default=0) + max(others, default=0)


def _longest_transfer(shop: Shop) -> int:
    return max([shop.problem.transfer, *(t for row in shop.problem.transfers for t in row)])


def triangular(shop: Shop) -> bool:
    """Whether a setup is never shorter by a detour over another operation and its work.

    The model demands the setup between any two operations on a machine, not only between
    neighbours: without this it may leave out schedules that are legal.
    """
    if not shop.has_setups:
        return True
    if not (shop.problem.job_setup or shop.problem.task_setup):
        return _families_triangular(shop)
    lanes: dict[int, list[int]] = {}
    for step in shop.steps:
        for machine, _ in step.modes:
            lanes.setdefault(machine, []).append(step.number)
    if sum(len(lane) ** 3 for lane in lanes.values()) > _MOST_TRIPLES:
        return False
    return all(_lane_triangular(shop, machine, lane) for machine, lane in lanes.items())


_MOST_TRIPLES = 500_000


def _lane_triangular(shop: Shop, machine: int, lane: list[int]) -> bool:
    work = {n: min(w for m, w in shop.steps[n].modes if m == machine) for n in lane}
    return all(
        shop.setup(machine, a, c) <= shop.setup(machine, a, b) + work[b] + shop.setup(machine, b, c)
        for a, b, c in permutations(lane, 3)
    )


def _families_triangular(shop: Shop) -> bool:
    if any(step.family is None for step in shop.steps):
        return False
    least = min((work for step in shop.steps for _, work in step.modes), default=0)
    return all(
        matrix[a][c] <= matrix[a][b] + least + matrix[b][c]
        for matrix in shop.problem.family_setup.values()
        for a, b, c in product(range(len(matrix)), repeat=3)
    )
