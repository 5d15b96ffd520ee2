"""The gate: a head that lost something real never passes, one that is as good always does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.learning.gate import Change, changes, worse
from app.learning.judging import Verdict
from app.learning.messages import Example
from app.records.reading import Intent

OUTCOMES = st.lists(
    st.tuples(st.sampled_from(Intent), st.booleans(), st.booleans()), min_size=1, max_size=200
)


def verdicts(outcomes, place: int) -> list[Verdict]:
    return [
        Verdict(
            Example(str(n), "x", intent, "en", keyword=False, trap=False), intent, 0.9, rights[place], True
        )
        for n, (intent, *rights) in enumerate(outcomes)
    ]


def judged(outcomes) -> tuple[Change, ...]:
    return changes(verdicts(outcomes, 0), verdicts(outcomes, 1))


@given(OUTCOMES)
def test_an_equal_head_passes(outcomes):
    same = [(intent, right, right) for intent, right, _ in outcomes]
    assert worse(judged(same)) == ()


@given(OUTCOMES, st.sampled_from(Intent), st.integers(3, 40))
def test_an_intent_that_lost_three_and_gained_none_is_always_seen(outcomes, intent, lost):
    rest = [(i, before, after or before) for i, before, after in outcomes if i is not intent]
    others = [(intent, True, True) for i, _, _ in outcomes if i is intent]
    assert worse(judged([*rest, *others, *[(intent, True, False)] * lost])) == (intent,)


@given(OUTCOMES)
def test_what_passes_fell_nowhere_by_more_than_its_noise(outcomes):
    found = judged(outcomes)
    for change in found:
        if change.intent not in worse(found):
            assert change.before - change.after < 2 or change.fall <= change.noise
        assert 0 <= change.after <= change.n
        assert change.after - change.before == change.gained - change.lost


@given(OUTCOMES, OUTCOMES)
def test_one_bad_comparison_is_enough(one, other):
    assert set(worse(judged(one), judged(other))) == {*worse(judged(one)), *worse(judged(other))}


@pytest.mark.parametrize(
    ("n", "lost", "gained", "is_worse"),
    [
        (50, 0, 0, False),
        (50, 1, 0, False),
        (1, 1, 0, False),
        (2, 2, 0, True),
        (50, 2, 0, False),
        (50, 3, 0, True),
        (50, 8, 4, False),
        (50, 10, 4, True),
        (50, 4, 8, False),
    ],
)
def test_the_formula(n, lost, gained, is_worse):
    assert Change(Intent.OTHER, n, n - gained, lost, gained).worse is is_worse


def test_verdicts_of_other_messages_are_refused():
    one, other = [(Intent.OTHER, True, True)], [(Intent.APPROVAL, True, True)]
    with pytest.raises(ValueError, match="same messages"):
        changes(verdicts(one, 0), verdicts(other, 1))
    with pytest.raises(ValueError, match="zip"):
        changes(verdicts(one, 0), [])
