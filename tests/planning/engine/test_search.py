"""What the search makes of any problem: legal, counted right, never worse, repeatable, stopped at once."""

import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.planning.check import check, cost
from app.planning.dispatch import EDD, dispatch
from app.planning.engine.packed import pack, weights
from app.planning.engine.race import Best, in_step, race
from app.planning.engine.reading import new_row, read_in, read_out
from app.planning.engine.workers import Annealer, Tabu, start_of
from app.planning.shop import open_shop
from app.planning.solve import solve
from app.records.scheduling import Crew, Fixed, Job, Problem, Resource, Task
from tests.planning.problems import problems

SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
REACH = 4000


def begun(problem):
    """The problem, and a rule's schedule read in."""
    shop = open_shop(problem)
    schedule = dispatch(problem, [EDD])
    f = pack(shop, REACH)
    row = new_row(f, 1)
    assert read_in(shop, f, row, schedule.slots)
    return shop, f, start_of(f, row), schedule


def exact(problem, shop):
    """Whether the engine counts just what `costs` does: a batch is counted once there, each time here."""
    batches = any(r.batch > 1 for r in problem.resources)
    return not batches and weights(shop)[0] == problem.weights.objective


@SOME
@given(problems())
def test_a_schedule_read_in_is_legal_and_counted_right(problem):
    assume(dispatch(problem, [EDD]).slots)
    shop, _, first, _ = begun(problem)
    slots = read_out(shop, first)
    assert check(problem, slots) == ()
    if exact(problem, shop):
        assert first[-1] == cost(problem, slots)


@SOME
@given(problems(), st.integers(0, 1000))
def test_what_annealing_finds_is_legal_counted_right_and_no_worse(problem, seed):
    assume(dispatch(problem, [EDD]).slots)
    shop, f, first, _ = begun(problem)
    best = Best(first, -1)
    in_step([Annealer(f, first, seed, 1.0)], best, 400, 100)
    slots = read_out(shop, best.row)
    assert check(problem, slots) == ()
    assert best.row[-1] <= first[-1]
    if exact(problem, shop):
        assert best.row[-1] == cost(problem, slots)


@st.composite
def plain(draw):
    """Flexible job shops with setups: what tabu search is for."""
    machines = draw(st.integers(2, 4))
    time = st.integers(1, 9)
    task = st.lists(st.integers(0, machines - 1), min_size=1, max_size=machines, unique=True)
    tasks = task.flatmap(lambda on: st.tuples(*(st.tuples(st.just(m), time) for m in on)))
    jobs = draw(st.lists(st.lists(tasks, min_size=1, max_size=4), min_size=2, max_size=5))
    size = len(jobs)
    row = st.lists(st.integers(0, 5), min_size=size, max_size=size).map(tuple)
    setups = draw(st.lists(st.lists(row, min_size=size, max_size=size).map(tuple), min_size=machines,
                           max_size=machines).map(tuple)) if draw(st.booleans()) else ()  # fmt: skip
    return Problem(
        "plain",
        "makespan",
        tuple(Resource(f"M{m}") for m in range(machines)),
        tuple(Job(f"J{n}", tuple(Task(modes) for modes in job)) for n, job in enumerate(jobs)),
        job_setup=setups,
    )


@SOME
@given(plain(), st.integers(0, 1000))
def test_what_tabu_search_finds_is_legal_counted_right_and_no_worse(problem, seed):
    shop, f, first, _ = begun(problem)
    best = Best(first, -1)
    tabu = Tabu(f, first, seed)
    tabu._clock[2] = 20
    in_step([tabu], best, 200, 50)
    slots = read_out(shop, best.row)
    assert check(problem, slots) == ()
    assert first[-1] >= best.row[-1] == cost(problem, slots)


@settings(max_examples=10, deadline=None)
@given(problems(), st.integers(0, 1000))
def test_the_same_seed_and_rounds_give_the_same_schedule(problem, seed):
    twice = [solve(problem, 60.0, 2, seed, rounds=300) for _ in range(2)]
    assert twice[0].slots == twice[1].slots


