"""How many words a rule leaves over."""

import re

import pytest

from app.settings import Understanding
from app.understand.plain import unexplained
from app.understand.rules import RuleBook

BROKEN = re.compile("坏|壞|broken|down")


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("坏", 0.0),
        ("那台坏了,请师傅今天来", 1 * 0.6),  # 来
        ("is broken since this morning please", 1.0),  # since
        ("坏了3台", 0.0),
        ("the press is broken", 1.0),
        ("broken again behind the old polishing shop", 5.0),
        ("老王说昨晚坏了", 5 * 0.6),
        ("well broken", 1.0),  # "we" is light, "well" is a word
        ("plating is down", 1.0),  # "plant" is light, "plating" is a word
    ],
)
def test_words_beside_the_pattern_are_counted_light_ones_and_numbers_are_not(
    marked: str, words: float
) -> None:
    assert unexplained(marked, BROKEN) == pytest.approx(words)


def test_what_the_pattern_does_not_fit_is_never_plain() -> None:
    assert unexplained("all is well", BROKEN) == float("inf")


def test_a_message_of_many_words_stays_quick_to_weigh() -> None:
    assert unexplained("a" * 600 + "broken", BROKEN) > 1


def test_most_examples_of_the_rules_are_plain(book: RuleBook, sees) -> None:
    limit, plain, whole = Understanding().unexplained_max, 0, 0
    for rule in book.rules:
        for example in rule.examples:
            whole += 1
            plain += unexplained(sees(example).marked, rule.pattern) <= limit
    assert plain / whole > 0.8
