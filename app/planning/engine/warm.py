"""Compile every kernel, or load it from the disk: `python -m app.planning.engine.warm`."""

from functools import cache

from app.planning.dispatch import EDD, dispatch
from app.planning.engine.packed import pack
from app.planning.engine.race import Best, in_step
from app.planning.engine.reading import new_row, read_in
from app.planning.engine.workers import Annealer, Tabu, start_of
from app.planning.shop import open_shop
from app.records.scheduling import Job, Problem, Resource, Task


@cache
def warm() -> None:
    """Search a tiny problem in every way, once in a process.

    Takes about a minute the first time on a server, then about two seconds.
    """
    jobs = tuple(Job(f"{n}", (Task(((0, 2), (1, 3))), Task(((1, 2),))), due=0) for n in range(3))
    problem = Problem("warm", "total_weighted_tardiness", (Resource("A"), Resource("B")), jobs)
    shop = open_shop(problem)
    f = pack(shop, 100)
    if f is None:
        raise AssertionError("a problem without people always fits")
    row = new_row(f, 0)
    read_in(shop, f, row, dispatch(problem, [EDD]).slots)
    first = start_of(f, row)
    best = Best(first, -1)
    in_step([Annealer(f, first, 0, 1.0), Tabu(f, first, 0)], best, 10, 10)


if __name__ == "__main__":
    warm()
