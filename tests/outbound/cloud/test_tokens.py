"""Counts of tokens: rather too many than too few, and learned from what providers tell."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.outbound.cloud.tokens import FACTOR_MAX, MARGIN, TokenCount


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_every_text_counts_and_only_no_text_counts_nothing(text):
    assert (TokenCount().estimate("m", text) == 0) == (text == "")


def test_scripts_count_as_the_vocabulary_has_them():
    count = TokenCount()
    english, chinese = "put the chef knives before the steak knives " * 20, "把主厨刀排在牛排刀前面" * 20
    assert 0.15 * len(english) < count.estimate("m", english) < 0.5 * len(english)
    assert 0.4 * len(chinese) < count.estimate("m", chinese) < 1.2 * len(chinese)


def test_what_a_model_tells_moves_its_own_count_and_no_other():
    count, text = TokenCount(), "alter the order of the polishing " * 50
    before = count.estimate("m", text)
    right = round(before / MARGIN * 1.5)
    for _ in range(40):
        count.learn("m", count.estimate("m", text), right)
    assert abs(count.estimate("m", text) / MARGIN - right) <= 0.02 * right
    assert count.estimate("other", text) == before


@given(st.lists(st.tuples(st.integers(-5, 10**6), st.integers(-5, 10**6)), max_size=30))
def test_nonsense_cannot_spoil_a_count(told):
    count = TokenCount()
    plain = count.estimate("m", "word " * 100)
    for estimated, said in told:
        count.learn("m", estimated, said)
    assert plain * 0.4 <= count.estimate("m", "word " * 100) <= plain * FACTOR_MAX + 1
