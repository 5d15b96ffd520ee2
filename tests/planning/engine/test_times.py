"""The kernels' arithmetic against the plain Python that says the same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.engine import layout as at
from app.planning.engine.packed import pack
from app.planning.engine.reading import new_row
from app.planning.engine.sharing import supplied
from app.planning.engine.state import begun_at, done_at, first_setup, setup, transfer
from app.planning.hours import Hours
from app.planning.shop import open_shop
from app.records.scheduling import Job, Material, Problem, Resource, Task
from tests.planning.problems import problems

windows = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 15)).map(lambda w: (w[0], w[0] + w[1])), max_size=6
)


@settings(max_examples=300, deadline=None)
@given(windows, st.booleans(), st.booleans(), st.integers(0, 90), st.integers(0, 30))
def test_hours_agree(closed, interruptible, whole, ready, work):
    resource = Resource("M", closed=tuple(closed), interruptible=interruptible)
    problem = Problem("h", "makespan", (resource,), (Job("J", (Task(((0, 1),)),)),))
    f = pack(open_shop(problem), 100)
    expected = Hours(closed, interruptible=interruptible and not whole).place(ready, work)
    start = begun_at(f, 0, int(whole), ready, work)
    assert (start, done_at(f, 0, start, work)) == expected


@settings(max_examples=60, deadline=None)
@given(problems(fixed=False))
def test_setups_and_ways_agree(problem):
    shop = open_shop(problem)
    f = pack(shop, 100)
    for m in range(len(problem.resources)):
        for other in range(len(problem.resources)):
            assert transfer(f, m, other) == shop.transfer(m, other)
        for a in range(len(shop.steps)):
            assert problem.resources[m].busy_until + first_setup(f, m, a) == shop.ready_for(m, a)
            for b in range(len(shop.steps)):
                assert setup(f, m, a, b) == shop.setup(m, a, b)


def test_material_comes_with_the_receipt_that_is_enough():
    tasks = (Task(((0, 1),), needs=((0, 5),)),)
    material = Material("steel", 2, ((40, 3), (10, 1), (90, 9)))
    problem = Problem("m", "makespan", (Resource("M"),), (Job("J", tasks),), materials=(material,))
    f = pack(open_shop(problem), 100)
    s = new_row(f, 0)
    assert supplied(f, s, 0) == 40
    s[f[at.S_SPENT]] = 2
    assert supplied(f, s, 0) == 90
    s[f[at.S_SPENT]] = 11
    assert supplied(f, s, 0) > 1 << 39
