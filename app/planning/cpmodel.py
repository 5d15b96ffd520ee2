"""The constraint model: some operations free, all others where they are; on OR-Tools CP-SAT."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ortools.sat.python import cp_model

from app.planning.bounds import longest_setup
from app.planning.gaps import Way, ways
from app.planning.shop import Shop
from app.records.scheduling import Slot

Slots = dict[int, Slot]
Expression = Any
"""A variable or a sum of them: the library's own types do not add up under strict checking."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard one search tries; `deterministic` 0 sets no such limit. `light` skips most of presolve."""

    limit_s: float
    deterministic: float = 0.0
    workers: int = 1
    seed: int = 0
    light: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """`slots` None: nothing found. `bound` is proven for this model's objective, moves left out."""

    slots: Slots | None
    proven: bool
    bound: int


def expressible(shop: Shop) -> bool:
    """Whether the model can say the whole problem: no people, materials, batches, lots, or jobs that wait."""
    problem = shop.problem
    return not (problem.shared or problem.before or shop.order != tuple(range(len(problem.jobs))))


class Model:
    """Built once for a set of free operations; the rest stays as in `slots`."""

    def __init__(self, shop: Shop, slots: Mapping[int, Slot], free: set[int], horizon: int) -> None:
        self._shop, self._horizon = shop, horizon
        self._stay = {n: slot for n, slot in slots.items() if n not in free}
        self._ways = ways(shop, free, self._stay, horizon)
        self._cp = cp_model.CpModel()
        self._start: dict[int, Expression] = {}
        self._end: dict[int, Expression] = {}
        self._taken: dict[int, list[tuple[Way, Expression]]] = {}
        self._on: dict[tuple[int, int], Expression] = {}
        self._in: dict[tuple[int, int], Expression] = {}
        self._order: dict[tuple[int, int], Expression] = {}
        self._lanes: dict[int, list[tuple[int, cp_model.IntervalVar]]] = {}
        self._scale = 2 * len(free) + 1
        self._longest = longest_setup(shop)
        self._solver: cp_model.CpSolver | None = None
        self._possible = all(self._ways.values())
        if self._possible:
            self._operations()
            self._jobs()
            self._machines()
            self._aim()

    def _operations(self) -> None:
        for n, possible in self._ways.items():
            domains = [cp_model.Domain.from_intervals([list(s) for s in way.starts]) for way in possible]
            whole = domains[0]
            for domain in domains[1:]:
                whole = whole.union_with(domain)
            start = self._cp.new_int_var_from_domain(whole, f"s{n}")
            literals = [self._cp.new_bool_var(f"w{n}.{k}") for k in range(len(possible))]
            self._cp.add_exactly_one(literals)
            for way, domain, literal in zip(possible, domains, literals, strict=True):
                if len(possible) > 1:
                    self._cp.add_linear_expression_in_domain(start, domain).only_enforce_if(literal)
                interval = self._cp.new_optional_fixed_size_interval_var(start, way.length, literal, "")
                self._lanes.setdefault(way.machine, []).append((n, interval))
            self._start[n] = start
            self._taken[n] = list(zip(possible, literals, strict=True))
            self._end[n] = start + sum(w.length * x for w, x in self._taken[n])
            self._present(n)

    def _present(self, n: int) -> None:
        """A literal per machine of the operation."""
        for machine in {way.machine for way in self._ways[n]}:
            literals = [x for way, x in self._taken[n] if way.machine == machine]
            if len(literals) == 1:
                self._on[n, machine] = literals[0]
            else:
                self._on[n, machine] = self._cp.new_bool_var(f"m{n}.{machine}")
                self._cp.add(sum(literals) == self._on[n, machine])

    def _machines_of(self, n: int) -> list[int]:
        return sorted({way.machine for way in self._ways[n]})

    def _jobs(self) -> None:
        """Order and transfer inside a job; a job that must not travel stays in one facility."""
        for n in self._ways:
            if not self._shop.is_last(n) and n + 1 in self._ways:
                self._cp.add(self._start[n + 1] >= self._end[n])
                self._transfers(n)
        for n in self._ways:
            step = self._shop.steps[n]
            if self._shop.allowed[step.job] is not None:
                self._together(n)

    def _transfers(self, n: int) -> None:
        shop = self._shop
        for here, a in self._facilities(n).items():
            for there, b in self._facilities(n + 1).items():
                if time := shop.transfer(a, b):
                    late = self._cp.add(self._start[n + 1] >= self._end[n] + time)
                    late.only_enforce_if([self._inside(n, here), self._inside(n + 1, there)])

    def _facilities(self, n: int) -> dict[int, int]:
        """Where the operation may go, each facility with one of the machines there."""
        return {self._shop.facility[way.machine]: way.machine for way in self._ways[n]}

    def _inside(self, n: int, facility: int) -> Expression:
        """A literal that is true exactly when the operation is in the facility."""
        if (n, facility) not in self._in:
            literals = [self._on[n, m] for m in self._machines_of(n) if self._shop.facility[m] == facility]
            inside = literals[0] if len(literals) == 1 else self._cp.new_bool_var("")
            if len(literals) != 1:
                self._cp.add(sum(literals) == inside)
            self._in[n, facility] = inside
        return self._in[n, facility]

    def _together(self, n: int) -> None:
        """In the same facility as the job's operations before and after."""
        first, beyond = self._shop.first[self._shop.steps[n].job :][:2]
        for other in {n - 1, n + 1} & self._stay.keys() & set(range(first, beyond)):
            place = self._shop.facility[self._stay[other].machine]
            self._cp.add(self._inside(n, place) == 1)
        if n > first and n - 1 in self._ways:
            for place in self._facilities(n).keys() | self._facilities(n - 1).keys():
                self._cp.add(self._inside(n, place) == self._inside(n - 1, place))

    def _machines(self) -> None:
        for machine, lane in self._lanes.items():
            self._cp.add_no_overlap([interval for _, interval in lane])
            if self._shop.has_setups:
                for a, b in combinations(sorted({n for n, _ in lane}), 2):
                    self._setup(machine, a, b)

    def _setup(self, machine: int, a: int, b: int) -> None:
        shop = self._shop
        ahead, behind = shop.setup(machine, a, b), shop.setup(machine, b, a)
        both = [self._on[a, machine], self._on[b, machine]]
        if shop.steps[a].job == shop.steps[b].job:
            if ahead:
                self._cp.add(self._start[b] >= self._end[a] + ahead).only_enforce_if(both)
        elif (ahead or behind) and not self._apart(a, b):
            if (a, b) not in self._order:
                self._order[a, b] = self._cp.new_bool_var(f"o{a}.{b}")
            first = self._order[a, b]
            self._cp.add(self._start[b] >= self._end[a] + ahead).only_enforce_if([*both, first])
            self._cp.add(self._start[a] >= self._end[b] + behind).only_enforce_if([*both, first.negated()])

    def _apart(self, a: int, b: int) -> bool:
        """Whether their possible times are so far apart that no setup between them can matter."""
        spans = [
            (
                min(w.starts[0][0] for w in self._ways[n]),
                max(w.starts[-1][1] + w.length for w in self._ways[n]),
            )
            for n in (a, b)
        ]
        far = max(spans[0][0] - spans[1][1], spans[1][0] - spans[0][1])
        return far >= self._longest

    def _aim(self) -> None:
        """The problem's objective first; among equals, fewer moves and journeys."""
        main, bad = self._main(), self._disliked()
        self._cp.minimize(main * self._scale + sum(bad) if bad else main)
        self._scale = self._scale if bad else 1

    def _main(self) -> Expression:
        shop = self._shop
        lasts = [n for n in range(len(shop.steps)) if shop.is_last(n)]
        if shop.problem.objective == "makespan":
            low = max((self._stay[n].end for n in lasts if n in self._stay), default=0)
            makespan = self._cp.new_int_var(low, self._horizon, "makespan")
            for n in (n for n in lasts if n in self._ways):
                self._cp.add(makespan >= self._end[n])
            return makespan
        return sum((self._late(n) for n in lasts), start=0)

    def _late(self, n: int) -> Expression:
        job = self._shop.problem.jobs[self._shop.steps[n].job]
        if job.due is None or job.weight == 0:
            return 0
        if n in self._stay:
            return job.weight * max(0, self._stay[n].end - job.due)
        late = self._cp.new_int_var(0, max(0, self._horizon - job.due), f"t{n}")
        self._cp.add(late >= self._end[n] - job.due)
        return job.weight * late

    def _disliked(self) -> list[Expression]:
        bad: list[Expression] = []
        for n, taken in self._taken.items():
            home = self._shop.problem.jobs[self._shop.steps[n].job].home
            if home is not None:
                bad += [x for way, x in taken if self._shop.facility[way.machine] != home]
            current = self._shop.current.get(n)
            if current is not None:
                bad.append(self._moved(n, current.machine, current.start))
        return bad

    def _moved(self, n: int, machine: int, start: int) -> Expression:
        if (n, machine) not in self._on:
            return 1
        kept = self._cp.new_bool_var(f"k{n}")
        self._cp.add_implication(kept, self._on[n, machine])
        reach = self._shop.tolerance
        near = self._cp.add_linear_constraint(self._start[n], start - reach, start + reach)
        near.only_enforce_if(kept)
        return 1 - kept

    def hint(self, slots: Mapping[int, Slot]) -> None:
        """Tell the search where to begin; what was told before is forgotten."""
        self._cp.clear_hints()  # type: ignore[no-untyped-call]
        for n, taken in self._taken.items():
            slot = slots[n]
            self._cp.add_hint(self._start[n], slot.start)
            for way, literal in taken:
                self._cp.add_hint(literal, self._is(way, slot))

    @staticmethod
    def _is(way: Way, slot: Slot) -> bool:
        fits = way.machine == slot.machine and way.length == slot.end - slot.start
        return fits and any(low <= slot.start <= high for low, high in way.starts)

    def solve(self, effort: Effort, on_better: Callable[[Slots], None] | None = None) -> Found:
        """Search; `on_better` hears of every better answer, on a thread of the solver's."""
        if not self._possible or effort.limit_s <= 0:
            return Found(None, proven=False, bound=0)
        solver = self._solver = cp_model.CpSolver()
        _configure(solver, effort)
        told = _Told(self._read, on_better) if on_better else None
        status = solver.status_name(solver.solve(self._cp, told))
        if status not in {"OPTIMAL", "FEASIBLE"}:
            return Found(None, proven=status == "INFEASIBLE", bound=0)
        return Found(self._read(solver.value), status == "OPTIMAL", self._bound(solver.best_objective_bound))

    def halt(self) -> None:
        """End a search that runs on another thread."""
        if self._solver is not None:
            self._solver.stop_search()

    def _bound(self, proven: float) -> int:
        """What is proven of the problem's own objective: moves and journeys stay below one unit of it."""
        return max(0, math.ceil(proven - 1e-6) // self._scale)

    def _read(self, value: Callable[[Expression], int]) -> Slots:
        slots = dict(self._stay)
        for n, taken in self._taken.items():
            way = next(way for way, literal in taken if value(literal))
            start = value(self._start[n])
            slots[n] = self._shop.slot(n, way.machine, start, start + way.length)
        return slots


class _Told(cp_model.CpSolverSolutionCallback):
    def __init__(self, read: Callable[..., Slots], on_better: Callable[[Slots], None]) -> None:
        super().__init__()
        self._read, self._on_better = read, on_better

    def on_solution_callback(self) -> None:
        """Hand the new answer on."""
        self._on_better(self._read(self.value))


def _configure(solver: cp_model.CpSolver, effort: Effort) -> None:
    chosen = solver.parameters
    chosen.max_time_in_seconds = effort.limit_s
    if effort.deterministic:
        chosen.max_deterministic_time = effort.deterministic
    chosen.num_workers = effort.workers
    chosen.random_seed = effort.seed % 2**31
    chosen.interleave_search = False
    if effort.light:
        chosen.cp_model_probing_level = 0
        chosen.symmetry_level = 0
        chosen.linearization_level = 0
        chosen.max_presolve_iterations = 1