def jobs_on_one(count):
    jobs = tuple(Job(f"J{n}", (Task(((0, 3 + n % 5),)),), due=2 * n, weight=1 + n % 3) for n in range(count))
    return Problem("one", "total_weighted_tardiness", (Resource("M"),), jobs)


def test_a_search_that_is_cancelled_ends_long_before_its_time():
    heard = threading.Event()
    schedule = solve(jobs_on_one(40), 250.0, 2, on_improve=lambda _: heard.set(), cancelled=heard.is_set)
    assert schedule.status == "feasible"
    assert schedule.solve_s < 100


def test_a_search_that_counts_rounds_ends_with_its_time_or_when_cancelled():
    asked = []
    never = solve(
        jobs_on_one(40), 250.0, 1, rounds=10**9, cancelled=lambda: asked.append(1) or len(asked) > 3
    )
    assert len(asked) == 4
    late = solve(jobs_on_one(40), 0.2, 1, rounds=10**9)
    assert {never.status, late.status} == {"feasible"}


def test_with_rounds_the_clock_has_no_say_in_the_start(plant_60):
    hasty, patient = (solve(plant_60, limit_s, 1, rounds=1) for limit_s in (2.0, 250.0))
    assert hasty.slots == patient.slots


class Broken:
    """A worker that fails at once."""

    def __init__(self, best):
        self.best = best

    def advance(self, rounds, part, goal):
        raise ZeroDivisionError

    def halt(self):
        pass


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_when_one_worker_fails_the_others_go_on():
    _, f, first, _ = begun(jobs_on_one(30))
    best, told = Best(first, 0), []
    race([Broken(first.copy()), Annealer(f, first, 1, 1.0)], best, 1.0, told.append, lambda: False)
    assert best.row[-1] < first[-1]
    assert told


def test_every_better_schedule_is_told_in_order():
    told = []
    solve(jobs_on_one(30), 1.0, 2, on_improve=told.append)
    values = [schedule.objective for schedule in told]
    assert values == sorted(set(values), reverse=True)
    assert all(check(jobs_on_one(30), schedule.slots) == () for schedule in told)


def test_a_start_is_gone_on_from():
    problem = jobs_on_one(30)
    good = solve(problem, 1.0, 2)
    again = solve(problem, 0.05, 1, start=good)
    assert again.objective <= good.objective


def test_a_start_that_is_not_legal_is_not_used():
    problem = jobs_on_one(3)
    start = solve(problem, 0.2, 1)
    moved = type(start)(
        "feasible", 0, tuple(s.__class__(s.job, s.task, s.machine, 0, 3) for s in start.slots), "x"
    )
    assert check(problem, solve(problem, 0.2, 1, start=moved).slots) == ()


def test_a_proof_ends_the_search(instance):
    schedule = solve(instance("fattahi-setup-01"), 200.0, 2)
    assert (schedule.status, schedule.bound) == ("optimal", schedule.objective)
    assert schedule.solve_s < 100


def test_the_plan_in_force_is_kept_where_nothing_is_late():
    tasks = tuple(Job(f"J{n}", (Task(((0, 10), (1, 10))),), due=500) for n in range(6))
    current = tuple(Fixed(n, 0, n % 2, 60 * n, 60 * n + 10) for n in range(6))
    problem = Problem(
        "calm", "total_weighted_tardiness", (Resource("A"), Resource("B")), tasks, current=current
    )
    schedule = solve(problem, 0.5, 2)
    assert [(s.machine, s.start) for s in schedule.slots] == [(f.machine, f.start) for f in current]


def test_too_many_people_over_too_long_a_time_are_left_to_dispatch():
    crews = tuple(Crew(f"C{n}", ((0, 1),)) for n in range(50))
    problem = replace(jobs_on_one(3), crews=crews)
    assert pack(open_shop(problem), 1_000_000) is None
    assert pack(open_shop(problem), 100) is not None


def test_without_orders_there_is_nothing_to_do():
    assert solve(Problem("none", "makespan", (Resource("M"),), ()), 0.1, 2).slots == ()
