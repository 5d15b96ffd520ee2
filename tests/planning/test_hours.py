"""Calendar arithmetic against counting slot by slot."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.planning.hours import Hours, merged

windows = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda w: (min(w), max(w))), max_size=6
)


def is_open(closed, at):
    return not any(low <= at < high for low, high in closed)


def slow(closed, ready, work, *, interruptible):
    start = ready
    while True:
        if is_open(closed, start):
            at, done = start, 0
            while done < work:
                if is_open(closed, at):
                    done += 1
                elif not interruptible:
                    break
                at += 1
            if done == work:
                return start, at
        start += 1


@given(windows, st.integers(0, 70), st.integers(0, 30), st.booleans())
def test_place_is_what_counting_gives(closed, ready, work, interruptible):
    hours = Hours(closed, interruptible=interruptible)
    assert hours.place(ready, work) == slow(closed, ready, work, interruptible=interruptible)


@given(windows, st.integers(1, 30), st.booleans())
def test_pieces_hold_every_possible_start_once(closed, work, interruptible):
    hours = Hours(closed, interruptible=interruptible)
    found = {}
    for first, last, extra in hours.pieces(work, 0, 80):
        for start in range(first, last + 1):
            assert start not in found
            found[start] = start + work + extra
    expected = {}
    for start in range(81):
        if slow(closed, start, work, interruptible=interruptible)[0] == start:
            expected[start] = slow(closed, start, work, interruptible=interruptible)[1]
    assert found == expected


@given(windows)
def test_merged_windows_close_the_same_time_and_do_not_touch(closed):
    result = merged(closed)
    assert all(is_open(closed, t) == is_open(result, t) for t in range(70))
    assert all(a[1] < b[0] for a, b in pairwise(result))
